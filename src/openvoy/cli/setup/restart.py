"""Bringing a changed configuration into force, in the same process."""

from __future__ import annotations

import asyncio
from collections import Counter

from openvoy.settings.listen import Listen

REPLY_S = 0.25
"""So long the reply that announces it has to be on its way."""


class Restarts:
    """Counts how often a configuration came into force, and is asked for the next time."""

    def __init__(self, stopped: asyncio.Event) -> None:
        """Take what is set when there will be no next time."""
        self._stopped = stopped
        self.count = 0
        self.bound: Listen | None = None
        """Where the dashboard was reached last."""
        self.renewed: Counter[str] = Counter()
        """Gateways whose login or address was given anew, although the configuration may say the same as before."""
        self._asked = asyncio.Event()
        # How many were asked for, how many of them are due, in hand and in force.
        self._wanted = self._due = self._taken = self._fulfilled = 0

    def begin(self) -> None:
        """Take a configuration in hand: what is asked for from now on is another one."""
        self._asked.clear()
        self._taken = self._due

    def note_in_force(self, bound: Listen) -> None:
        """Count one: only now do those who wait for it find what it says."""
        self.bound = bound
        self.count += 1
        self._fulfilled = self._taken

    def ask(self) -> None:
        """Ask for the next one, soon."""
        self._wanted += 1
        asyncio.get_running_loop().call_later(REPLY_S, self._fall_due)

    @property
    def is_pending(self) -> bool:
        """Whether what was asked for is not in force yet."""
        return self._fulfilled < self._wanted

    async def wait(self) -> bool:
        """Wait until the next one is asked for, True, or until the end is, False."""
        waits = [asyncio.create_task(event.wait()) for event in (self._stopped, self._asked)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.wait(waits)
        return not self._stopped.is_set()

    def _fall_due(self) -> None:
        self._due += 1
        self._asked.set()
