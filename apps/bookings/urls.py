from django.urls import path

from apps.bookings.views import details, hold, home, service, times

app_name = "bookings"
urlpatterns = [
    path("book/<slug:draft>/", details.details, name="details"),
    path("book/<slug:draft>/fields", details.fields, name="fields"),
    path("book/<slug:draft>/not-me", details.not_me, name="not_me"),
    path("book/<slug:draft>/longer", hold.longer, name="longer"),
    path("book/<slug:draft>/release", hold.release, name="release"),
    path("<slug:business>/", home.home, name="home"),
    path("<slug:business>/hold", hold.hold, name="hold"),
    path("<slug:business>/forget", home.not_me, name="forget"),
    path("<slug:business>/s/<slug:service>/", service.service, name="service"),
    path("<slug:business>/s/<slug:service>/times", times.times, name="times"),
    path("<slug:business>/s/<slug:service>/zone", times.zone, name="zone"),
]
