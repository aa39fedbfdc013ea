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
        from apps.bookings.plan_uses import register_plan_uses
        from apps.bookings.reductions import register_reductions
        from apps.businesses.setup_triggers import watch_setup
        from apps.catalog.payment_problems import register_reach
        from apps.checkout.outbox_work import register_work
        from apps.checkout.periodic import register_periodic_work
        from apps.checkout.queries.plan_uses import find_plan_uses, limits_of
        from apps.checkout.queries.promotions import Reductions
        from apps.checkout.queries.reach import ProviderReach

        register_plan_uses(find_plan_uses, limits=limits_of)
        register_reach(ProviderReach())
        register_reductions(Reductions())
        register_work()
        register_periodic_work()
        watch_setup(SETUP)
