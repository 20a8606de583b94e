"""What is set on a gateway on the day of its commissioning."""

from __future__ import annotations

from openvoy.protocol.endpoints.limits import ExportLimit
from openvoy.protocol.endpoints.profiles import MultiModeDocument
from openvoy.protocol.endpoints.site_settings import PcsOffering, PowerControl
from openvoy.protocol.endpoints.tariff import (
    Currency,
    SingleRate,
    StorageSettings,
    TariffDays,
    TariffPeriod,
    TariffSeason,
    TariffSettings,
)
from openvoy.virtual.settings.bridge import BridgeSettings
from openvoy.virtual.settings.contacts import Contact, ContactBoard
from openvoy.virtual.settings.curves import build_multi_mode
from openvoy.virtual.settings.equipment import CONTACTS, build_contact_settings, build_generator
from openvoy.virtual.settings.fleet import FleetSettings
from openvoy.virtual.settings.gateway import GatewayState, WirelessState
from openvoy.virtual.settings.limits import LimitSettings
from openvoy.virtual.settings.live import LiveSettings
from openvoy.virtual.settings.meters import MeterLedger, MeterSettings, MeterSetup, Stretch
from openvoy.virtual.settings.profiles import ProfileSettings
from openvoy.virtual.settings.relay import ControllerSettings
from openvoy.virtual.settings.state import Settings
from openvoy.virtual.settings.storage import StorageState, TariffState
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.meters import build_seven_meters

MODE_WORDS = {"self-consumption": "self-consumption", "savings": "economy", "backup": "backup"}
PROFILES = {50: "G99-1-6:2020 UK:1.2.10", 60: "IEEE 1547 default 2015:1.0.7"}
"""What installers choose most, by nominal frequency."""


def build_settings(site: SiteDefinition, since_s: int) -> Settings:
    """Build what a site is commissioned with at `since_s`, complete: what a firmware does not have, it does not say."""
    hertz = round(site.frequency_hz)
    return Settings(
        meters=_meters(site),
        tariff=TariffState(document=_tariff(site, since_s), changed_s=since_s),
        storage=StorageState(),
        controller=ControllerSettings(),
        contacts=ContactBoard(
            contacts=tuple(Contact(settings=build_contact_settings(site, name)) for name in CONTACTS)
        ),
        generator=build_generator(site),
        limits=LimitSettings(export=_export_limit(), power_control=_power_control()),
        live=LiveSettings(),
        profiles=ProfileSettings(selected=PROFILES[hertz], chosen_s=since_s, multi_mode=_multi_mode(hertz)),
        bridge=BridgeSettings(),
        fleet=FleetSettings(),
        gateway=GatewayState(
            time_zone=site.location.time_zone, wireless=WirelessState(region="US" if hertz == 60 else "00")
        ),
    )


def _meters(site: SiteDefinition) -> MeterSettings:
    ledgers = {
        meter.eid: MeterLedger(stretches=(Stretch(since_s=0, setup=MeterSetup(enabled=meter.enabled)),))
        for meter in build_seven_meters(site)
    }
    return MeterSettings(ledgers=ledgers)


def _tariff(site: SiteDefinition, since_s: int) -> TariffSettings:
    prices, battery = site.tariff, site.battery
    storage = StorageSettings(
        mode="self-consumption" if battery is None else MODE_WORDS[battery.mode],
        sub_mode="",
        reserve_pct=0.0 if battery is None else battery.reserve_pct,
        very_low_pct=5 if battery is None else round(battery.very_low_pct),
        charge_from_grid=battery is not None and battery.charge_from_grid,
        changed_s=str(since_s),
        cloud_scheduled=False,
    )
    return TariffSettings(
        currency=Currency(code=prices.currency),
        logger="mylogger",
        changed_s=str(since_s),
        storage=storage,
        single_rate=SingleRate(rate=prices.import_per_kwh, sell=prices.export_per_kwh),
        seasons=(_season(site),),
        export_seasons=(),
    )


def _season(site: SiteDefinition) -> TariffSeason:
    prices = site.tariff
    periods = [(round(row.start_h * 60), row.import_per_kwh) for row in prices.period] or [(0, prices.import_per_kwh)]
    days = TariffDays(
        id="all_days",
        days="Mon,Tue,Wed,Thu,Fri,Sat,Sun",
        must_charge_start=round(prices.charge_from_h * 60),
        must_charge_duration=prices.charge_minutes,
        must_charge_mode="CP" if site.battery is not None and not site.battery.charge_from_grid else "CG",
        peak_rule="DL",
        enable_discharge_to_grid=False,
        periods=tuple(
            TariffPeriod(id=f"period_{number}", start_min=start, rate=rate)
            for number, (start, rate) in enumerate(periods, 1)
        ),
    )
    return TariffSeason(id="all_year_long", start="1/1", days=(days,), tiers=())


def _export_limit() -> ExportLimit:
    return ExportLimit(
        enabled=False,
        hard=False,
        soft=False,
        kind="Aggregate",
        in_percent=False,
        in_apparent=False,
        limit=0.0,
        loss_ms=0.0,
        soft_response_ms=0.0,
        hard_response_ms=0.0,
        hard_reset_ms=0.0,
        deadband=0.0,
    )


def _power_control() -> PowerControl:
    return PowerControl(
        offering=PcsOffering(
            pv_oversubscription=False,
            battery_oversubscription=False,
            charger_avoidance=False,
            main_panel_avoidance=False,
            busbar=False,
        ),
        main_breaker_a=200.0,
        busbar_a=200.0,
        source_breaker_a=40.0,
        pv_breaker_a=0.0,
        battery_breaker_a=0.0,
        source3_breaker_a=0.0,
        meter_location="Between_Mains_Supply_and_Main_Load_Panel",
        override=False,
        max_export_a=0.0,
        main_debounce_ms=10000.0,
        source_debounce_ms=10000.0,
        offset_debounce_ms=5000.0,
        relay_action="open",
    )


def _multi_mode(hertz: int) -> dict[str, MultiModeDocument]:
    modes = {"on_grid": "OnGrid", "off_grid": "OffGrid"}
    return {mode: build_multi_mode(word, hertz) for mode, word in modes.items()}
