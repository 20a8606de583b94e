from __future__ import annotations

from datetime import UTC, datetime

import pytest

from openvoy.cli.snapshot_tables import Table, build_tables, unit
from openvoy.model import Battery, Channel, Energy, GatewayInfo, Grid, Inverter, Meter, Power, Snapshot, Storage

AT = datetime(2025, 6, 21, 12, tzinfo=UTC)
INFO = GatewayInfo(serial="122200000001", firmware="8.2.4345", model="metered", phases=2)


def tables(snapshot: Snapshot) -> dict[str, Table]:
    return {table.title.partition(",")[0].partition(" (")[0]: table for table in build_tables(snapshot)}


def pairs(table: Table) -> dict[str, str]:
    return {row[0]: row[1] for row in table.rows}


@pytest.mark.parametrize(
    ("value", "suffix", "digits", "text"),
    [
        (1234.5, "W", 0, "1,234 W"),
        (-0.4, "W", 0, "0 W"),
        (-12.34, "A", 1, "-12.3 A"),
        (0.0, "W", 0, "0 W"),
        (0.97, "", 2, "0.97"),
        (None, "W", 0, "-"),
    ],
)
def test_numbers_carry_their_unit(value: float | None, suffix: str, digits: int, text: str) -> None:
    assert unit(value, suffix, digits) == text


def test_flows_say_their_direction() -> None:
    power = Power(solar_w=3000, grid_w=-800, battery_w=1000.4, load_w=1200)
    rows = pairs(tables(Snapshot(gateway=INFO, at=AT, power=power))["Gateway 122200000001"])
    assert rows == {
        "solar": "3,000 W",
        "grid (export)": "800 W",
        "battery (discharging)": "1,000 W",
        "house": "1,200 W",
    }


def test_what_was_not_said_has_no_table() -> None:
    assert list(tables(Snapshot(gateway=INFO, at=AT, power=Power(solar_w=0)))) == ["Gateway 122200000001"]


def test_a_gateway_that_says_no_power_is_named_all_the_same() -> None:
    (table,) = build_tables(Snapshot(gateway=INFO, at=AT))
    assert table.title.startswith("Gateway 122200000001, firmware 8.2.4345, metered, 2 phases, 2025-06-2")
    assert pairs(table) == {"power": "none is known"}


def test_energies_are_kilowatt_hours() -> None:
    snapshot = Snapshot(gateway=INFO, at=AT, energy=Energy(solar_wh=14_405_465, import_wh=50))
    assert pairs(tables(snapshot)["Since installation"]) == {"solar": "14,405.5 kWh", "imported": "0.1 kWh"}


def test_meters_in_use_are_shown_with_their_phases() -> None:
    """The sum of the phases' voltages, which the gateway tells, is nothing that can be measured."""
    phases = tuple(Channel(phase=f"L{number}", active_power_w=100.0 * number, voltage_v=230.04) for number in (1, 2))
    meters = (
        Meter(eid=1, kind="production", state="enabled", active_power_w=300, voltage_v=460.08, channels=phases),
        Meter(eid=2, kind="storage", state="disabled"),
        Meter(eid=3, kind="net-consumption", state="enabled", active_power_w=-5, channels=phases[:1]),
    )
    rows = tables(Snapshot(gateway=INFO, at=AT, meters=meters))["Meters"].rows
    assert [row[:3] for row in rows] == [
        ("production", "300 W", ""),
        ("  L1", "100 W", "230.0 V"),
        ("  L2", "200 W", "230.0 V"),
        ("net-consumption", "-5 W", "-"),
    ]


def test_batteries_panels_and_storage() -> None:
    snapshot = Snapshot(
        gateway=INFO,
        at=AT,
        batteries=(Battery(serial="122200000201", kind="iq", soc_pct=60, power_w=-1000, status="charging"),),
        inverters=(Inverter(serial="122200000101", power_w=300, temperature_c=41), Inverter(serial="122200000102")),
        storage=Storage(soc_pct=60, reserve_soc_pct=20, mode="self-consumption"),
        grid=Grid(relay="closed"),
    )
    found = tables(snapshot)
    assert found["Batteries"].columns == ["battery", "charge", "power", "status"]
    assert found["Batteries"].rows == [("122200000201", "60 %", "-1,000 W", "charging")]
    assert [row[:2] for row in found["Panels"].rows] == [("122200000101", "300 W"), ("122200000102", "-")]
    assert pairs(found["Gateway 122200000001"]) == {
        "charge": "60 %",
        "reserve": "20 %",
        "storage mode": "self-consumption",
        "grid relay": "closed",
    }
