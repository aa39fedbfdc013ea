from django.apps import AppConfig


class ClassesConfig(AppConfig):
    name = "apps.classes"
    verbose_name = "Classes"

    def ready(self) -> None:
        """Say what is free when the places of a draft went, and let the worker decide minimums."""
        from apps.classes import wiring

        wiring.connect()
