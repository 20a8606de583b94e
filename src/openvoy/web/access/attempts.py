"""Slows down whoever guesses passwords."""

from __future__ import annotations

from dataclasses import dataclass

FREE_COUNT = 5
"""People mistype; the next attempt waits."""
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 900.0
FORGET_AFTER_S = 3600.0
MOST_REMEMBERED = 10_000
"""Addresses and names; whoever comes with more than this only makes the service forget the oldest."""


@dataclass(slots=True)
class _Record:
    failures: int = 0
    last_s: float = 0.0
    open_again_s: float = 0.0


class Attempts:
    """Counts failed logins by address and by name."""

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}

    def wait_s(self, keys: tuple[str, ...], now_s: float) -> float:
        """Give how long these have to wait before the next attempt, 0 if not at all."""
        return max((self._records[key].open_again_s - now_s for key in keys if key in self._records), default=0.0)

    def note_failure(self, keys: tuple[str, ...], now_s: float) -> None:
        """Take down a failed attempt."""
        for key in keys:
            record = self._records.pop(key, _Record())
            if now_s - record.last_s > FORGET_AFTER_S:
                record = _Record()
            record.failures += 1
            record.last_s = now_s
            if record.failures >= FREE_COUNT:
                record.open_again_s = now_s + min(FIRST_PAUSE_S * 2 ** (record.failures - FREE_COUNT), LONGEST_PAUSE_S)
            self._records[key] = record
        while len(self._records) > MOST_REMEMBERED:
            del self._records[next(iter(self._records))]

    def note_success(self, keys: tuple[str, ...]) -> None:
        """Forget what these did wrong."""
        for key in keys:
            self._records.pop(key, None)
