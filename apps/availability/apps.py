from django.apps import AppConfig
from django.db.models.signals import post_migrate  # noqa: TID251  (triggers, not business)


class AvailabilityConfig(AppConfig):
    name = "apps.availability"

    def ready(self) -> None:
        from apps.availability.triggers import write_triggers

        post_migrate.connect(write_triggers, sender=self, dispatch_uid="occupancy_triggers")
