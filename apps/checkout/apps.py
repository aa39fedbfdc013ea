from django.apps import AppConfig

SETUP = {
    "checkout_discount": "{row}.business_id",
    "checkout_discount_services": (
        "(SELECT business_id FROM checkout_discount WHERE id = {row}.discount_id)"
    ),
}
"""What of the setup that is remembered belongs to checkout (ADR 13)."""


class CheckoutConfig(AppConfig):
    name = "apps.checkout"
    verbose_name = "Checkout"

    def ready(self) -> None:
        """Watch discounts, say what is taken off prices, and let the worker look after money."""
        from apps.businesses.setup_triggers import watch_setup
        from apps.checkout import wiring

        wiring.connect()
        watch_setup(SETUP)
