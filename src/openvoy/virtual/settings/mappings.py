"""Mappings of settings: never changed in place, their type says so; the next one is a copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


def nothing() -> Mapping[str, Value]:
    """Give an empty one."""
    return {}


def with_entry(mapping: Mapping[Key, Value], key: Key, value: Value) -> Mapping[Key, Value]:
    """Give the same with one more or another entry."""
    return {**mapping, key: value}


def without(mapping: Mapping[Key, Value], keys: set[Key]) -> Mapping[Key, Value]:
    """Give the same without some entries."""
    return {key: value for key, value in mapping.items() if key not in keys}
