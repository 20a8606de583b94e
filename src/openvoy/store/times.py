"""Moments as tables have them: UTC without zone."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from openvoy.store.faults import Fault, StoreFault

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - as tables have it


def utc(at_s: float) -> datetime:
    """Convert Unix seconds, to the second."""
    return EPOCH + timedelta(seconds=math.floor(at_s))


def since_epoch_s(at: datetime) -> int:
    """Convert a moment of a table to Unix seconds, down to the second."""
    return (at - EPOCH) // timedelta(seconds=1)


def moment(at: datetime) -> datetime:
    """Convert a moment; raise StorageError for one without zone."""
    if at.tzinfo is None:
        raise StoreFault(Fault.BAD_VALUE, f"History: the time {at} has no time zone.")
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).replace(tzinfo=None)


def second(at: datetime) -> datetime:
    """Convert a moment, to the second."""
    known = moment(at)
    return known.replace(microsecond=0) if known.microsecond else known


def unix_s(at: datetime) -> int:
    """Convert a moment to Unix seconds, down to the second; raise StorageError for one without zone."""
    return since_epoch_s(moment(at))
