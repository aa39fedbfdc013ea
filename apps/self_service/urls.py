from django.urls import path

from apps.self_service.views import address, booking

app_name = "self_service"
urlpatterns = [
    path("done/<slug:reference>/address", address.address, name="address"),
    path("m/<str:token>", booking.exchange, name="exchange"),
    path("manage/<slug:reference>/", booking.booking, name="booking"),
    path("manage/<slug:reference>/calendar.ics", booking.calendar, name="calendar"),
]
