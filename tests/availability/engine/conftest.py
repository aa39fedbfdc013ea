"""The engine's tests read the pinned time-zone rules, also without Django's settings."""

from apps.availability.engine.zones import use_packaged_rules

use_packaged_rules()
