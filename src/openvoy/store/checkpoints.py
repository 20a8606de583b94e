"""When the log is brought into the database's file."""

from __future__ import annotations

from openvoy.store.database import Database
from openvoy.store.faults import StoreFault


class Checkpoints:
    """Brings the log into the file once it is long; after a failure, once there is as much more of it."""

    def __init__(self, every_bytes: int) -> None:
        self._every_bytes = self._above_bytes = every_bytes

    def bring(self, database: Database, *, is_end: bool) -> bool:
        """Do it where it is due; False where the database no longer works since."""
        size = database.wal_bytes()
        if size <= (0 if is_end else self._above_bytes):
            return True
        self._above_bytes = self._every_bytes
        try:
            database.checkpoint()
        except StoreFault:
            # The log still has everything.
            self._above_bytes += size
            return database.is_alive()
        return True
