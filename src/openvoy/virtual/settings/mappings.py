"""Mappings that nobody can change."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


def nothing() -> Mapping[str, Value]:
    """Give an empty one."""
    return MappingProxyType({})


def with_entry(mapping: Mapping[Key, Value], key: Key, value: Value) -> Mapping[Key, Value]:
    """Give the same with one more or another entry."""
    return MappingProxyType({**mapping, key: value})


def without(mapping: Mapping[Key, Value], keys: set[Key]) -> Mapping[Key, Value]:
    """Give the same without some entries."""
    return MappingProxyType({key: value for key, value in mapping.items() if key not in keys})
