from django.apps import AppConfig
from django.contrib.messages.apps import MessagesConfig


class PortalConfig(AppConfig):
    """The project itself is an app, so that its checks and its one table are found."""

    name = "bookings_portal"
    verbose_name = "Booking portal"
    default = True

    def ready(self) -> None:
        from bookings_portal import checks  # noqa: F401  registers on import


class FlashMessagesConfig(MessagesConfig):
    """Django's one-time notices under another label: `messages` is our app of mails."""

    label = "flash"
