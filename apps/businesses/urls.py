from django.urls import path

from apps.businesses import views

app_name = "businesses"
urlpatterns = [
    path("", views.front, name="front"),
    path("robots.txt", views.robots, name="robots"),
    path("<slug:business>/accent.<slug:digest>.css", views.accent, name="accent"),
]
