"""Whatever a gateway can be told has a control, or a reason why not."""

from __future__ import annotations

import importlib
import pkgutil

from openvoy.protocol import controls
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.raw_only import RAW_ONLY
from openvoy.protocol.registry import REGISTRY


def told_by_controls() -> set[str]:
    """Give the endpoints that the modules of controls name."""
    modules = [
        importlib.import_module(f"{controls.__name__}.{one.name}") for one in pkgutil.iter_modules(controls.__path__)
    ]
    return {value.name for module in modules for value in vars(module).values() if isinstance(value, Endpoint)}


def writable() -> set[str]:
    return {endpoint.name for endpoint in REGISTRY.values() if set(endpoint.methods) - {"GET", "HEAD"}}


def test_every_write_has_a_control_or_a_reason() -> None:
    assert writable() - told_by_controls() == set(RAW_ONLY)


def test_reasons_are_sentences() -> None:
    assert all(reason.endswith(".") for reason in RAW_ONLY.values())
