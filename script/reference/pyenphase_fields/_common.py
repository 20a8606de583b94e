"""What several kinds of things are compared by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reference._comparison import Field, unix


def by_serial(things: Iterable[Any]) -> dict[str, Any]:
    return {thing.serial: thing for thing in things}


def all_of(theirs: Mapping[str, Any] | None, ours: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    said = theirs or {}
    for key in sorted({*said, *ours}):
        yield key, said.get(key), ours.get(key)


def single(key: str, theirs: Any, ours: Any) -> Iterator[tuple[str, Any, Any]]:
    if theirs is not None or ours is not None:
        yield key, theirs, ours


EQUIPMENT = (
    Field(theirs="serial_number", ours="serial"),
    Field(theirs="part_number", ours="part_number"),
    Field(theirs="communicating", ours="communicating"),
    Field(theirs="admin_state_str", ours="state"),
    Field(theirs="admin_state", ours=None, why="The number of the state that `admin_state_str` names."),
    Field(theirs="firmware_version", ours="firmware"),
    Field(theirs="firmware_loaded_date", ours="firmware_loaded_at", same=unix, note="Unix seconds"),
    Field(theirs="installed_date", ours="installed_at", same=unix, note="Unix seconds"),
    Field(theirs="last_report_date", ours="at", same=unix, note="Unix seconds"),
)


RADIO = (
    Field(theirs="comm_level_2_4_ghz", ours="short_range_radio_level"),
    Field(theirs="comm_level_sub_ghz", ours="long_range_radio_level"),
    Field(theirs="operating", ours="operating"),
    Field(theirs="zigbee_dongle_fw_version", ours="radio_firmware"),
)
