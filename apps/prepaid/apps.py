from django.apps import AppConfig


class PrepaidConfig(AppConfig):
    name = "apps.prepaid"
    verbose_name = "Plans and gift cards"

    def ready(self) -> None:
        """Hear of money that comes for plans, and let the worker look after them."""
        from apps.checkout.announcements import register_listener
        from apps.prepaid.listening import Plans
        from apps.prepaid.periodic import register_periodic_work

        register_listener(Plans())
        register_periodic_work()
