"""What is written, as the journal keeps it: bytes that say all of it, and back. Pure."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from openvoy import codec
from openvoy.store import tables
from openvoy.store.rows import Draft, Drafts, Owner
from openvoy.store.times import EPOCH

_TABLES = {table.name: table for table in tables.OUTBOX}
_MICROSECOND = timedelta(microseconds=1)
_TIME = "t"
"""Times are told as an object with this one key: microseconds since 1970."""
_PART = re.compile(rb'\{"part":(\["(?:\\.|[^"\\])*",\d+\])')
_PART_BYTES = 256
"""More than the beginning of a part."""


class Part(NamedTuple):
    """One of the parts, counted from 0, in which new rows of a gateway come."""

    gateway: str
    number: int


class Span(NamedTuple):
    """A time of one gateway."""

    gateway: str
    start: datetime
    end: datetime

    def has(self, at: datetime) -> bool:
        """Whether a moment is of this time."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is written at once."""

    drafts: Drafts = field(default_factory=dict)
    replaced: Sequence[Span] = ()
    """What accounting kept of these times goes away before the rows come: of one, as written, or what is left of it."""
    note: tuple[str, str] | None = None
    """A note about the history itself: key and value."""
    part: Part | None = None
    """Its rows wait in the journal, where nobody reads them, for the change that puts all parts in their place."""
    parts: int = 0
    """So many parts of the gateway, the last that came, take the place of what goes away."""

    @property
    def rows(self) -> int:
        """How many rows it brings."""
        return sum(map(len, self.drafts.values()))


def render_change(change: Change) -> bytes:
    """Turn a change into bytes."""
    told: dict[str, Any] = {
        "rows": {table.name: [_plain(draft) for draft in drafts] for table, drafts in change.drafts.items() if drafts},
        "replaced": _plain_span(change.replaced[0]) if change.replaced else None,
        "note": change.note,
    }
    # Who knows no parts is to find nothing in them: without those, what was there stays.
    if change.part is not None:
        told = {"part": change.part, "part_rows": told["rows"], "rows": {}, "replaced": None, "note": None}
    elif change.parts:
        told = {"parts": change.parts, "exchanged": told["replaced"], "rows": {}, "replaced": None, "note": None}
    return zlib.compress(codec.encode_json(told), 6)


def parse_change(content: bytes) -> Change:
    """Turn bytes into a change; tables that are not known any more are left out."""
    told = json.loads(zlib.decompress(content), object_hook=_parse_time)
    drafts = {
        _TABLES[name]: [Draft(tuple(owner), tuple(values)) for owner, values in rows]
        for name, rows in told.get("part_rows", told["rows"]).items()
        if name in _TABLES
    }
    replaced, note = told.get("exchanged", told["replaced"]), told["note"]
    return Change(
        drafts=drafts,
        replaced=() if replaced is None else (Span(*replaced),),
        note=None if note is None else (note[0], note[1]),
        part=Part(*told["part"]) if "part" in told else None,
        parts=told.get("parts", 0),
    )


def parse_part(content: bytes) -> Part | None:
    """Find out of which part these bytes are, without reading its rows; None for other changes."""
    found = _PART.match(zlib.decompressobj().decompress(content, _PART_BYTES))
    return None if found is None else Part(*json.loads(found[1]))


def _plain(draft: Draft) -> tuple[Owner, Sequence[object]]:
    return draft.owner, [_render_time(value) if isinstance(value, datetime) else value for value in draft.values]


def _plain_span(span: Span) -> Sequence[object]:
    return span.gateway, _render_time(span.start), _render_time(span.end)


def _render_time(at: datetime) -> Mapping[str, int]:
    return {_TIME: (at - EPOCH) // _MICROSECOND}


def _parse_time(told: dict[str, Any]) -> Any:
    return EPOCH + told[_TIME] * _MICROSECOND if told.keys() == {_TIME} else told
