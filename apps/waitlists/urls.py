from django.urls import path

from apps.waitlists.views import places, times

app_name = "waitlists"
urlpatterns = [
    path("<slug:business>/classes/<int:session>/wait", places.for_class, name="for_class"),
    path(
        "<slug:business>/courses/<slug:service>/<int:run>/wait",
        places.for_course,
        name="for_course",
    ),
    path("<slug:business>/s/<slug:service>/wait", times.wait, name="for_time"),
]
