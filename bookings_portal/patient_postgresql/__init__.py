"""Django's PostgreSQL backend for what nobody waits for: commands and the worker (ADR 30)."""
