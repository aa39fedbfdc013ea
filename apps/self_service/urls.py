from django.urls import path

from apps.self_service.views import booking

app_name = "self_service"
urlpatterns = [
    path("m/<str:token>", booking.exchange, name="exchange"),
    path("manage/<slug:reference>/", booking.booking, name="booking"),
    path("manage/<slug:reference>/calendar.ics", booking.calendar, name="calendar"),
]
