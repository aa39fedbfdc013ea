from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "apps.outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        """Forget, once an hour, what was done a month ago."""
        from datetime import datetime, timedelta

        from apps.outbox import operations, registry

        def forget(now: datetime) -> None:
            operations.forget_done(now=now)

        registry.register_periodic("outbox.forget_done", timedelta(hours=1), forget)
