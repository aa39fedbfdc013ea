"""Statements that Django composes once per process and that are only filled in afterwards (ADR 17).

For the few that every hold and every booking send: composing one anew takes longer than the
database needs to answer it. What a statement says stays a queryset or a model, so that a new
column, another name or another database needs no second place to be changed.
"""

from apps.statements.inserting import Found, Insert, insert, insert_with
from apps.statements.running import read
from apps.statements.selecting import Select
from apps.statements.slots import Slot
from apps.statements.updating import Update, save_columns_with

__all__ = [
    "Found",
    "Insert",
    "Select",
    "Slot",
    "Update",
    "insert",
    "insert_with",
    "read",
    "save_columns_with",
]
