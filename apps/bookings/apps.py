from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "apps.bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        """Let the worker tidy up after us."""
        from apps.bookings import wiring

        wiring.connect()
