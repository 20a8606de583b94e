"""Home and inventory."""

from __future__ import annotations

from datetime import datetime

from openvoy.protocol.endpoints.inventory import (
    HOME,
    INVENTORY,
    INVENTORY_PAGE,
    INVENTORY_PRESENT,
    INVENTORY_RAW,
    Comm,
    CommLevel,
    DeviceControl,
    HomePage,
    InventoryDevice,
    InventoryGroup,
    Network,
    NetworkInterface,
    RawInventory,
    Wireless,
)
from openvoy.virtual.api.eids import inverter_channel_eid
from openvoy.virtual.api.info import BUILD_TIME_S
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import EIGHT, NO_PAGE_EXTRAS
from openvoy.virtual.site.hardware import InverterModel

VERIFIED = 2
FULL_BARS = 5
CLOUD_REPORT_S = 900
PHASES = ("ph-a", "ph-b", "ph-c")


def build_home(moment: Moment) -> HomePage:
    """Build the home page."""
    local = datetime.fromtimestamp(moment.now_s, moment.site.zone)
    has_extras = moment.firmware < NO_PAGE_EXTRAS
    return HomePage(
        built_s=BUILD_TIME_S[7 if moment.firmware < EIGHT else 8],
        commissioning_only=False if has_extras else None,
        database_size=1671168 if has_extras else None,
        database_full="  1.63" if has_extras else None,
        time_zone=moment.site.location.time_zone,
        date=f"{local:%m/%d/%Y}",
        time=f"{local:%H:%M}",
        network=_network(moment),
        tariff_kind="time_of_use" if moment.site.tariff.period else "single_rate",
        comm=_comm(moment),
        alerts=() if has_extras else None,
        update_status="satisfied" if has_extras else None,
        wireless=tuple(Wireless(signal=0, signal_max=0, kind=kind, connected=True) for kind in ("zigbee", "subghz")),
    )


def _network(moment: Moment) -> Network:
    """Wired, with the radio as a spare; addresses and hardware numbers are those set aside for documents."""
    return Network(
        internet=True,
        ever_reported=True,
        last_report_s=moment.now_s - moment.now_s % CLOUD_REPORT_S,
        primary="eth0",
        interfaces=(_wire(moment.identity.serial), _radio(moment.identity.serial)),
    )


def _wire(serial: str) -> NetworkInterface:
    return NetworkInterface(
        kind="ethernet",
        interface="eth0",
        mac=f"00:00:5E:00:{serial[-4:-2]}:{serial[-2:]}",
        dhcp=True,
        ip="192.0.2.10",
        signal=1,
        signal_max=1,
        carrier=True,
    )


def _radio(serial: str) -> NetworkInterface:
    return NetworkInterface(
        kind="wifi",
        interface="wlan0",
        mac=f"00:00:5E:01:{serial[-4:-2]}:{serial[-2:]}",
        dhcp=True,
        ip="192.0.2.11",
        signal=4,
        signal_max=FULL_BARS,
        carrier=True,
        supported=True,
        present=True,
        configured=True,
        status="connected",
    )


def _comm(moment: Moment) -> Comm:
    inverters, batteries = len(moment.serials), 0 if moment.site.battery is None else moment.site.battery.units
    none = CommLevel(count=0, level=0)
    radio = FULL_BARS if batteries else 0
    return Comm(
        count=inverters,
        level=FULL_BARS,
        inverters=CommLevel(count=inverters, level=FULL_BARS),
        acb=none,
        nsrb=none,
        esub=none,
        batteries=(CommLevel(count=batteries, level=radio, level_2_4_ghz=radio, level_sub_ghz=radio),),
    )


def build_inventory(moment: Moment) -> tuple[InventoryGroup, ...]:
    """Build the devices; groups without any are listed too."""
    inverters = tuple(_device(moment, place) for place in range(len(moment.serials)))
    others = ("ACB", "NSRB", "ESUB")
    return (InventoryGroup(kind="PCU", devices=inverters), *(InventoryGroup(kind=kind, devices=()) for kind in others))


def _device(moment: Moment, place: int) -> InventoryDevice:
    model, panel = _model(moment, place), moment.state.panels[place]
    is_heard = moment.is_heard(panel, moment.now_s)
    created = str(moment.commissioned_s)
    return InventoryDevice(
        part_number=model.part_number,
        installed_s=created,
        serial=panel.serial,
        status=("envoy.global.ok",) if is_heard else ("envoy.cond_flags.obs_strs.failure",),
        last_report_s=str(panel.report.at_s if panel.report else 0),
        admin_state=VERIFIED,
        device_type=1,
        created_s=created,
        image_loaded_s=created,
        firmware=model.image,
        parameter_table=model.parameters,
        channel_eid=inverter_channel_eid(place),
        control=(DeviceControl(gfi_clear_pending=False),),
        producing=is_heard,
        communicating=is_heard,
        provisioned=True,
        operating=is_heard,
        phase=_phase(moment, place) if moment.firmware >= EIGHT else None,
    )


def build_raw_inventory(moment: Moment) -> RawInventory:
    """Build the low-level twin of the inventory."""
    rows = tuple(_raw_row(moment, place) for place in range(len(moment.serials)))
    return RawInventory(count=len(rows), rows=rows)


def _raw_row(moment: Moment, place: int) -> dict[str, str]:
    model, panel = _model(moment, place), moment.state.panels[place]
    zeros = ("edcon", "devobs", "ctcon", "ctobs", "ctctf", "chcon", "chobs", "chctf")
    return {
        "ce": str(inverter_channel_eid(place)),
        "dtype": "1",
        "chtype": "1",
        "as": str(VERIFIED),
        "s": panel.serial,
        "pn": model.part_number,
        "ptpn": model.parameters,
        **dict.fromkeys(zeros, "0"),
        "cd": str(moment.commissioned_s),
        "ld": str(panel.report.at_s if panel.report else 0),
        "ip": model.image,
        "id": "0",
        "ap": model.assembly,
        "fp": "000-00000-r00",
        "cap": "6308347",
    }


def _model(moment: Moment, place: int) -> InverterModel:
    for row in moment.site.array:
        if place < row.panels:
            return row.inverter_model
        place -= row.panels
    raise IndexError(place)


def _phase(moment: Moment, place: int) -> str:
    return PHASES[place % 3] if moment.site.phase_count == 3 else PHASES[0]


RENDER = {
    HOME: build_home,
    INVENTORY: build_inventory,
    INVENTORY_PAGE: build_inventory,
    INVENTORY_PRESENT: build_inventory,
    INVENTORY_RAW: build_raw_inventory,
}
