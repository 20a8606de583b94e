"""Reading of query parameters: moments, spans and gateways, with errors that say how to ask instead."""

from __future__ import annotations

import contextlib
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from openvoy.errors import StorageError
from openvoy.ports import Feed, GatewayStatus, Store
from openvoy.web.problems import BadQuery, NothingThere, NotReady

MAX_POINTS = 20_000
"""Rows of a reply: more than any screen has pixels, and still encoded within some 20 ms."""

YEARS = range(1970, 2200)

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_COMPACT_DAY = re.compile(r"(19|20)\d{6}")
"""As Unix seconds these would be days of 1970, of which no gateway has energy."""
_LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")
"""In a query, + means a space unless it is written as %2B."""

_TIME_HINT = "Give ISO 8601, such as 2025-06-21T12:00:00+02:00 or 2025-06-21 (site's time), or Unix seconds."


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span of time, end excluded, in UTC."""

    start: datetime
    end: datetime

    @property
    def length_s(self) -> float:
        """How long it is."""
        return (self.end - self.start).total_seconds()


def parse_moment(text: str, *, name: str, zone: tzinfo) -> datetime:
    """Parse ISO 8601 or Unix seconds to UTC; a time without offset is one of `zone`."""
    text = text.strip()
    try:
        if _NUMBER.fullmatch(text) and not _COMPACT_DAY.fullmatch(text):
            moment = datetime.fromtimestamp(float(text), UTC)
        else:
            moment = datetime.fromisoformat(_LOST_PLUS.sub("+", text))
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadQuery(f"{name}: '{text}' is not a time.", hint=_TIME_HINT) from error
    if moment.year not in YEARS:
        raise BadQuery(
            f"{name}: the year {moment.year} is out of range.",
            hint=f"Give a time of {YEARS.start} (UTC) to {YEARS.stop - 1}, as ISO 8601 or Unix seconds.",
        )
    return moment


def parse_span(start: str, end: str, *, zone: tzinfo) -> Span:
    """Parse start and end; refuse an empty span."""
    span = Span(start=parse_moment(start, name="start", zone=zone), end=parse_moment(end, name="end", zone=zone))
    if span.start >= span.end:
        if span.start == span.end and start.strip() != end.strip():
            raise BadQuery(
                "start and end are one moment.",
                hint="Give an earlier start; in a night in which clocks are set, both with their offset.",
            )
        raise BadQuery("start is not before end.", hint="Give a start that is earlier than end.")
    return span


def check_step(span: Span, step_s: int) -> None:
    """Refuse a step below a second, and one that gives too many points."""
    if step_s < 1:
        raise BadQuery(f"step_s is {step_s}.", hint="Give whole seconds, at least 1.")
    if span.length_s / step_s > MAX_POINTS:
        least_s = math.ceil(span.length_s / MAX_POINTS)
        raise BadQuery(
            f"These are more than {MAX_POINTS:,} points.",
            hint=f"Give step_s={least_s} or more, or a shorter time between start and end.",
        )


def check_length(span: Span, longest_s: float, *, hint: str) -> None:
    """Refuse a span that is longer than `longest_s`."""
    if span.length_s > longest_s:
        raise BadQuery(f"The time between start and end is longer than {longest_s / 86_400:g} days.", hint=hint)


def find_gateway(feed: Feed, name: str | None) -> GatewayStatus:
    """Find a gateway by its name or serial; the first one where no name is given."""
    statuses = feed.statuses()
    if not statuses:
        raise NothingThere("No gateway is configured.", hint="Add a [[gateway]] to openvoy.toml.")
    if not name:
        return statuses[0]
    for status in statuses:
        if name in (status.name, status.serial):
            return status
    known = ", ".join(status.name for status in statuses)
    raise NothingThere(f"There is no gateway '{name}'.", hint=f"Known are: {known}.")


async def find_serial(feed: Feed, store: Store, name: str | None) -> str | None:
    """Find the serial under which history is kept; None, which is all gateways, where no name is given.

    A gateway that is configured no longer, such as one that was replaced, is asked for by its serial.
    """
    if not name:
        return None
    is_configured = any(name in (status.name, status.serial) for status in feed.statuses())
    # A history that cannot be read knows of none besides.
    with contextlib.suppress(StorageError):
        if not is_configured and await store.read_last_energy(name) is not None:
            return name
    status = find_gateway(feed, name)
    if status.serial is None:
        raise NotReady(
            f"The serial of gateway '{status.name}' is not known yet, as it has not answered.",
            hint=status.hint or "Ask again once it answers, or leave out gateway= for all gateways together.",
        )
    return status.serial
