from django.urls import path

from apps.businesses.views import pages

app_name = "businesses"
urlpatterns = [
    path("", pages.front, name="front"),
    path("robots.txt", pages.robots, name="robots"),
    path("<slug:business>/accent.<slug:digest>.css", pages.accent, name="accent"),
]
