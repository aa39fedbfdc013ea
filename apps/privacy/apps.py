from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "apps.privacy"
    verbose_name = "Privacy"

    def ready(self) -> None:
        """Let the worker mail links and receipts, and keep to the periods of each business."""
        from apps.privacy import wiring

        wiring.connect()
