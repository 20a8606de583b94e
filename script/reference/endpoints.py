"""docs/reference/endpoints.md: every declared endpoint with every member of its bodies."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin, get_type_hints

from openvoy.codec import WireStruct
from openvoy.protocol.endpoint import ANY_FIRMWARE, Endpoint, Poll
from openvoy.protocol.registry import REGISTRY
from reference.markdown import code, first_paragraph, table

INTRODUCTION = """# Endpoints

The gateway's local API as Openvoy declares it in `openvoy.protocol.endpoints`. The client decodes with these
declarations and the virtual gateway encodes with them. A member that a gateway leaves out is `None`, whatever its type.

*Role* is the least login that token firmware asks for. *Polled* says how often the service asks.

"""


def render() -> str:
    """Render the page."""
    known = sorted(REGISTRY.values(), key=lambda endpoint: (endpoint.path, endpoint.name))
    rows = [
        (f"[`{item.name}`](#{item.name})", code(item.path), ", ".join(item.methods), _firmware(item), item.poll.value)
        for item in known
    ]
    summary = table(("endpoint", "path", "methods", "firmware", "polled"), rows)
    return INTRODUCTION + summary + "".join(_section(endpoint) for endpoint in known)


def _section(endpoint: Endpoint[Any]) -> str:
    facts = [
        ("path", code(endpoint.path)),
        ("methods", ", ".join(endpoint.methods)),
        ("role", endpoint.role.name.lower()),
        ("firmware", _firmware(endpoint)),
        ("before firmware 7", "without login" if endpoint.digest_free else "digest login"),
        ("polled", _poll(endpoint.poll)),
        ("answered by", endpoint.handler.value),
    ]
    page = "" if endpoint.parse is None else " read from a page that is not JSON"
    facts.append(("reply", code(type_name(endpoint.reply)) + page))
    if endpoint.request is not None:
        facts.append(("request", code(type_name(endpoint.request))))
    structs = dict.fromkeys([*structs_of(endpoint.reply), *structs_of(endpoint.request)])
    return f"\n## {endpoint.name}\n\n{endpoint.summary}\n\n{table(('', ''), facts)}" + "".join(map(_struct, structs))


def _firmware(endpoint: Endpoint[Any]) -> str:
    since = "" if endpoint.since == ANY_FIRMWARE else f"from {endpoint.since}"
    until = "" if endpoint.until is None else f"before {endpoint.until}"
    return " ".join(filter(None, (since, until))) or "any"


def _poll(poll: Poll) -> str:
    return poll.value.replace("_", " ")


def _struct(struct: type[WireStruct]) -> str:
    rows = [(code(wire), code(name), code(kind), unit, meaning) for name, wire, kind, unit, meaning in members(struct)]
    heading = f"\n**{struct.__name__}**: {first_paragraph(struct.__doc__)}\n\n"
    return heading + table(("on the wire", "in Python", "type", "unit", "meaning"), rows)


def members(struct: type[WireStruct]) -> Iterator[tuple[str, str, str, str, str]]:
    """Give Python name, wire name, type, unit and meaning of each member."""
    hints = get_type_hints(struct, include_extras=True)
    for name, wire in zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True):
        notes = getattr(hints[name], "__metadata__", ())
        unit = next((note.extra["unit"] for note in notes if note.extra), "")
        meaning = next((note.description for note in notes if note.description), "")
        yield name, wire, type_name(hints[name]), unit, meaning


def type_name(shape: Any) -> str:
    """Name a type as a reader writes it; that a member may be missing goes without saying."""
    if hasattr(shape, "__metadata__"):
        return type_name(shape.__origin__)
    origin, args = get_origin(shape), get_args(shape)
    if origin in {Union, types.UnionType}:
        return " | ".join(type_name(arg) for arg in args if arg is not type(None))
    if origin is None:
        return str(getattr(shape, "__name__", repr(shape)))
    inner = ", ".join("…" if arg is ... else type_name(arg) for arg in args)
    return f"{getattr(origin, '__name__', origin)}[{inner}]"


def structs_of(shape: Any) -> Iterator[type[WireStruct]]:
    """Give all structs of a shape, outer ones first."""
    if isinstance(shape, type) and issubclass(shape, WireStruct):
        yield shape
        for hint in get_type_hints(shape, include_extras=True).values():
            yield from structs_of(hint)
    else:
        for inner in get_args(shape):
            yield from structs_of(inner)
