"""Under every fault a reading is right, or says what it lacks: never a wrong value without a word.

A snapshot under a fault is held against the one before it, value by value, while the gateway's time stands still. What
is not declared in `EXPECTED` may only become None, and then `missing` says why. So a new fault is held to the
strictest rule until a row says otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

import pytest

from openvoy.errors import GatewayUnreachable, OpenvoyError
from openvoy.model import MissingPart, Snapshot
from openvoy.virtual.faults import fault_kinds
from tests.contract.fault_support import Stand, standing
from tests.contract.test_fault_snapshots import AT_ONCE
from tests.support.patience import PATIENCE_S

STANDS = (("standard", "7.3.517"), ("demo", "8.3.5433"), ("three-phase", "8.2"), ("full", "8.3"))
GROUPS = 4
NAMES = sorted(fault_kinds())
BOOKKEEPING = ("at", "missing*", "counters*", "reported*")
"""`reported` is what the gateway words, right or wrong; `counters` are raw, and accounting judges them."""

IDENTITY = ("inverters/*/serial", "inverters/*/max_power_w")
WHOLE_INVERTER = ("inverters", "inverters/*")
EXPECTED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    # What the gateway shows differs, and is told as it shows it.
    "clock-skew": ("*/at", "*_at"),  # nothing in a reply tells that its clock is wrong; `openvoy doctor` does
    "ct-reversed": ("power.*", "meters/*"),  # nothing in a reply tells that its wiring is wrong; `openvoy doctor` does
    "evse-negative": ("meters/*",),  # a disabled meter is listed without values
    "firmware-changed": ("gateway.firmware",),
    "ghost-inverter": IDENTITY,  # it never reported: no time, no power
    "stale-inverter": (*IDENTITY, "inverters/*/at", "inverters/*/power_w"),  # its time is old; no sum has it
    "inverter-vanishes": WHOLE_INVERTER,  # one reply cannot tell that another had more
    "inverters-retired": (*WHOLE_INVERTER, "energy.solar_wh"),  # counters drop: accounting's business
    "meter-status": ("meters/*/flags", "meters/*/status"),
    "meters-apart": ("meters/*/at",),
    "night": ("power.solar_w", "power.grid_w", "meters/*/active_power_w"),  # the sun sets; the load stays
    "reports-every": ("inverters/*/report_*",),
    "tariff-mode-null": ("storage.mode",),
    "temperature-unknown": ("*temperature_c",),
    "unknown-enums": ("contacts/*", "grid.relay", "grid.status", "meters/704645376*", "storage.mode"),  # kept as text
    # What the gateway hides is known from elsewhere, or given up.
    "device-limit": ("inverters/*",),  # details end at the limit, reports do not
    "joule-wrap": ("energy.solar_wh", "inverters/*/lifetime_wh"),  # its option makes the array older
    "snapshot-lost": ("energy.solar_wh", "power.solar_w"),  # the page is some minutes newer than the snapshot
    "standard-zero-v1": ("energy.solar_wh", "power.solar_w"),  # as above
    "unsigned-watts": ("inverters/*/power_w",),  # -4 W, not 4294967292 W
    # Metered gateways without transformers do this, and there nobody reads the interval; a standard one does not.
    "small-frozen-v1": ("energy.solar_wh", "power.solar_w"),
})  # fmt: skip
"""By fault, the values that may change, as patterns."""


def leaves(thing: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Go through all values of a snapshot; rows are named by what they are, not by where they stand."""
    if is_dataclass(thing):
        for field in fields(thing):
            joint = "." if path and not path.endswith("/") else ""
            yield from leaves(getattr(thing, field.name), f"{path}{joint}{field.name}")
    elif isinstance(thing, tuple) and thing and is_dataclass(thing[0]):
        for row in thing:
            yield from leaves(row, f"{path}/{_name_of(row)}/")
    elif thing != ():
        yield path, thing


def _name_of(row: Any) -> str:
    known = (getattr(row, name, None) for name in ("serial", "eid", "phase", "id", "part"))
    return str(next((name for name in known if name is not None), ""))


def changes(before: Snapshot, after: Snapshot) -> Iterator[tuple[str, Any, Any]]:
    """Give what is not as before, but for bookkeeping."""
    good, bad = dict(leaves(before)), dict(leaves(after))
    for path in {**good, **bad}:
        if not any(fnmatchcase(path, pattern) for pattern in BOOKKEEPING):
            told, now = good.get(path), bad.get(path)
            if not is_same(told, now):
                yield path, told, now


def is_same(one: Any, other: Any) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int) and not isinstance(one, bool):
        return bool(one == pytest.approx(other, rel=1e-9, abs=1e-6))
    return bool(one == other)


def unjust(fault: str, before: Snapshot, after: Snapshot) -> list[str]:
    """List the values that changed without being declared or explained."""
    allowed = EXPECTED.get(fault, ())
    return [
        f"{fault}: {path} was {told!r}, is {now!r}"
        for path, told, now in changes(before, after)
        if not any(fnmatchcase(path, pattern) for pattern in allowed) and not (now is None and after.missing)
    ]


async def reading_under(stand: Stand, fault: str) -> Snapshot | OpenvoyError:
    stand.switch_on(AT_ONCE.get(fault, fault))
    try:
        return await stand.snapshot()
    except OpenvoyError as error:
        return error
    finally:
        stand.gateway.faults.switch_off()


async def until_it_listens(stand: Stand) -> None:
    """Wait for a gateway that was not to be connected to; its faults act about every second."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await stand.snapshot()
            except GatewayUnreachable:
                await asyncio.sleep(0.05)
            else:
                return


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.parametrize(("site", "firmware"), STANDS, ids=["-".join(pair) for pair in STANDS])
@pytest.mark.timeout(60)
@pytest.mark.sample(4)
async def test_no_fault_makes_a_reading_wrong_without_a_word(site: str, firmware: str, group: int) -> None:
    found: list[str] = []
    async with standing(site, firmware) as stand:
        good = await stand.snapshot()
        assert good.missing == ()
        for fault in NAMES[group::GROUPS]:
            outcome = await reading_under(stand, fault)
            if isinstance(outcome, OpenvoyError):
                assert outcome.hint, fault
                await until_it_listens(stand)
            else:
                found += unjust(fault, good, outcome)
    assert found == []


def test_every_expectation_is_of_a_fault_that_exists() -> None:
    assert set(EXPECTED) <= set(NAMES)


async def test_a_wrong_value_without_a_word_is_found() -> None:
    async with standing("standard", "7.3.517") as stand:
        good = await stand.snapshot()
    assert unjust("night", good, good) == []
    silent = replace(good, power=replace(good.power, solar_w=None))
    told = replace(silent, missing=(MissingPart(part="production_v1", reason="late"),))
    wrong = replace(told, power=replace(good.power, solar_w=1.0))
    assert [len(unjust("truncated-json", good, one)) for one in (silent, told, wrong)] == [1, 0, 1]
