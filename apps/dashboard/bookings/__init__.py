"""One booking, and two at one time."""
