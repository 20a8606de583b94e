"""docs/reference/faults.md: every fault of the virtual gateway with its options, and what comes with a firmware."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from openvoy.virtual.fault import Fault
from openvoy.virtual.faults import FaultKind, fault_kinds
from openvoy.virtual.traits import TRAITS, Trait
from reference.markdown import code, first_paragraph, table

INTRODUCTION = """# Faults

What real gateways were seen to do, to be switched on in a virtual one: with `--fault NAME[:key=value,…]` when
`openvoy gateway` starts, or at any time by `POST /__virtual/faults` with `{"name": NAME, key: value, …}`. `GET` lists
what is on, `DELETE` switches all faults off, with `?name=` those of one name. Faults act in the order in which they
were switched on. Data is changed through the same structs that clients read it with, for simulated sites and
recordings alike.

"""
COMMON = """## Options of every fault

A fault of the same name and path replaces the one before. The gateway's clock is the one that `--start`, `--speed` and
`/__virtual/clock` move; real time is what a client waits.

"""
KINDS = "\n## All faults\n\nThe numbers are those of the list of measured behaviours that they reproduce.\n\n"
NATURE = """
## What comes with a firmware

A simulated site behaves like its firmware without being asked to; the list of faults shows these with `"trait": true`.
`DELETE /__virtual/faults?name=NAME` takes one away. A recording has its own nature in it.

"""

ALWAYS = "\n## What needs no switch\n\nThe rest of the list of measured behaviours, and where it is found.\n\n"
BY_NATURE: tuple[tuple[str, str], ...] = (
    ("Q6", "today and seven days of net consumption are 0 in every reply"),
    ("Q16", "inverters report every 5 to 60 minutes, meters every second, so the two disagree"),
    ("Q18", "rows of split-phase meters are the sum of their lines; that they are doubled is not confirmed"),
    ("Q35", "the last report of the day stays all night, and the highest power for ever"),
    ("Q40", "the member `devices:` of battery powers has a colon in its name"),
    ("Q46", "the 404 of firmware before 7 is labelled ISO-8859-4"),
    ("Q47", "port 80 serves, redirects or is closed, by firmware; so does `/`"),
    ("Q49", "TLS 1.2 with a self-signed certificate from 7 on"),
    ("Q51", "announcements by mDNS are their own command-line option"),
    ("Q72", "the cloud's live broker is no part of the local API and is not served"),
)


def render() -> str:
    """Render the page."""
    kinds = fault_kinds().values()
    common = table(("option", "type", "default", "unit", "meaning"), _options(Fault))
    rows = [
        (f"[`{kind.name}`](#{kind.name})", first_paragraph(kind.kind.__doc__), ", ".join(kind.quirks)) for kind in kinds
    ]
    summary = table(("fault", "what it does", "no."), rows)
    nature = table(("fault", "firmware", "where"), map(_trait, TRAITS))
    always = table(("no.", "behaviour"), BY_NATURE)
    sections = "".join(map(_section, kinds))
    return INTRODUCTION + COMMON + common + KINDS + summary + NATURE + nature + ALWAYS + always + sections


def _section(kind: FaultKind) -> str:
    why = first_paragraph(sys.modules[kind.kind.__module__].__doc__)
    text = f"\n## {kind.name}\n\n{first_paragraph(kind.kind.__doc__)} {why}\n"
    rows = list(_options(kind.kind, besides=Fault))
    return text + (f"\n{table(('option', 'type', 'default', 'unit', 'meaning'), rows)}" if rows else "")


def _options(kind: type[Fault], besides: type[Fault] | None = None) -> Iterator[tuple[str, str, str, str, str]]:
    """Give name, type, default, unit and meaning of the options that are not those of `besides`, or differ."""
    hints = get_type_hints(kind, include_extras=True)
    known = {} if besides is None else {row.name: row.default for row in fields(besides)}
    for row in fields(kind):
        if row.name in known and known[row.name] == row.default:
            continue
        note = next(iter(getattr(hints[row.name], "__metadata__", ())), None)
        unit = "" if note is None or note.extra is None else note.extra["unit"]
        meaning = "" if note is None or note.description is None else note.description
        yield code(row.name), _type(hints[row.name].__origin__), _default(row), unit, meaning


def _type(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return " or ".join(code(word) for word in get_args(hint))
    names = {int: "whole number", float: "number"}
    return names.get(hint, "text")


def _default(row: Field[Any]) -> str:
    return "" if row.default is None else code(f"{row.default:.15g}" if isinstance(row.default, float) else row.default)


def _trait(trait: Trait) -> tuple[str, str, str]:
    parts = [f"from {trait.since}" if trait.since else "", f"before {trait.until}" if trait.until else ""]
    return code(trait.fault), " ".join(filter(None, parts)), trait.where.value
