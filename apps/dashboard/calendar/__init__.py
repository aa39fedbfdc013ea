"""The agenda, and why a date offers no times."""
