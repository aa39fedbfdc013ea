"""The module that Django looks for behind `ENGINE`."""

from django.db import Error
from django.db.backends.postgresql import base

ALL_DAY = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own connection, whose transactions have all day: a migration, a check of the ledger.

    For the length of each transaction only, so that nothing is left behind on a connection that a
    pooler hands to a web process next. The time-out of locks stays: it is the same everywhere.
    """

    def set_autocommit(
        self,
        autocommit: bool,  # noqa: FBT001  Django's signature
        force_begin_transaction_with_broken_autocommit: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if autocommit:
            return
        try:
            with self.cursor() as cursor:
                cursor.execute(ALL_DAY)
        except Error:
            self.close()  # else it would stay as in a transaction that nobody ends
            raise
