"""How collection from one gateway goes, in the words of its status."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from openvoy.errors import OpenvoyError, Remedy
from openvoy.ports.feed import GatewayState, GatewayStatus
from openvoy.protocol.pacing import STALE_AFTER_S


class Health:
    """Keeps the status of one gateway; it changes by what happens to requests."""

    def __init__(self, name: str, host: str) -> None:
        self.status = GatewayStatus(name=name, host=host, serial=None, state="starting", fresh_at=None, is_fresh=False)
        self._fresh_within = timedelta(seconds=STALE_AFTER_S)

    def note_identity(self, serial: str) -> None:
        """Take down whom we talk to."""
        self.status = replace(self.status, serial=serial)

    def note_values(
        self, now: datetime, *, missing: int, uncounted: str | None, fresh_for_s: float, load_pct: float
    ) -> None:
        """Take down that live values arrived; `uncounted` says that no counter is among them."""
        unread = f"{_parts(missing)} could not be read; the rest is current." if missing else None
        problem = uncounted or unread
        self._fresh_within = timedelta(seconds=fresh_for_s)
        self.status = replace(
            self.status,
            state="degraded" if problem else "ok",
            fresh_at=now,
            is_fresh=True,
            problem=problem,
            hint=None,
            load_pct=round(load_pct, 1),
        )

    def note_failure(self, error: OpenvoyError, now: datetime, *, quiet: bool) -> None:
        """Take down that a request failed in a way that concerns the whole gateway."""
        needs_login = error.remedy in {Remedy.HUMAN, Remedy.RENEW}
        state: GatewayState = "needs_login" if needs_login else "quiet" if quiet else "unreachable"
        self.status = replace(self.status, state=state, problem=error.message, hint=error.hint or None)
        self.refresh(now)

    def note_settings(self, now: datetime) -> None:
        """Take down that a setting has changed."""
        self.status = replace(self.status, settings_at=now)

    def refresh(self, now: datetime) -> None:
        """Let freshness run out."""
        fresh_at = self.status.fresh_at
        is_fresh = fresh_at is not None and now - fresh_at <= self._fresh_within
        self.status = replace(self.status, is_fresh=is_fresh)


def _parts(count: int) -> str:
    return "1 part" if count == 1 else f"{count} parts"
