"""Faults of gateways, switched on by name. A fault is a module of this package with one registered dataclass.

Its fields are its options; `path` limits it to paths that match the pattern (`/ivp/*`), without it all are hit.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar, get_type_hints

from openvoy.errors import ConfigError
from openvoy.protocol.firmware import Capabilities
from openvoy.virtual.source import Reply


class Fault(Protocol):
    """A frozen dataclass; its fields are options of type str, int or float, each with a default."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def path(self) -> str | None:
        """Which paths it hits, as a pattern; None is all."""
        ...

    def spoil(self, reply: Reply, identity: Capabilities) -> Reply:
        """Give the reply that goes out instead of the good one."""
        ...


FaultT = TypeVar("FaultT", bound=Fault)
_KINDS: dict[str, Callable[..., Fault]] = {}


def fault(name: str) -> Callable[[type[FaultT]], type[FaultT]]:
    """Register a fault under the name that users give."""

    def register(kind: type[FaultT]) -> type[FaultT]:
        _KINDS[name] = kind
        return kind

    return register


@cache
def fault_kinds() -> Mapping[str, Callable[..., Fault]]:
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
    kind = fault_kinds().get(name)
    if kind is None:
        raise ConfigError(f"there is no fault {name!r}", hint=f"There are: {', '.join(fault_kinds())}.")
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, object] = {}
    for key, value in options.items():
        if key not in known:
            raise ConfigError(f"fault {name}: no option {key!r}", hint=f"It has: {', '.join(sorted(known))}.")
        values[key] = _convert(name, key, value, get_type_hints(kind)[key])
    return kind(**values)


def _convert(name: str, key: str, value: object, hint: object) -> object:
    shape = next((shape for shape in (int, float) if hint == shape), str)
    try:
        return shape(str(value))
    except ValueError:
        wanted = "a whole number" if shape is int else "a number"
        raise ConfigError(f"fault {name}: {key}={value} is not {wanted}", hint=f"Give {key} as {wanted}.") from None
