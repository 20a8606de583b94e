"""What could not be read and was set aside: told in the log at once, and by an event of the history itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from openvoy.model.records import Batch, EventRecord
from openvoy.store.aside import SetAside, last_written
from openvoy.store.database import Session

_LOG = logging.getLogger(__name__)

DAMAGED = "history.damaged"


class Damages:
    """All damages since the start. The thread that writes and those that read note what they meet."""

    def __init__(self) -> None:
        self._noting = threading.Lock()
        self._found: list[SetAside] = []
        self._untold: list[SetAside] = []

    @property
    def found(self) -> Sequence[SetAside]:
        """What was set aside, oldest first."""
        return tuple(self._found)

    def note(self, found: Iterable[SetAside]) -> None:
        """Take up what was set aside, and log it."""
        for damaged in found:
            with self._noting:
                self._found.append(damaged)
                self._untold.append(damaged)
            kept = f"; what was there is kept in {damaged.path}" if damaged.path.exists() else ""
            _LOG.error("History was damaged%s: %s", kept, damaged.reason)

    def note_journal(self, files: Mapping[Path, bool]) -> None:
        """Take up damaged files of the journal, which stay where they are, and whether records of them are missing."""
        self.note(_damaged_journal(file, is_lost=is_lost) for file, is_lost in files.items())

    def take_events(self, session: Session) -> Batch | None:
        """Give the events that have not been given yet; None where there are none, or no gateway to have them."""
        if not self._untold or not (gateways := session.rows("SELECT serial FROM gateway")):
            return None
        newest = _newest(session)
        with self._noting:
            untold, self._untold = self._untold, []
        events = (
            EventRecord(
                gateway=gateway,
                # A file that was last written years ago is found damaged now.
                at=max(damaged.at, newest) if newest else damaged.at,
                kind=DAMAGED,
                subject=damaged.path.name,
                text=damaged.reason,
            )
            for damaged in untold
            for (gateway,) in gateways
        )
        return Batch(events=tuple(events))


def _newest(session: Session) -> datetime | None:
    """The newest moment that the tables know of, as no clock is read here."""
    ((newest_s,),) = session.rows(
        "SELECT epoch(max(time)) FROM (SELECT time FROM power UNION ALL SELECT time FROM energy)"
    )
    return None if newest_s is None else datetime.fromtimestamp(newest_s, UTC)


def _damaged_journal(file: Path, *, is_lost: bool) -> SetAside:
    reason = f"the file {file.name} of the journal is damaged in one place or more; each of its records stands twice"
    return SetAside(at=last_written(file), path=file, reason=reason, is_whole_history=False, is_lost=is_lost)
