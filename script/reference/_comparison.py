"""How two readings of one recording are held against each other, field by field."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Read = Callable[[Any], Any]
Same = Callable[[Any], Any]
"""Turns our value into what theirs would be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same thing in both readings; None where a reading does not have it."""

    key: str
    theirs: Any
    ours: Any
    snapshot: Any
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why ours is right where the readings differ; `applies` says where that is, by rule."""

    id: str
    text: str
    applies: Callable[[Pair, Any, Any], bool]
    """Given the pair, their value and ours as theirs would be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of theirs and ours."""

    theirs: str
    ours: str | None
    """None where we do not say it; `why` says why not."""
    same: Same = lambda value: value
    note: str = ""
    """How ours is turned into theirs, for people."""
    reasons: tuple[Reason, ...] = ()
    why: str = ""
    read: Read | None = None
    """Takes their value out of their object where it is not simply a member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fields of one kind of thing."""

    title: str
    pairs: Callable[[Any, Any], Iterator[tuple[str, Any, Any]]]
    fields: tuple[Field, ...]
    reasons: tuple[Reason, ...] = ()
    """Reasons that may hold for each of its fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that is not the same."""

    group: str
    field: str
    key: str
    theirs: Any
    ours: Any
    reason: Reason | None


@dataclass(slots=True)
class Outcome:
    """What came of comparing one recording."""

    recording: str
    agreements: int = 0
    differences: list[Difference] = field(default_factory=list)


def rounded(value: float | None) -> int | None:
    """Round as pyenphase does."""
    return None if value is None else round(value)


def unix(value: datetime | None) -> int | None:
    """Turn an instant into Unix seconds; never is 0 in their model."""
    return None if value is None else round(value.timestamp())


def compare(recording: str, data: Any, snapshot: Any, groups: Sequence[Group]) -> Outcome:
    """Compare everything."""
    outcome = Outcome(recording)
    for group in groups:
        for key, theirs, ours in group.pairs(data, snapshot):
            pair = Pair(key=key, theirs=theirs, ours=ours, snapshot=snapshot, data=data)
            for one in group.fields:
                _compare_field(outcome, group, one, pair)
    return outcome


def _compare_field(outcome: Outcome, group: Group, one: Field, pair: Pair) -> None:
    if one.ours is None:
        return
    theirs = None if pair.theirs is None else read(pair.theirs, one.theirs) if one.read is None else one.read(pair)
    said = None if pair.ours is None else read(pair.ours, one.ours)
    ours = None if said is None else one.same(said)
    if is_same(theirs, ours):
        outcome.agreements += theirs is not None
        return
    reasons = (*one.reasons, *group.reasons)
    reason = next((reason for reason in reasons if reason.applies(pair, theirs, ours)), None)
    outcome.differences.append(
        Difference(group=group.title, field=one.theirs, key=pair.key, theirs=theirs, ours=ours, reason=reason)
    )


def read(thing: Any, path: str) -> Any:
    """Read a member, or a member of a member."""
    for name in path.split("."):
        thing = None if thing is None else thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name)
    return thing


def is_same(theirs: Any, ours: Any) -> bool:
    """Whether two values are the same, floats but for their last digits."""
    if isinstance(theirs, bool) or isinstance(ours, bool) or theirs is None or ours is None:
        return bool(theirs is ours)
    if isinstance(theirs, int | float) and isinstance(ours, int | float):
        return math.isclose(theirs, ours, rel_tol=1e-9, abs_tol=1e-9)
    return bool(theirs == ours)
