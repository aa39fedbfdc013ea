from django.urls import path

from apps.self_service.views import booking

app_name = "self_service"
urlpatterns = [
    path("m/<str:token>", booking.exchange, name="exchange"),
    path("manage/<str:reference>/", booking.booking, name="booking"),
    path("manage/<str:reference>/calendar.ics", booking.calendar, name="calendar"),
]
