"""What businesses offer, for operators: rows of the catalog may be edited, never deleted."""

from apps.catalog.admin import rules, services, team

__all__ = ["rules", "services", "team"]
