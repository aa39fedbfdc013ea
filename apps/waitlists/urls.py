from django.urls import path

from apps.waitlists import views

app_name = "waitlists"
urlpatterns = [
    path("<slug:business>/classes/<int:session>/wait", views.for_class, name="for_class"),
    path(
        "<slug:business>/courses/<slug:service>/<int:run>/wait",
        views.for_course,
        name="for_course",
    ),
    path("<slug:business>/s/<slug:service>/wait", views.for_time, name="for_time"),
]
