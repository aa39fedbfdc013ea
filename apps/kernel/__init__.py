"""Values every floor speaks in: spans of time, money, references. Pure Python, no Django."""
