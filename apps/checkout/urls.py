from django.urls import path

from apps.checkout.views import pay, providers, wait

app_name = "checkout"
urlpatterns = [
    path("book/<slug:draft>/pay", pay.pay, name="pay"),
    path("book/<slug:draft>/wait", wait.wait, name="wait"),
    path("practice/<slug:ref>/", providers.sandbox, name="sandbox"),
    path("webhooks/payments/<slug:provider>", providers.receive, name="webhook"),
]
