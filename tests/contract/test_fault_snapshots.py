"""Whatever fault is on: a snapshot, or one of the errors that say what to do. Never anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from openvoy.errors import OpenvoyError
from openvoy.model import Snapshot
from openvoy.virtual.faults import fault_kinds
from openvoy.virtual.recording import open_recording
from openvoy.virtual.source import Source
from tests.contract.fault_support import Stand, standing

AT_ONCE = {
    "hang": "hang:seconds=0",
    "slow-scripted": "slow-scripted:seconds=0",
    "hammered": "hammered:requests=1,freeze_s=0",
    "booting": "booting:seconds=600",
    "joule-wrap": "joule-wrap:earlier_kwh=1190",
    "inverters-retired": "inverters-retired:count=3",
    "device-limit": "device-limit:limit=5",
}
"""Options with which there is nothing to wait for, or more to see."""
GROUPS = 4
RECORDINGS = ["3.17.3", "4.10.35", "5.0.62", "7.6.175_with_cts_3phase", "8.2.4382_ACB", "8.3.5433_tot_is_net_cons"]
NAMES = sorted(fault_kinds())


async def outcome_of(stand: Stand, fault: str) -> Snapshot | OpenvoyError:
    stand.switch_on(fault)
    try:
        return await stand.snapshot()
    except OpenvoyError as error:
        return error
    finally:
        stand.gateway.faults.switch_off()


async def survive(stand: Stand, group: int) -> None:
    good = await stand.snapshot()
    for name in NAMES[group::GROUPS]:
        outcome = await outcome_of(stand, AT_ONCE.get(name, name))
        if isinstance(outcome, OpenvoyError):
            assert outcome.message, name
            assert outcome.hint, name
        else:
            assert outcome.gateway.serial == good.gateway.serial, name


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.parametrize("name", RECORDINGS)
@pytest.mark.sample(6)
async def test_a_recorded_gateway_is_read_under_any_fault(recordings_folder: Path, name: str, group: int) -> None:
    source: Source = open_recording(recordings_folder / f"{name}.har")
    async with standing(source) as stand:
        await survive(stand, group)


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.parametrize(("site", "firmware"), [("standard", "7.3.517"), ("demo", "8.3.5433"), ("three-phase", "8.2")])
@pytest.mark.sample(4)
async def test_a_simulated_gateway_is_read_under_any_fault(site: str, firmware: str, group: int) -> None:
    async with standing(site, firmware) as stand:
        await survive(stand, group)
