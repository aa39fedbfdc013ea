"""Pages below ``/dev/outbox/``, in demo mode only."""

from django.urls import path

from apps.messages import views

app_name = "messages"

urlpatterns = [
    path("", views.outbox, name="outbox"),
    path("<str:name>/", views.mail, name="kept_mail"),
    path("<str:name>/html", views.preview, name="preview"),
    path("<str:name>/booking.ics", views.calendar, name="calendar"),
]
