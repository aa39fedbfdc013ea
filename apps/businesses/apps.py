from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BusinessesConfig(AppConfig):
    name = "apps.businesses"
    verbose_name = "Businesses"

    def ready(self) -> None:
        """Write the triggers anew after every migrate."""
        from apps.businesses.setup_triggers import write_setup_triggers

        post_migrate.connect(write_setup_triggers, sender=self, dispatch_uid="setup_triggers")
