from django.apps import AppConfig
from django.core import checks


class WebConfig(AppConfig):
    name = "apps.web"
    verbose_name = "Web"

    def ready(self) -> None:
        """Let ``manage.py check`` find owner views that nobody guarded."""
        from apps.web.guards import check_guards

        checks.register(check_guards, checks.Tags.security)
