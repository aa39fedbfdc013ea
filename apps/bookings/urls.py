from django.urls import path

from apps.bookings.views import (
    classes,
    courses,
    details,
    done,
    find,
    hold,
    home,
    service,
    times,
    waitlist,
    wishes,
    zone,
)

app_name = "bookings"
urlpatterns = [
    path("book/<slug:draft>/", details.details, name="details"),
    path("book/<slug:draft>/fields", details.fields, name="fields"),
    path("book/<slug:draft>/not-me", details.not_me, name="not_me"),
    path("book/<slug:draft>/longer", hold.longer, name="longer"),
    path("book/<slug:draft>/release", hold.release, name="release"),
    path("done/<slug:reference>/", done.done, name="done"),
    path("done/<slug:reference>/remember", done.remember_me, name="remember"),
    path("<slug:business>/", home.home, name="home"),
    path("<slug:business>/hold", hold.hold, name="hold"),
    path("<slug:business>/forget", home.not_me, name="forget"),
    path("<slug:business>/classes/", classes.timetable, name="classes"),
    path("<slug:business>/classes/<int:session>/", classes.session, name="session"),
    path("<slug:business>/classes/<int:session>/hold", classes.hold, name="hold_seats"),
    path("<slug:business>/classes/<int:session>/wait", waitlist.for_class, name="wait_for_class"),
    path(
        "<slug:business>/courses/<slug:service>/<int:run>/wait",
        waitlist.for_course,
        name="wait_for_course",
    ),
    path("<slug:business>/courses/<slug:service>/", courses.course, name="course"),
    path("<slug:business>/courses/<slug:service>/<int:run>/hold", courses.enrol, name="enrol"),
    path("<slug:business>/find/", find.find, name="find"),
    path("<slug:business>/find/sent/", find.sent, name="find_sent"),
    path("<slug:business>/privacy/", find.privacy, name="privacy"),
    path("<slug:business>/s/<slug:service>/", service.service, name="service"),
    path("<slug:business>/s/<slug:service>/times", times.times, name="times"),
    path("<slug:business>/s/<slug:service>/wait", wishes.wait, name="wait"),
    path("<slug:business>/s/<slug:service>/zone", zone.zone, name="zone"),
]
