from django.urls import path

from apps.catalog.views import sitemap

app_name = "catalog"
urlpatterns = [path("sitemap.xml", sitemap.sitemap, name="sitemap")]
