from django.urls import path

from apps.classes.views import courses, sessions

app_name = "classes"
urlpatterns = [
    path("<slug:business>/classes/", sessions.timetable, name="timetable"),
    path("<slug:business>/classes/<int:session>/", sessions.session, name="session"),
    path("<slug:business>/classes/<int:session>/hold", sessions.hold, name="hold"),
    path("<slug:business>/courses/<slug:service>/", courses.course, name="course"),
    path("<slug:business>/courses/<slug:service>/<int:run>/hold", courses.enrol, name="enrol"),
]
