"""Addresses beside Django admin, for operators only: each is wrapped as admin wraps its own."""

from django.contrib import admin
from django.urls import path

from apps.dashboard.setup.views.operator_clocks import business_clock, place_clock

app_name = "operator_clocks"

urlpatterns = [
    path(
        "business/<int:business_id>/",
        admin.site.admin_view(business_clock),
        name="business",
    ),
    path("location/<int:place>/", admin.site.admin_view(place_clock), name="location"),
]
