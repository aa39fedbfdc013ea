from django.apps import AppConfig


class WaitlistsConfig(AppConfig):
    name = "apps.waitlists"
    verbose_name = "Waitlists"

    def ready(self) -> None:
        """Hear of places that come free, and let the worker look after the lines."""
        from apps.waitlists import wiring

        wiring.connect()
