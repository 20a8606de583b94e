"""A snapshot as tables for people, with units; what was not said is left out or shown as a hyphen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from openvoy.cli.output import amount
from openvoy.model import Battery, Inverter, Meter, Snapshot

NOT_SAID = "-"


@dataclass(frozen=True, slots=True)
class Table:
    """Texts by row; the first column names the row."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def build_tables(snapshot: Snapshot) -> list[Table]:
    """Build the tables that this snapshot has something for; the first says which gateway it is of, always."""
    tables = [
        _now(snapshot),
        Table("Since installation", ("", "energy"), [*_energies(snapshot)]),
        Table("Meters", ("meter", "power", "voltage", "current", "power factor"), [*_meters(snapshot.meters)]),
        Table(
            "Batteries",
            ("battery", "charge", "power", "temperature", "status"),
            [_battery(battery) for battery in snapshot.batteries],
        ),
        Table(
            f"Panels ({len(snapshot.inverters)})",
            ("inverter", "power", "DC", "temperature", "reported", "status"),
            [_inverter(inverter) for inverter in snapshot.inverters],
        ),
    ]
    return [_without_empty_columns(table) for table in tables if table.rows]


def unit(value: float | None, suffix: str, digits: int = 0) -> str:
    """Show a number with its unit, a hyphen for what was not said."""
    if value is None:
        return NOT_SAID
    text = f"{value:,.{digits}f}"
    return f"{text.removeprefix('-') if not text.strip('-0.,') else text} {suffix}".rstrip()


def _without_empty_columns(table: Table) -> Table:
    kept = [
        position
        for position in range(len(table.columns))
        if position == 0 or any(row[position] != NOT_SAID for row in table.rows)
    ]
    rows = [tuple(row[position] for position in kept) for row in table.rows]
    return Table(table.title, [table.columns[position] for position in kept], rows)


def _now(snapshot: Snapshot) -> Table:
    power, storage, grid = snapshot.power, snapshot.storage, snapshot.grid
    rows = [
        ("solar", unit(power.solar_w, "W")),
        (_directed("grid", power.grid_w, "import", "export"), unit(_size(power.grid_w), "W")),
        (_directed("battery", power.battery_w, "discharging", "charging"), unit(_size(power.battery_w), "W")),
        ("generator", unit(power.generator_w, "W")),
        ("house", unit(power.load_w, "W")),
    ]
    if storage is not None:
        rows += [("charge", unit(storage.soc_pct, "%")), ("reserve", unit(storage.reserve_soc_pct, "%"))]
        rows.append(("storage mode", storage.mode or NOT_SAID))
    if grid is not None:
        rows.append(("grid relay", grid.relay or NOT_SAID))
    known = [row for row in rows if row[1] != NOT_SAID]
    return Table(_headline(snapshot), ("", "now"), known or [("power", "none is known")])


def _headline(snapshot: Snapshot) -> str:
    gateway = snapshot.gateway
    phases = None if gateway.phases is None else amount(gateway.phases, "phase")
    parts = (f"Gateway {gateway.serial}", f"firmware {gateway.firmware}", gateway.model, phases)
    return ", ".join(part for part in parts if part) + f", {_local(snapshot.at)}"


def _energies(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    energy = snapshot.energy
    for name, value_wh in (
        ("solar", energy.solar_wh),
        ("imported", energy.import_wh),
        ("exported", energy.export_wh),
        ("charged", energy.charge_wh),
        ("discharged", energy.discharge_wh),
        ("used", energy.load_wh),
    ):
        if value_wh is not None:
            yield name, unit(value_wh / 1000, "kWh", 1)


def _meters(meters: Sequence[Meter]) -> Iterator[tuple[str, ...]]:
    for meter in meters:
        if meter.state != "enabled":
            continue
        readings = [(meter.kind, meter), *((f"  {channel.phase}", channel) for channel in meter.channels)]
        has_phases = len(readings) > 2
        for name, reading in readings if has_phases else readings[:1]:
            # Of several phases the gateway tells the sum of their voltages, which nobody can measure.
            voltage = "" if has_phases and reading is meter else unit(reading.voltage_v, "V", 1)
            yield (
                name,
                unit(reading.active_power_w, "W"),
                voltage,
                unit(reading.current_a, "A", 2),
                unit(reading.power_factor, "", 2),
            )


def _battery(battery: Battery) -> tuple[str, ...]:
    return (
        battery.serial,
        unit(battery.soc_pct, "%"),
        unit(battery.power_w, "W"),
        unit(battery.temperature_c, "°C"),
        battery.status or NOT_SAID,
    )


def _inverter(inverter: Inverter) -> tuple[str, ...]:
    return (
        inverter.serial,
        unit(inverter.power_w, "W"),
        unit(inverter.dc_voltage_v, "V", 1),
        unit(inverter.temperature_c, "°C"),
        NOT_SAID if inverter.at is None else _local(inverter.at),
        NOT_SAID if inverter.status in {None, "ok"} else str(inverter.status),
    )


def _directed(name: str, power_w: float | None, positive: str, negative: str) -> str:
    if power_w is None or round(power_w) == 0:
        return name
    return f"{name} ({positive if power_w > 0 else negative})"


def _size(power_w: float | None) -> float | None:
    return None if power_w is None else abs(power_w)


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
