from django.urls import path

from apps.web import views

app_name = "web"
urlpatterns = [path("s/did-you-mean", views.did_you_mean, name="did_you_mean")]
