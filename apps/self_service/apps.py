from django.apps import AppConfig


class SelfServiceConfig(AppConfig):
    name = "apps.self_service"
    verbose_name = "Self-service"
