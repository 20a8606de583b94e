"""Sees to it that each trouble is told once, that its end is told, and that flapping is not told again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from openvoy.model.alerts.condition import Condition, Judgement, Topic

OVER_AFTER = timedelta(minutes=2)
"""A trouble has ended once it was not seen for this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something to be told."""

    kind: Literal["alert", "over", "notice", "test"]
    """`notice` has no end, such as another firmware."""
    topic: Topic | Literal["test"]
    key: str
    title: str
    text: str
    at: datetime
    """When it began, ended or happened."""
    hint: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A trouble that has begun."""

    condition: Condition
    since: datetime
    told_at: datetime | None = None
    absent_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What stands, and when each trouble was told last."""

    standing: Mapping[str, Standing] = field(default_factory=dict)
    told_at: Mapping[str, datetime] = field(default_factory=dict)


def judge(book: Book, found: Judgement, now: datetime, *, spacing: timedelta) -> tuple[Book, Sequence[Message]]:
    """Take down what was found; give what has to be told. `spacing` is the least time from a telling to the next."""
    seen = {condition.key: condition for condition in found.conditions}
    standing: dict[str, Standing] = {}
    told_at = {key: at for key, at in book.told_at.items() if now - at < spacing}
    messages: list[Message] = []
    for key in {**book.standing, **seen}:
        before = book.standing.get(key)
        if key in seen:
            one = _go_on(before, seen[key], now)
            if one.told_at is None and _is_due(one, told_at.get(key), now):
                one = replace(one, told_at=now)
                told_at[key] = now
                messages.append(_alert(one))
            standing[key] = one
        elif before is not None:
            left = _keep(before) if key.startswith(found.undecided) else _leave(before, now)
            if left is not None:
                standing[key] = left
            elif before.told_at is not None:
                messages.append(_over(before))
    return Book(standing=standing, told_at=told_at), messages


def _go_on(before: Standing | None, condition: Condition, now: datetime) -> Standing:
    if before is None:
        return Standing(condition=condition, since=now)
    return replace(before, condition=condition, absent_since=None)


def _is_due(one: Standing, last: datetime | None, now: datetime) -> bool:
    # What was told within the spacing has been pruned otherwise.
    return last is None and now - one.since >= timedelta(seconds=one.condition.patience_s)


def _keep(before: Standing) -> Standing | None:
    """Leave what was told as it is; patience begins anew, as nobody knows whether it went on."""
    return None if before.told_at is None else replace(before, absent_since=None)


def _leave(before: Standing, now: datetime) -> Standing | None:
    if before.told_at is None:
        return None
    absent_since = before.absent_since or now
    return None if now - absent_since >= OVER_AFTER else replace(before, absent_since=absent_since)


def _alert(one: Standing) -> Message:
    condition = one.condition
    return Message(
        kind="alert",
        topic=condition.topic,
        key=condition.key,
        title=condition.title,
        text=condition.text,
        at=one.since,
        hint=condition.hint,
        is_urgent=condition.is_urgent,
    )


def _over(before: Standing) -> Message:
    condition = before.condition
    assert before.absent_since is not None
    return Message(
        kind="over",
        topic=condition.topic,
        key=condition.key,
        title=f"Over: {condition.title}",
        text=condition.over,
        at=before.absent_since,
        is_urgent=condition.is_urgent,
    )
