from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "apps.messages"
    verbose_name = "Messages"

    def ready(self) -> None:
        """Let the worker do our topics."""
        from apps.messages import wiring

        wiring.connect()
