from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "apps.bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        """Let the worker tidy up after us."""
        from apps.bookings.outbox_work import register_work
        from apps.bookings.periodic import register_periodic_work

        register_work()
        register_periodic_work()
