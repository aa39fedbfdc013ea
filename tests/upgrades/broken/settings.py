"""The portal with one more app."""

from bookings_portal.settings import *  # noqa: F403

INSTALLED_APPS += ["tests.upgrades.broken"]  # noqa: F405
