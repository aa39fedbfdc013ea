"""Django's SQLite backend, whose triggers step aside while a migration works (ADR 13)."""
