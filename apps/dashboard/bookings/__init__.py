"""One booking, and two that want the same time."""
