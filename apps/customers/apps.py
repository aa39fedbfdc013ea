from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "apps.customers"
    verbose_name = "Customers"

    def ready(self) -> None:
        """Let the worker tidy up after us."""
        from apps.customers import wiring

        wiring.connect()
