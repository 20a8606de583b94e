"""The home page."""

from __future__ import annotations

from openvoy.protocol.endpoints.inventory import (
    HOME,
    Comm,
    CommLevel,
    ControllerSummary,
    HomePage,
    Network,
    NetworkInterface,
    Wireless,
)
from openvoy.virtual.api.fleet import ac_batteries, batteries, boards, controllers
from openvoy.virtual.api.info import build_time_s
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.network import JOIN_S, hardware_address
from openvoy.virtual.api.panels import inverters
from openvoy.virtual.api.q_relays import q_relays
from openvoy.virtual.api.tariff import build_kind
from openvoy.virtual.api.versions import NO_PAGE_EXTRAS, SIZE_IN_BYTES, STORAGE_IN_TARIFF, TARIFF_IS_SET

FULL_BARS = 5
REPORT_S = {"high": 300, "low": 21_600}
"""How often the gateway reports to the cloud, by the bandwidth it may use."""


def build_home(moment: Moment) -> HomePage:
    """Build the home page."""
    local, has_extras = moment.local, moment.firmware < NO_PAGE_EXTRAS
    has_storage = moment.firmware >= STORAGE_IN_TARIFF
    is_early = TARIFF_IS_SET[0] <= moment.firmware < TARIFF_IS_SET[1]
    return HomePage(
        built_s=build_time_s(moment.firmware),
        commissioning_only=False if has_extras else None,
        database_size=_size(moment) if has_extras else None,
        database_full="  1.63" if has_extras else None,
        time_zone=moment.settings.gateway.time_zone,
        date=f"{local:%m/%d/%Y}",
        time=f"{local:%H:%M}",
        network=_network(moment),
        tariff_kind=None if is_early else build_kind(moment),
        tariff_set=build_kind(moment) != "none" if is_early else None,
        comm=_comm(moment),
        alerts=() if has_extras else None,
        update_status="satisfied" if has_extras else None,
        wireless=tuple(_radios(moment)) if has_storage else None,
        controller=_controller(moment) if has_extras and has_storage and controllers(moment) else None,
    )


def _size(moment: Moment) -> int | str:
    return 1671168 if moment.firmware >= SIZE_IN_BYTES else "26 MB"


def _controller(moment: Moment) -> ControllerSummary:
    return ControllerSummary(connected=True, grid_status=moment.switchgear.relay)


def _radios(moment: Moment) -> list[Wireless]:
    """Radios for storage devices: heard where there are any."""
    bars = FULL_BARS if batteries(moment) or boards(moment) else 0
    most = FULL_BARS if bars else 0
    return [Wireless(signal=bars, signal_max=most, kind=kind, connected=True) for kind in ("zigbee", "subghz")]


def _network(moment: Moment) -> Network:
    """Wired, with the radio as a spare."""
    interval_s = REPORT_S[moment.settings.bridge.reports.bandwidth]
    return Network(
        internet=True,
        ever_reported=True,
        last_report_s=moment.now_s - moment.now_s % interval_s,
        primary="eth0",
        interfaces=(_wire(moment), _radio(moment)),
    )


def _wire(moment: Moment) -> NetworkInterface:
    wired = moment.settings.gateway.wired
    return NetworkInterface(
        kind="ethernet",
        interface="eth0",
        mac=hardware_address(moment, 0),
        dhcp=wired.dhcp,
        ip=wired.ip,
        signal=1,
        signal_max=1,
        carrier=True,
    )


def _radio(moment: Moment) -> NetworkInterface:
    joined_s = moment.settings.gateway.wireless.joined_s
    is_up = joined_s is None or moment.now_s >= joined_s + JOIN_S
    return NetworkInterface(
        kind="wifi",
        interface="wlan0",
        mac=hardware_address(moment, 1),
        dhcp=True,
        ip="192.0.2.11" if is_up else None,
        signal=4 if is_up else 0,
        signal_max=FULL_BARS,
        carrier=is_up,
        supported=True,
        present=True,
        configured=True,
        status="connected" if is_up else "connecting",
    )


def _comm(moment: Moment) -> Comm:
    rows, units = len(inverters(moment)), len(batteries(moment))
    acbs, relays, subs = len(ac_batteries(moment)), len(q_relays(moment)), len(controllers(moment))
    radio = FULL_BARS if units else 0
    has_storage = moment.firmware >= STORAGE_IN_TARIFF
    level = CommLevel(count=units, level=radio, level_2_4_ghz=radio, level_sub_ghz=radio)
    return Comm(
        count=rows + acbs + relays,
        level=FULL_BARS,
        inverters=CommLevel(count=rows, level=FULL_BARS),
        acb=CommLevel(count=acbs, level=FULL_BARS if acbs else 0),
        nsrb=CommLevel(count=relays, level=FULL_BARS if relays else 0),
        esub=CommLevel(count=subs, level=FULL_BARS if subs else 0) if has_storage else None,
        batteries=(level,) if has_storage else None,
    )


RENDER = {HOME: build_home}
