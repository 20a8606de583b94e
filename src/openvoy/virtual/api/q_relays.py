"""Q-relays: they join the microinverters to the grid, and open until it has been good for some minutes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from openvoy.protocol.endpoints.devices import DeviceRecordEntry
from openvoy.protocol.endpoints.inventory import DeviceControl, InventoryDevice
from openvoy.protocol.endpoints.inverters import (
    DeviceChannel,
    DeviceData,
    DeviceEnergy,
    DevicePower,
    InverterReport,
    LastReading,
    LifetimeReading,
)
from openvoy.virtual.api.eids import q_relay_channel_eid, q_relay_eid
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import EIGHT, RELAY_GROUP
from openvoy.virtual.site.serials import q_relay_serials

DEVICE_TYPE = 12
VERIFIED = 2
PART_NUMBER = "800-00597-r02"
IMAGE = "520-00095-r01-v02.00.05"
PARAMETERS = "540-00145-r01-v02.00.05"
CLOSED, OPEN = ("closed", -1, "ok"), ("open", 0, "reconnecting")
STATUS = {"closed": "envoy.global.ok", "open": "envoy.cond_flags.nsrb_ctrl.relayopen"}
WARMTH_C = 14.0
"""Over the air."""
LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class QRelay:
    """One of them."""

    place: int
    """From 0."""
    serial: str
    is_closed: bool

    @property
    def eid(self) -> int:
        """Its record number."""
        return q_relay_eid(self.place)

    @property
    def channel_eid(self) -> int:
        """That of its channel."""
        return q_relay_channel_eid(self.place)


def q_relays(moment: Moment) -> tuple[QRelay, ...]:
    """List them; firmware before 4.10 knows none."""
    if moment.firmware < RELAY_GROUP:
        return ()
    is_closed, serials = _is_closed(moment), q_relay_serials(moment.site)
    return tuple(QRelay(place=place, serial=serial, is_closed=is_closed) for place, serial in enumerate(serials))


def _is_closed(moment: Moment) -> bool:
    """Whether the grid has been good for long enough; where solar power is ordered to be nothing, that is not why."""
    truth, pv = moment.truth, moment.settings.limits.pv
    is_ordered = moment.settings.bridge.production_off or (pv.enabled is True and pv.limit_pct == 0)
    return truth.solar_pct > 0 or (truth.grid_is_live and is_ordered)


def list_device(moment: Moment, relay: QRelay) -> InventoryDevice:
    """Build its row of the inventory."""
    created = str(moment.commissioned_s)
    position, code, reason = CLOSED if relay.is_closed else OPEN
    lines = [place < moment.site.phase_count and relay.is_closed for place in range(LINES)]
    return InventoryDevice(
        part_number=PART_NUMBER,
        installed_s=created,
        serial=relay.serial,
        status=(STATUS[position],),
        last_report_s=str(moment.snapshot_s),
        admin_state=VERIFIED,
        device_type=DEVICE_TYPE,
        created_s=created,
        image_loaded_s=created,
        firmware=IMAGE,
        parameter_table=PARAMETERS,
        channel_eid=relay.channel_eid,
        control=(DeviceControl(gfi_clear_pending=False),),
        producing=False,
        communicating=True,
        provisioned=True,
        operating=True,
        phase="ph-a" if moment.firmware >= EIGHT else None,
        relay=position,
        reason_code=code,
        reason=reason,
        line_count=moment.site.phase_count,
        line1_connected=lines[0],
        line2_connected=lines[1],
        line3_connected=lines[2],
    )


def report(moment: Moment, relay: QRelay) -> InverterReport:
    """Build its row among the inverters, which it is not."""
    return InverterReport(
        serial=relay.serial,
        last_report_s=moment.snapshot_s,
        device_type=DEVICE_TYPE,
        last_report_w=0,
        max_report_w=0,
    )


def record(moment: Moment, relay: QRelay) -> DeviceRecordEntry:
    """Build its device record."""
    return DeviceRecordEntry(
        eid=relay.eid,
        device_type=DEVICE_TYPE,
        admin_state=VERIFIED,
        created_s=moment.commissioned_s,
        part_number=PART_NUMBER,
        serial=relay.serial,
    )


def detail(moment: Moment, relay: QRelay) -> DeviceData:
    """Build its values; it counts no energy."""
    channel = DeviceChannel(
        eid=relay.channel_eid,
        created_s=moment.snapshot_s,
        energy=DeviceEnergy(today_wh=0, yesterday_wh=0, week_wh=0),
        power=DevicePower(now_w=0, used_w=0, max_w=0),
        last=_reading(moment, relay),
        lifetime=LifetimeReading(),
    )
    return DeviceData(kind="nsrb", serial=relay.serial, active=True, gone=False, channels=(channel,))


def _reading(moment: Moment, relay: QRelay) -> LastReading:
    volts = [*moment.snapshot.voltages_v, 0.0, 0.0][:LINES]
    between_v = [
        math.sqrt(one**2 + other**2 + one * other) for one, other in zip(volts, volts[1:] + volts[:1], strict=True)
    ]
    return LastReading(
        eid=relay.channel_eid,
        interval_type=0,
        end_s=moment.snapshot_s,
        duration_s=moment.interval_s,
        flags=0,
        flags_hex=f"0x{0:016x}",
        relay_temperature_c=round(moment.truth.air_c + WARMTH_C),
        relay_offset_ma=0,
        relay_l1_mv=round(volts[0] * 1000),
        relay_l2_mv=round(volts[1] * 1000),
        relay_l3_mv=round(volts[2] * 1000),
        relay_mhz=round(moment.snapshot.frequency_hz * 1000),
        relay_changes=2,
        relay_l12_mv=round(between_v[0] * 1000),
        relay_l23_mv=round(between_v[1] * 1000),
        relay_l31_mv=round(between_v[2] * 1000),
    )
