from django.apps import AppConfig


class AvailabilityConfig(AppConfig):
    name = "apps.availability"
    verbose_name = "Availability"
