from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "apps.messages"
    verbose_name = "Messages"
