from django.apps import AppConfig


class ClassesConfig(AppConfig):
    name = "apps.classes"
    verbose_name = "Classes"

    def ready(self) -> None:
        """Say what is free when the places of a draft went, and let the worker decide minimums."""
        from apps.bookings.views.drafts import register_lost_page
        from apps.catalog.models import Service
        from apps.classes.periodic import register_periodic_work
        from apps.classes.views.courses import show_enrolment_lost
        from apps.classes.views.sessions import show_places_lost

        register_lost_page(Service.Kind.CLASS, show_places_lost)
        register_lost_page(Service.Kind.COURSE, show_enrolment_lost)
        register_periodic_work()
