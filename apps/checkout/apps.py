from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    name = "apps.checkout"
    verbose_name = "Checkout"

    def ready(self) -> None:
        """Let the worker move money and look after it."""
        from apps.checkout.outbox_work import register_work
        from apps.checkout.periodic import register_periodic_work

        register_work()
        register_periodic_work()
