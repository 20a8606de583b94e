"""Which storage devices belong to the gateway now: those of the commissioning, less and plus what changed since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from openvoy.virtual.api.call import Refused
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.settings.equipment import board_kind
from openvoy.virtual.settings.fleet import BATTERY_TYPE, BOARD_TYPES, COLLAR_TYPE, CONTROLLER_TYPE, Joiner
from openvoy.virtual.site.hardware import BATTERIES, BatteryModel
from openvoy.virtual.site.serials import collar_serial, controller_serial

PHASES = ("ph-a", "ph-b", "ph-c")
SHIPPED_PCT = 30.0
"""Charge of a battery that was registered and feeds nothing yet."""
SHIPPED_C = 18.0
IDLE_AC_W = 5.0
"""AC Batteries that do less are idle."""
AC_BATTERY_BASE = 0x2B000000
AC_BATTERY_CHANNEL_BASE = 0x6B000011


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One battery."""

    serial: str
    since_s: int
    model: BatteryModel
    power_w: float
    soc_pct: float
    temperature_c: float
    phase: int
    """From 0."""
    der_index: int

    @property
    def phase_name(self) -> str:
        """Its phase in the gateway's words."""
        return "ph-all" if self.model.spans_phases else PHASES[self.phase]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcUnit:
    """One AC Battery."""

    place: int
    """From 0."""
    serial: str
    since_s: int
    power_w: float
    stored_wh: float
    capacity_wh: float
    temperature_c: float

    @property
    def soc_pct(self) -> float:
        """State of charge."""
        return 100 * self.stored_wh / self.capacity_wh

    @property
    def eid(self) -> int:
        """Its record number."""
        return AC_BATTERY_BASE + 256 * (self.place + 1)

    @property
    def channel_eid(self) -> int:
        """That of its channel."""
        return AC_BATTERY_CHANNEL_BASE + 256 * (self.place + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What parts the house from the grid."""

    serial: str
    since_s: int
    device_type: int

    @property
    def is_collar(self) -> bool:
        """A meter collar: it has the relay only."""
        return self.device_type == COLLAR_TYPE


def batteries(moment: Moment) -> tuple[Unit, ...]:
    """List the IQ Batteries."""
    site, storage, fleet = moment.site, moment.truth.storage, moment.settings.fleet
    units: list[Unit] = []
    if site.battery is not None and storage is not None:
        units = [
            Unit(
                serial=serial,
                since_s=storage.since_s,
                model=site.battery.battery_model,
                power_w=storage.power_w / storage.units,
                soc_pct=storage.soc_pct,
                temperature_c=storage.temperature_c,
                phase=_phase(moment, serial, place),
                der_index=2,
            )
            for place, serial in enumerate(storage.serials)
            if serial not in fleet.removed
        ]
    joined = [row for row in joiners(moment) if row.device_type == BATTERY_TYPE]
    return (*units, *(_new_unit(moment, row, len(units) + place) for place, row in enumerate(joined)))


def ac_batteries(moment: Moment) -> tuple[AcUnit, ...]:
    """List the AC Batteries."""
    return tuple(
        AcUnit(
            place=place,
            serial=state.serials[0],
            since_s=state.since_s,
            power_w=state.power_w,
            stored_wh=state.stored_wh,
            capacity_wh=state.capacity_wh,
            temperature_c=state.temperature_c,
        )
        for place, state in enumerate(moment.truth.ac_batteries)
    )


def charge_status(power_w: float, soc_pct: float) -> str:
    """Name what AC Batteries do."""
    if abs(power_w) > IDLE_AC_W:
        return "discharging" if power_w > 0 else "charging"
    return "full" if soc_pct >= 100 else "idle"


def joiners(moment: Moment) -> tuple[Joiner, ...]:
    """List the devices that were registered and have joined by now."""
    return tuple(row for row in moment.settings.fleet.joiners if row.is_joined(moment.now_s))


def boards(moment: Moment) -> tuple[Board, ...]:
    """List what parts the house from the grid: a system controller or a meter collar, one at most."""
    joined = [row for row in joiners(moment) if row.device_type in BOARD_TYPES]
    found = list(_commissioned_board(moment))
    found += [Board(serial=row.serial, since_s=row.since_s, device_type=row.device_type) for row in joined]
    return tuple(board for board in found if board.serial not in moment.settings.fleet.removed)[:1]


def _commissioned_board(moment: Moment) -> Iterator[Board]:
    kind = board_kind(moment.site)
    if kind == "system-controller":
        serial = controller_serial(moment.site)
        yield Board(serial=serial, since_s=moment.commissioned_s, device_type=CONTROLLER_TYPE)
    elif kind == "meter-collar":
        yield Board(serial=collar_serial(moment.site), since_s=moment.commissioned_s, device_type=COLLAR_TYPE)


def controllers(moment: Moment) -> tuple[Board, ...]:
    """List the system controllers: one at most."""
    return tuple(board for board in boards(moment) if not board.is_collar)


def sub_panel_serial(serial: str) -> str:
    """Give the serial number of the board that talks over the power line, one of a system controller's parts."""
    return f"{int(serial) + 2:012d}"


def board_of(moment: Moment) -> Board:
    """Give what parts the house from the grid; raise Refused where nothing does."""
    found = boards(moment)
    if not found:
        raise Refused(404)
    return found[0]


def controller_of(moment: Moment) -> Board:
    """Give the system controller; raise Refused where there is none."""
    found = controllers(moment)
    if not found:
        raise Refused(404)
    return found[0]


def serials_of(moment: Moment) -> frozenset[str]:
    """All storage devices by serial number, those that still join too."""
    joining = {row.serial for row in moment.settings.fleet.joiners}
    known = {unit.serial for unit in batteries(moment)} | {board.serial for board in boards(moment)}
    return frozenset(joining | known)


@dataclass(frozen=True, slots=True)
class Charge:
    """What is stored."""

    stored_wh: float
    capacity_wh: float

    @property
    def soc_pct(self) -> float:
        """State of charge; 0 without batteries."""
        return 100 * self.stored_wh / self.capacity_wh if self.capacity_wh else 0.0


def iq_charge(moment: Moment) -> Charge:
    """Add up the IQ Batteries."""
    units = batteries(moment)
    stored_wh = sum(unit.model.capacity_wh * unit.soc_pct / 100 for unit in units)
    return Charge(stored_wh, sum(unit.model.capacity_wh for unit in units))


def ac_charge(moment: Moment) -> Charge:
    """Add up the AC Batteries."""
    units = ac_batteries(moment)
    return Charge(sum(unit.stored_wh for unit in units), sum(unit.capacity_wh for unit in units))


def whole_charge(moment: Moment) -> Charge:
    """Add up all batteries."""
    iq, ac = iq_charge(moment), ac_charge(moment)
    return Charge(iq.stored_wh + ac.stored_wh, iq.capacity_wh + ac.capacity_wh)


def _new_unit(moment: Moment, joiner: Joiner, place: int) -> Unit:
    battery = moment.site.battery
    return Unit(
        serial=joiner.serial,
        since_s=joiner.since_s,
        model=BATTERIES["IQ 5P"] if battery is None else battery.battery_model,
        power_w=0.0,
        soc_pct=SHIPPED_PCT,
        temperature_c=SHIPPED_C,
        phase=_phase(moment, joiner.serial, place, joiner.phase),
        der_index=2 if joiner.der_index is None else joiner.der_index,
    )


def _phase(moment: Moment, serial: str, place: int, registered: int | None = None) -> int:
    """As somebody set it, else as it was registered, else in turn on three phases."""
    usual = place % 3 + 1 if moment.site.phase_count == 3 else 1
    return moment.settings.fleet.phases.get(serial, usual if registered is None else registered) - 1
