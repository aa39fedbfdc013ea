from django.urls import path

from apps.checkout.views import pay, practice, wait, webhooks

app_name = "checkout"
urlpatterns = [
    path("book/<slug:draft>/pay", pay.pay, name="pay"),
    path("book/<slug:draft>/wait", wait.wait, name="wait"),
    path("practice/<slug:ref>/", practice.practice, name="practice"),
    path("webhooks/payments/<slug:provider>", webhooks.receive, name="webhook"),
]
