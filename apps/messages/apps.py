from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "apps.messages"
    verbose_name = "Messages"

    def ready(self) -> None:
        """Let the worker do our topics."""
        from apps.messages.outbox_work import register_work

        register_work()
