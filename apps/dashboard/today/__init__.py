"""The day: who comes, what needs an answer, and the agenda."""
