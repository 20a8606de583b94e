"""Faults of gateways, switched on by name. A fault is a module of this package with one registered dataclass.

Its fields are its options; docs/reference/faults.md is made of them.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from openvoy.errors import ConfigError
from openvoy.virtual.fault import Fault

FaultT = TypeVar("FaultT", bound=Fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """One fault as it is registered."""

    name: str
    quirks: tuple[str, ...]
    """Numbers of the measured behaviours that it reproduces."""
    kind: type[Fault]


_KINDS: dict[str, FaultKind] = {}


def fault(name: str, *quirks: str) -> Callable[[type[FaultT]], type[FaultT]]:
    """Register a fault under the name that users give."""

    def register(kind: type[FaultT]) -> type[FaultT]:
        _KINDS[name] = FaultKind(name=name, quirks=quirks, kind=kind)
        return kind

    return register


@cache
def fault_kinds() -> Mapping[str, FaultKind]:
    """All faults by name."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_KINDS.items()))


def parse_fault(text: str) -> tuple[str, Fault]:
    """Parse `NAME[:key=value,…]`; raise ConfigError where it names no fault or option."""
    name, _, rest = text.partition(":")
    options: dict[str, object] = {}
    for part in filter(None, rest.split(",")):
        key, is_pair, value = part.partition("=")
        if not is_pair:
            raise ConfigError(f"fault {text!r}: {part!r} is no key=value", hint=f"Write {name}:key=value,key=value.")
        options[key.strip()] = value.strip()
    return name, build_fault(name, options)


def build_fault(name: str, options: Mapping[str, object]) -> Fault:
    """Build a fault from its options; raise ConfigError with what there is."""
    found = fault_kinds().get(name)
    if found is None:
        raise ConfigError(f"there is no fault {name!r}", hint=f"There are: {', '.join(fault_kinds())}.")
    known = {field.name for field in fields(found.kind)}
    hints = get_type_hints(found.kind)
    values: dict[str, Any] = {}
    for key, value in options.items():
        if key not in known:
            raise ConfigError(f"fault {name}: no option {key!r}", hint=f"It has: {', '.join(sorted(known))}.")
        values[key] = _convert(name, key, value, hints[key])
    try:
        return found.kind(**values)
    except ConfigError as error:
        raise ConfigError(f"fault {name}: {error.message}", hint=error.hint) from None


def _convert(name: str, key: str, value: object, hint: object) -> object:
    if get_origin(hint) is Literal:
        if str(value) in get_args(hint):
            return str(value)
        words = ", ".join(map(str, get_args(hint)))
        raise ConfigError(f"fault {name}: {key}={value} is none of them", hint=f"Give one of: {words}.")
    shape = next((shape for shape in (int, float) if hint == shape), str)
    try:
        number = shape(str(value))
    except ValueError:
        number = math.nan
    if isinstance(number, float) and not math.isfinite(number):
        wanted = "a whole number" if shape is int else "a number"
        raise ConfigError(f"fault {name}: {key}={value} is not {wanted}", hint=f"Give {key} as {wanted}.")
    return number
