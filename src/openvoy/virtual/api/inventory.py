"""Devices as the inventory pages list them."""

from __future__ import annotations

from openvoy.protocol.endpoints.inventory import (
    INVENTORY,
    INVENTORY_PAGE,
    INVENTORY_PRESENT,
    INVENTORY_RAW,
    DeviceControl,
    InventoryDevice,
    InventoryGroup,
    RawInventory,
)
from openvoy.virtual.api.call import Call
from openvoy.virtual.api.fleet import (
    IDLE_AC_W,
    AcUnit,
    Board,
    ac_batteries,
    charge_status,
    controllers,
    sub_panel_serial,
)
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.panels import Inverter, inverters, phase_of
from openvoy.virtual.api.q_relays import list_device, q_relays
from openvoy.virtual.api.versions import AC_BATTERY_GROUP, BOARD_GROUP, EIGHT, PROVISIONED_FLAGS, RELAY_GROUP
from openvoy.virtual.site.hardware import ACB_PART_NUMBER

DISCOVERED, VERIFIED, DELETED = 1, 2, 3
BOARD_TYPE, AC_TYPE = 19, 11
BOARD_CHANNEL_EID = 0x73000111
SUB_PANEL_PART = "800-01855-r01"
SUB_PANEL_IMAGE = "523-00001-r01-v01.18.00"
SUB_PANEL_TABLE = "551-00064-r01-v01.18.00"
ZEROS = ("edcon", "devobs", "ctcon", "ctctf", "chcon", "chobs", "chctf")
OK = ("envoy.global.ok",)
SILENT = ("envoy.cond_flags.obs_strs.failure",)
DISCOVERING = ("envoy.cond_flags.obs_strs.discovering",)
PRODUCTION_OFF = ("envoy.cond_flags.pcu_chan.pwrgenoffbycmd",)


def build_inventory(moment: Moment, call: Call) -> tuple[InventoryGroup, ...]:
    """Build the devices, removed ones where they are asked for; groups without any are listed too."""
    is_wide = call.query.get("deleted") == "1"
    groups = [
        InventoryGroup(kind="PCU", devices=tuple(_inverter(moment, row) for row in _wanted(moment, wide=is_wide)))
    ]
    if moment.firmware >= AC_BATTERY_GROUP:
        units = tuple(_ac_battery(moment, unit) for unit in ac_batteries(moment))
        groups.append(InventoryGroup(kind="ACB", devices=units))
    if moment.firmware >= RELAY_GROUP:
        groups.append(
            InventoryGroup(kind="NSRB", devices=tuple(list_device(moment, relay) for relay in q_relays(moment)))
        )
    if moment.firmware >= BOARD_GROUP:
        boards = tuple(_board(moment, board) for board in controllers(moment))
        groups.append(InventoryGroup(kind="ESUB", devices=boards))
    return tuple(groups)


def _wanted(moment: Moment, *, wide: bool) -> tuple[Inverter, ...]:
    return inverters(moment, with_removed=wide)


def _inverter(moment: Moment, inverter: Inverter) -> InventoryDevice:
    panel, heard = inverter.panel, is_heard(moment, inverter)
    has_flags = moment.firmware >= PROVISIONED_FLAGS
    created = str(inverter.since_s)
    return InventoryDevice(
        part_number=inverter.model.part_number,
        installed_s=created,
        serial=panel.serial,
        status=conditions(moment, inverter),
        last_report_s=str(panel.report.at_s if panel.report else 0),
        admin_state=admin_state(inverter),
        device_type=1 if has_flags else None,
        created_s=created,
        image_loaded_s=created,
        firmware=inverter.model.image,
        parameter_table=inverter.model.parameters,
        channel_eid=inverter.channel_eid,
        control=(DeviceControl(gfi_clear_pending=inverter.channel_eid in moment.settings.bridge.cleared_faults),),
        producing=heard and not moment.settings.bridge.production_off,
        communicating=heard,
        provisioned=True if has_flags else None,
        operating=heard if has_flags else None,
        phase=phase_of(moment, inverter) if moment.firmware >= EIGHT else None,
    )


def is_heard(moment: Moment, inverter: Inverter) -> bool:
    """Tell whether an inverter is there and reports."""
    return not inverter.is_removed and moment.is_heard(inverter.panel, moment.now_s)


def admin_state(inverter: Inverter) -> int:
    """Find how far an inverter has come into the inventory."""
    return DELETED if inverter.is_removed else DISCOVERED if inverter.is_new else VERIFIED


def conditions(moment: Moment, inverter: Inverter) -> tuple[str, ...]:
    """Find the condition words of an inverter."""
    if inverter.is_new:
        return DISCOVERING
    if not is_heard(moment, inverter):
        return SILENT
    return PRODUCTION_OFF if moment.settings.bridge.production_off else OK


def _ac_battery(moment: Moment, unit: AcUnit) -> InventoryDevice:
    asleep = next((row for row in moment.settings.storage.ac_asleep if str(row.serial) == unit.serial), None)
    created = str(unit.since_s)
    return InventoryDevice(
        part_number=ACB_PART_NUMBER,
        installed_s=created,
        serial=unit.serial,
        status=OK,
        last_report_s=str(moment.snapshot_s),
        admin_state=VERIFIED,
        device_type=AC_TYPE,
        created_s=created,
        image_loaded_s=created,
        firmware="520-00085-r01-v03.09.39",
        parameter_table="540-00134-r01-v03.09.39",
        channel_eid=unit.channel_eid,
        control=(DeviceControl(gfi_clear_pending=False),),
        producing=unit.power_w > IDLE_AC_W,
        communicating=True,
        provisioned=True,
        operating=asleep is None,
        phase="ph-a" if moment.firmware >= EIGHT else None,
        sleep_enabled=asleep is not None,
        soc_pct=round(unit.soc_pct),
        max_cell_c=round(unit.temperature_c) + 1,
        sleep_min_pct=25 if asleep is None else asleep.min_pct,
        sleep_max_pct=30 if asleep is None else asleep.max_pct,
        charge_status=charge_status(unit.power_w, unit.soc_pct),
    )


def _board(moment: Moment, board: Board) -> InventoryDevice:
    created = str(board.since_s)
    return InventoryDevice(
        part_number=SUB_PANEL_PART,
        installed_s=created,
        serial=sub_panel_serial(board.serial),
        status=OK,
        last_report_s=str(moment.snapshot_s),
        admin_state=DISCOVERED,
        device_type=BOARD_TYPE,
        created_s=created,
        image_loaded_s="0",
        firmware=SUB_PANEL_IMAGE,
        parameter_table=SUB_PANEL_TABLE,
        channel_eid=BOARD_CHANNEL_EID,
        control=(DeviceControl(gfi_clear_pending=False),),
        producing=False,
        communicating=True,
        operating=True,
    )


def build_raw(moment: Moment) -> RawInventory:
    """Build the low-level twin of the inventory."""
    rows = [_raw_row(moment, row) for row in inverters(moment)]
    rows += [_raw_other(list_device(moment, relay), assembly="880-00597-r02") for relay in q_relays(moment)]
    rows += [_raw_other(_board(moment, board), assembly="880-01855-r01") for board in controllers(moment)]
    return RawInventory(count=len(rows), rows=tuple(rows))


def _raw_row(moment: Moment, inverter: Inverter) -> dict[str, str]:
    model, panel = inverter.model, inverter.panel
    return {
        "ce": str(inverter.channel_eid),
        "dtype": "1",
        "chtype": "1",
        "as": str(admin_state(inverter)),
        "s": panel.serial,
        "pn": model.part_number,
        "ptpn": model.parameters,
        **dict.fromkeys(ZEROS, "0"),
        "ctobs": "0" if is_heard(moment, inverter) else "1",
        "cd": str(inverter.since_s),
        "ld": str(panel.report.at_s if panel.report else 0),
        "ip": model.image,
        "id": "0",
        "ap": model.assembly,
        "fp": "000-00000-r00",
        "cap": "6308347",
    }


def _raw_other(device: InventoryDevice, *, assembly: str) -> dict[str, str]:
    kind = str(device.device_type)
    return {
        "ce": str(device.channel_eid),
        "dtype": kind,
        "chtype": kind,
        "as": str(device.admin_state),
        "s": device.serial or "",
        "pn": device.part_number or "",
        "ptpn": device.parameter_table or "",
        **dict.fromkeys(ZEROS, "0"),
        "ctobs": "0",
        "cd": device.created_s or "",
        "ld": device.last_report_s or "",
        "ip": device.firmware or "",
        "id": "0",
        "ap": assembly,
        "fp": "000-00000-r00",
        "cap": "0",
    }


RENDER = {INVENTORY_RAW: build_raw}
ANSWER = {INVENTORY: build_inventory, INVENTORY_PAGE: build_inventory, INVENTORY_PRESENT: build_inventory}
