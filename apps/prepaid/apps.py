from django.apps import AppConfig


class PrepaidConfig(AppConfig):
    name = "apps.prepaid"
    verbose_name = "Plans and gift cards"

    def ready(self) -> None:
        """Hear of money that comes for plans, and let the worker look after them."""
        from apps.prepaid import wiring

        wiring.connect()
