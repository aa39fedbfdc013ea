"""Bookings for operators: everything to see, nothing to edit; actions call the operations."""

from apps.bookings.admin import booking, parts

__all__ = ["booking", "parts"]
