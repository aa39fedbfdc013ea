"""What businesses offer, for operators: rows of the catalog may be edited, never deleted."""

from apps.catalog.admin import offers, plans, rules, team

__all__ = ["offers", "plans", "rules", "team"]
