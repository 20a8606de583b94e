"""What was worked out and is asked for again: kept for as long as what it was made from stays as it is."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

MOST = 16
"""Results that are held in memory at once: a year of fifty panels by day takes a megabyte."""


class Remembered:
    """The results that were asked for last; may be used by several threads."""

    def __init__(self) -> None:
        """Know nothing."""
        self._guard = threading.Lock()
        self._found: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, asked: Hashable) -> Any | None:
        """Give what was found for a question; None if that is not known any more."""
        with self._guard:
            if asked in self._found:
                self._found.move_to_end(asked)
            return self._found.get(asked)

    def put(self, asked: Hashable, found: object) -> None:
        """Keep what was found, in place of what was not asked for the longest."""
        with self._guard:
            self._found[asked] = found
            self._found.move_to_end(asked)
            while len(self._found) > MOST:
                self._found.popitem(last=False)
