"""The day: who comes, and what needs an answer."""
