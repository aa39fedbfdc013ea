from django.apps import AppConfig
from django.contrib.messages.apps import MessagesConfig


class PortalConfig(AppConfig):
    """The project itself is an app, so that its checks and its one table are found."""

    name = "bookings_portal"
    verbose_name = "Booking portal"
    default = True

    def ready(self) -> None:
        from apps.outbox.operations import register_hindrance
        from bookings_portal import checks  # noqa: F401  registers on import
        from bookings_portal.clock import clock_trouble

        register_hindrance(clock_trouble)


class FlashMessagesConfig(MessagesConfig):
    """Django's one-time notices under another label: `messages` is our app of mails."""

    label = "flash"
