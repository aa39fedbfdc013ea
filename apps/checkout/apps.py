from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    name = "apps.checkout"
    verbose_name = "Checkout"

    def ready(self) -> None:
        """Say what is taken off prices, and let the worker move money and look after it."""
        from apps.bookings.reductions import register_reductions
        from apps.checkout.outbox_work import register_work
        from apps.checkout.periodic import register_periodic_work
        from apps.checkout.queries.discounts import Discounts

        register_reductions(Discounts())
        register_work()
        register_periodic_work()
