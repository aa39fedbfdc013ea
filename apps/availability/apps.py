from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AvailabilityConfig(AppConfig):
    name = "apps.availability"

    def ready(self) -> None:
        """Keep the triggers through migrations, and let the worker sweep."""
        from apps.availability.periodic import register_periodic_work
        from apps.availability.triggers import watch_setup, write_triggers

        register_periodic_work()
        post_migrate.connect(write_triggers, sender=self, dispatch_uid="occupancy_triggers")
        post_migrate.connect(watch_setup, sender=self, dispatch_uid="hours_setup")
