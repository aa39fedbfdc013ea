from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AvailabilityConfig(AppConfig):
    name = "apps.availability"

    def ready(self) -> None:
        """Keep the triggers through migrations, and let the worker sweep."""
        from apps.availability import wiring
        from apps.availability.triggers import SETUP, write_triggers
        from apps.businesses.setup_triggers import watch_setup

        wiring.connect()
        post_migrate.connect(write_triggers, sender=self, dispatch_uid="occupancy_triggers")
        watch_setup(SETUP)
