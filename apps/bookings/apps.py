from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "apps.bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        """Let the worker tidy up after us."""
        from apps.bookings.periodic import register_periodic_work

        register_periodic_work()
