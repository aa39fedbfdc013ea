"""An app whose first migration works and whose second fails, for a deliberate bad upgrade."""
