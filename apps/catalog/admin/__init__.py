"""What businesses offer, for operators: rows of the catalog may be edited, never deleted."""

from apps.catalog.admin import offers, rules, team

__all__ = ["offers", "rules", "team"]
