"""All controls, collected from the modules of `openvoy.protocol.controls`: a new control needs no other mention."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from openvoy.errors import ConfigError
from openvoy.protocol import controls
from openvoy.protocol.control import Control


def _declared() -> Iterator[Control]:
    for module_info in pkgutil.iter_modules(controls.__path__):
        module = importlib.import_module(f"{controls.__name__}.{module_info.name}")
        yield from (value for value in vars(module).values() if isinstance(value, Control))


def _by_name() -> dict[str, Control]:
    found: dict[str, Control] = {}
    for control in _declared():
        if found.setdefault(control.name, control) is not control:
            raise AssertionError(f"two controls are called {control.name}")
    return dict(sorted(found.items()))


CONTROLS: Mapping[str, Control] = MappingProxyType(_by_name())
"""Controls by name."""


def find_control(name: str) -> Control:
    """Find a control; raise ConfigError with the nearest name where there is none."""
    if name in CONTROLS:
        return CONTROLS[name]
    close = difflib.get_close_matches(name, CONTROLS, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"There are {', '.join(CONTROLS)}."
    raise ConfigError(f"There is no control {name}.", hint=hint)
