from django.urls import path

from apps.catalog import views

app_name = "catalog"
urlpatterns = [path("sitemap.xml", views.sitemap, name="sitemap")]
