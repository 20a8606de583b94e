"""What is set and what the site is ordered by it say the same."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from openvoy.codec import changed
from openvoy.protocol.endpoints.limits import ExportLimit, PvLimit
from openvoy.protocol.endpoints.site_settings import DynamicLimit
from openvoy.protocol.endpoints.tariff import TariffDays, TariffPeriod, TariffSeason
from openvoy.virtual.settings.fleet import COLLAR_TYPE, CONTROLLER_TYPE, Joiner
from openvoy.virtual.settings.initial import build_settings
from openvoy.virtual.settings.limits import LimitSettings
from openvoy.virtual.settings.ordering import build_gateway_orders
from openvoy.virtual.settings.plan import action_at, build_plan, slots_of_day
from openvoy.virtual.settings.state import Settings
from openvoy.virtual.settings.storage import TariffState
from openvoy.virtual.site import SiteDefinition, example_names, read_site
from openvoy.virtual.site.orders import ExportOrders, Orders
from openvoy.virtual.site.standing import build_orders

SINCE_S = 1_740_787_200
ALL_WEEK = "Mon,Tue,Wed,Thu,Fri,Sat,Sun"


@pytest.fixture
def site() -> SiteDefinition:
    return read_site("demo")


@pytest.fixture
def settings(site: SiteDefinition) -> Settings:
    return build_settings(site, SINCE_S)


@pytest.mark.parametrize("name", example_names())
def test_a_gateway_that_nobody_set_orders_what_the_site_does_by_itself(name: str) -> None:
    definition = read_site(name)
    ours, standing = build_gateway_orders(build_settings(definition, SINCE_S), definition), build_orders(definition)
    for row in fields(Orders):
        assert getattr(ours, row.name) == getattr(standing, row.name), row.name


def test_the_lowest_of_the_export_limits_counts(site: SiteDefinition, settings: Settings) -> None:
    limit = ExportLimit(enabled=True, limit=3000.0, kind="Aggregate", in_apparent=True, in_percent=False)
    limits = replace(settings.limits, export=limit)
    assert exports(site, settings, limits) == ExportOrders(limit=3000.0, is_apparent=True)
    dynamic = DynamicLimit(enabled=True, limits_export=True, limit_w=50.0, slew_w_per_s=10.0)
    assert exports(site, settings, replace(limits, dynamic=dynamic)) == ExportOrders(limit=50.0, slew_w_per_s=10.0)
    in_share = changed(limit, in_percent=True, limit=50.0, kind="Per_Phase", in_apparent=False)
    rated_w = 24 * 300.0
    expected = ExportOrders(limit=rated_w / 2, by_phase=True)
    assert exports(site, settings, replace(settings.limits, export=in_share)) == expected


def test_the_current_that_power_control_allows_is_a_limit_too(site: SiteDefinition, settings: Settings) -> None:
    control = changed(settings.limits.power_control, max_export_a=10.0)
    limits = replace(settings.limits, power_control=control)
    assert exports(site, settings, limits) == ExportOrders(limit=2300.0, is_apparent=True)
    assert exports(site, settings, settings.limits) is None


def exports(site: SiteDefinition, settings: Settings, limits: LimitSettings) -> ExportOrders | None:
    return build_gateway_orders(replace(settings, limits=limits), site).export


def test_limits_of_production(site: SiteDefinition, settings: Settings) -> None:
    dynamic = DynamicLimit(enabled=True, limits_export=False, limit_w=1500.0, slew_w_per_s=20.0)
    limits = replace(settings.limits, dynamic=dynamic, pv=PvLimit(enabled=True, limit_pct=40))
    orders = build_gateway_orders(replace(settings, limits=limits), site)
    assert (orders.solar.limit_w, orders.solar.slew_w_per_s, orders.solar.limit_pct) == (1500.0, 20.0, 40)
    assert orders.export is None
    off = replace(settings, bridge=replace(settings.bridge, production_off=True))
    assert build_gateway_orders(off, site).solar.forced_off


def test_only_what_is_there_can_be_switched(site: SiteDefinition, settings: Settings) -> None:
    opened = replace(settings, controller=replace(settings.controller, grid_relay="open"))
    assert build_gateway_orders(opened, site).grid_relay == "closed"
    for kind, contacts in ((COLLAR_TYPE, 0), (CONTROLLER_TYPE, 4)):
        fleet = replace(opened.fleet, joiners=(Joiner(serial="122250000001", device_type=kind, since_s=SINCE_S),))
        orders = build_gateway_orders(replace(opened, fleet=fleet), site)
        assert (orders.grid_relay, len(orders.contacts)) == ("open", contacts)


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Paris"))


def tariff_of(settings: Settings, mode: str, *seasons: TariffSeason, charge_from_grid: bool = True) -> TariffState:
    storage = changed(settings.tariff.storage, mode=mode, charge_from_grid=charge_from_grid)
    return TariffState(document=changed(settings.tariff.document, storage=storage, seasons=seasons), changed_s=0)


def season(name: str, start: str, *rates: tuple[int, float], days: str = ALL_WEEK) -> TariffSeason:
    periods = tuple(TariffPeriod(id=str(minute), start_min=minute, rate=rate) for minute, rate in rates)
    row = TariffDays(
        id=name, days=days, must_charge_start=60, must_charge_duration=120, must_charge_mode="CG", periods=periods
    )
    return TariffSeason(id=name, start=start, days=(row,))


def test_savings_keep_the_charge_for_the_dearest_hours(settings: Settings) -> None:
    summer = season("summer", "5/1", (0, 0.2), (960, 0.5), (1260, 0.3))
    winter = season("winter", "11/1", (0, 0.2), (1020, 0.4), days="Mon,Tue,Wed,Thu,Fri")
    plan = build_plan(tariff_of(settings, "economy", winter, summer))
    at = {
        local(2025, 6, 2, 1, 30): "charge-from-grid",
        local(2025, 6, 2, 12): "no-discharge",
        local(2025, 6, 2, 16, 59): "discharge-to-load",
        local(2025, 6, 2, 21): "no-discharge",
        local(2025, 12, 1, 16, 59): "no-discharge",
        local(2025, 12, 1, 17): "discharge-to-load",
        local(2026, 2, 2, 17): "discharge-to-load",
        local(2025, 12, 6, 17): "zero-net",
    }
    assert {moment: action_at(plan, moment) for moment in at} == at


def test_without_leave_batteries_charge_from_the_array(settings: Settings) -> None:
    tariff = tariff_of(settings, "savings-mode", season("s", "1/1", (0, 0.2), (600, 0.4)), charge_from_grid=False)
    assert action_at(build_plan(tariff), local(2025, 6, 2, 2)) == "charge-from-solar"


@pytest.mark.parametrize(
    ("mode", "charge_from_grid", "action"),
    [
        ("self-consumption", True, "zero-net"),
        ("backup", False, "no-discharge"),
        ("backup", True, "charge-from-grid"),
        ("economy", True, "zero-net"),
    ],
)
def test_other_modes_do_one_thing_all_day(settings: Settings, mode: str, charge_from_grid: bool, action: str) -> None:
    flat = changed(season("s", "1/1", (0, 0.2)), days=())
    tariff = tariff_of(settings, mode, flat, charge_from_grid=charge_from_grid)
    assert {action_at(build_plan(tariff), local(2025, 6, 2, hour)) for hour in range(24)} == {action}


def test_a_number_overrides_the_plan(settings: Settings) -> None:
    assert action_at(build_plan(settings.tariff, 3), local(2025, 6, 2)) == "discharge-to-grid"
    assert action_at(build_plan(settings.tariff, 10), local(2025, 6, 2)) == "charge-from-grid"


def test_a_day_is_cut_where_something_changes(settings: Settings) -> None:
    plan = build_plan(tariff_of(settings, "economy", season("s", "1/1", (0, 0.2), (960, 0.5), (1260, 0.2))))
    expected = ((0, 60, "ND"), (60, 120, "CG"), (180, 780, "ND"), (960, 300, "DL"), (1260, 180, "ND"))
    assert slots_of_day(plan, 0) == expected
    assert sum(length for _, length, _ in slots_of_day(plan, 6)) == 1440
