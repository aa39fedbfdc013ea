from django.apps import AppConfig, apps
from django.contrib.messages.apps import MessagesConfig
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    """The project itself is an app, so that its checks and its one table are found."""

    name = "bookings_portal"
    verbose_name = "Booking portal"
    default = True

    def ready(self) -> None:
        from apps.outbox.registry import register_hindrance
        from bookings_portal import checks  # noqa: F401  registers on import
        from bookings_portal.clock import clock_trouble
        from bookings_portal.time_limits import keep_time_limits

        once = apps.get_app_config("businesses")  # not us: only apps with models are told of it
        post_migrate.connect(keep_time_limits, sender=once, dispatch_uid="time_limits")
        register_hindrance(clock_trouble)


class FlashMessagesConfig(MessagesConfig):
    """Django's one-time notices under another label: `messages` is our app of mails."""

    label = "flash"
