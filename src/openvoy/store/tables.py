"""The tables as code sees them: key, columns, and how finely each number is kept.

Numbers that drift slowly (powers of a site, energies) are decimals, which take the fewest bytes; readings of devices
are doubles rounded to what the device resolves, which pack well whatever step the device counts in.
"""

from __future__ import annotations

from dataclasses import dataclass

POWER_LIMIT_W = 99_999_999.0
"""Above this a number is no household's power but a broken reading; it is kept as "not said"."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a row, rounded to `decimals` places; beyond `limit`, or not finite, it is not kept."""

    name: str
    decimals: int
    type: str = "DOUBLE"
    limit: float = POWER_LIMIT_W


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """A table of rows `seq`, key, extras, measures. `key` starts with the owner's id and `time`."""

    name: str
    key: tuple[str, ...]
    extras: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns in the order of the table."""
        return ("seq", *self.key, *self.extras, *(measure.name for measure in self.measures))


def _power(name: str) -> Measure:
    return Measure(name, 1, "DECIMAL(9,1)")


def _energy(name: str) -> Measure:
    return Measure(name, 2, "DECIMAL(15,2)", 9e12)


_POWERS = (
    *map(_power, ("solar_w", "grid_w", "battery_w", "generator_w", "load_w")),
    Measure("soc_pct", 1, "DECIMAL(4,1)", 999.0),
)

LIVE = Table(name="live", key=("gateway_id", "time"), extras=("interval_s",), measures=_POWERS)
POWER = Table(name="power", key=("gateway_id", "time"), extras=("interval_s",), measures=_POWERS)
ENERGY = Table(
    name="energy",
    key=("gateway_id", "time"),
    extras=("estimated", "charge_estimated", "rules_version"),
    measures=tuple(
        map(
            _energy,
            (
                "solar_wh",
                "import_wh",
                "export_wh",
                "charge_wh",
                "discharge_wh",
                "load_wh",
                "generator_wh",
                "residual_wh",
            ),
        )
    ),
)
DEVICE_ENERGY = Table(
    name="device_energy",
    key=("device_id", "time"),
    extras=("estimated",),
    measures=tuple(map(_energy, ("energy_wh", "charge_wh"))),
)
PHASE_ENERGY = Table(
    name="phase_energy",
    key=("meter_id", "time"),
    extras=("estimated",),
    measures=tuple(map(_energy, ("delivered_wh", "received_wh"))),
)
METER_READING = Table(
    name="meter_reading",
    key=("meter_id", "time"),
    measures=(
        Measure("active_power_w", 1),
        Measure("apparent_power_va", 1),
        Measure("reactive_power_var", 1),
        Measure("power_factor", 3),
        Measure("voltage_v", 1),
        Measure("current_a", 2),
        Measure("frequency_hz", 3),
    ),
)
INVERTER_REPORT = Table(
    name="inverter_report",
    key=("device_id", "time"),
    measures=(
        Measure("power_w", 1),
        Measure("dc_voltage_v", 2),
        Measure("dc_current_a", 2),
        Measure("ac_voltage_v", 1),
        Measure("ac_current_a", 2),
        Measure("frequency_hz", 3),
        Measure("temperature_c", 1),
    ),
)
BATTERY_READING = Table(
    name="battery_reading",
    key=("device_id", "time"),
    measures=(Measure("soc_pct", 1), Measure("power_w", 1), Measure("temperature_c", 1)),
)


def _raw(name: str) -> Measure:
    """A counter as reported: 0.0001 Wh is less than a joule, so that joules come back exactly."""
    return Measure(name, 4, "DECIMAL(18,4)", 9e13)


COUNTER_READING = Table(
    name="counter_reading", key=("source_id", "time"), extras=("firmware",), measures=(_raw("value_wh"),)
)
COUNTER_STEP = Table(
    name="counter_step",
    key=("source_id", "time"),
    extras=("step", "rules_version"),
    measures=tuple(map(_raw, ("before_wh", "after_wh", "added_wh"))),
)
EVENT = Table(name="event", key=("gateway_id", "time", "kind", "subject"), extras=("text", "details"))
GAP = Table(name="gap", key=("gateway_id", "time"), extras=("end_time", "reason"))
CORRECTION = Table(
    name="correction",
    key=("gateway_id", "time", "kind"),
    extras=("start_time", "end_time", "details", "revoked"),
)
DEVICE = Table(
    name="device",
    key=("id",),
    extras=("gateway_id", "kind", "serial", "part_number", "firmware", "first_seen", "last_seen"),
)

SERIES = (
    LIVE,
    POWER,
    ENERGY,
    METER_READING,
    INVERTER_REPORT,
    BATTERY_READING,
    COUNTER_READING,
    COUNTER_STEP,
    DEVICE_ENERGY,
    PHASE_ENERGY,
    EVENT,
    GAP,
    CORRECTION,
)
"""Tables whose rows belong to one moment of one owner."""

MOVED = (POWER, METER_READING, INVERTER_REPORT, BATTERY_READING, COUNTER_READING)
"""Tables whose sealed rows leave the database; all others are small, and stay beside their sealed copies."""

SEALED_BY_TIME = (INVERTER_REPORT,)
"""Tables whose sealed rows stand by time, then owner: days of all owners are looked at; the others by owner first."""

TO_THE_MICROSECOND = (EVENT, CORRECTION)
"""Tables whose times are not to the second."""

SEALED = tuple(table for table in SERIES if table is not LIVE)

OUTBOX = (*SERIES, DEVICE)
"""Every table with a sequence: what exporters follow."""

BY_NAME = {table.name: table for table in OUTBOX}
