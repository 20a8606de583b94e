"""Live rows are kept for some days: minutes say the same for ever after."""

from __future__ import annotations

from datetime import datetime, timedelta

from openvoy.store.database import Session

STEP = timedelta(hours=1)
"""Removed at once, so that no commit is held up after a long absence, and one wrong clock does not empty the table."""


class Retention:
    """Removes live rows that are too old beside what is written."""

    def __init__(self, session: Session, *, live_days: float) -> None:
        self._session = session
        self._keep_for = timedelta(days=live_days)
        self._oldest: datetime | None = None

    def expire(self, newest: datetime) -> bool:
        """Remove a step of rows within the open transaction; says whether there was one."""
        if self._oldest is None:
            ((self._oldest,),) = self._session.rows("SELECT min(time) FROM live")
        if self._oldest is None or newest - self._keep_for - self._oldest < STEP:
            return False
        until = self._oldest + STEP
        self._session.run("DELETE FROM live WHERE time < ?", [until])
        self._oldest = None
        return True

    def forget(self) -> None:
        """The transaction was rolled back: look anew."""
        self._oldest = None
