"""Snapshots that keep coming."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from openvoy.client.streaming.follower import Follower
from openvoy.errors import CertificateChanged, OpenvoyError, Remedy
from openvoy.model import MissingPart, Snapshot
from openvoy.ports import Clock, Reader

LOGIN_PATIENCE_S = 900.0
"""A login that worked may be refused during the nightly outage; longer than this, a person has to do something."""
WHOLE = "gateway"
"""The part that is missing while nothing answers."""


async def follow_readings(reader: Reader, clock: Clock, *, every_s: float, streams: bool) -> AsyncGenerator[Snapshot]:
    """Give a snapshot whenever live values are new or others go missing; while all stay away what still holds, and why.

    Raises what keeps the first reading from coming, later only what a person must mend.
    """
    follower = Follower(reader, clock, every_s=every_s, streams=streams)
    last: Snapshot | None = None
    refused_s: float | None = None
    async with aclosing(follower.turns()) as turns:
        async for turn in turns:
            if turn.error is not None:
                refused_s = _since(turn.error, refused_s, clock.monotonic())
                if last is None or _is_final(turn.error, refused_s, clock.monotonic()):
                    raise turn.error
                last = last if turn.snapshot is None else turn.snapshot
                yield _without(last, turn.error)
            elif turn.snapshot is not None and (turn.is_new or last is None or turn.snapshot.missing != last.missing):
                refused_s, last = None, turn.snapshot
                yield last


def _since(error: OpenvoyError, before_s: float | None, now_s: float) -> float | None:
    """Give since when the login is refused."""
    if error.remedy not in {Remedy.HUMAN, Remedy.RENEW}:
        return None
    return now_s if before_s is None else before_s


def _is_final(error: OpenvoyError, refused_s: float | None, now_s: float) -> bool:
    is_lasting = refused_s is not None and now_s - refused_s > LOGIN_PATIENCE_S
    return isinstance(error, CertificateChanged) or is_lasting


def _without(snapshot: Snapshot, error: OpenvoyError) -> Snapshot:
    """Name what is wrong with the whole gateway first."""
    parts = tuple(part for part in snapshot.missing if part.part != WHOLE)
    return replace(snapshot, missing=(MissingPart(part=WHOLE, reason=error.message), *parts))
