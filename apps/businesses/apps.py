from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BusinessesConfig(AppConfig):
    name = "apps.businesses"
    verbose_name = "Businesses"

    def ready(self) -> None:
        """Watch businesses themselves."""
        from apps.businesses.setup_triggers import watch_businesses

        post_migrate.connect(watch_businesses, sender=self, dispatch_uid="businesses_setup")
