from django.apps import AppConfig


class WaitlistsConfig(AppConfig):
    name = "apps.waitlists"
    verbose_name = "Waitlists"

    def ready(self) -> None:
        """Hear of places that come free, and let the worker look after the lines."""
        from apps.bookings.announcements import register_listener
        from apps.waitlists.listening import Waitlists
        from apps.waitlists.outbox_work import register_work
        from apps.waitlists.periodic import register_periodic_work

        register_listener(Waitlists())
        register_work()
        register_periodic_work()
