"""One good change for every control, and where its effect is seen in the simulated site."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from openvoy.model.control import Outcome, Setting
from openvoy.virtual.settings.state import Settings
from openvoy.virtual.site.orders import ContactOrders, GeneratorOrders, StorageOrders
from tests.contract.catalogue import AC_BATTERY, BATTERY, INVERTER, Desk

FOUR, FIVE, SIX, EIGHT_TWO = "4", "5", "6", "8.2"
PROFILE = "G99-1-6:2020 UK:1.2.10"
PACKAGE = base64.b64encode(b"\x1f\x8b not really a package").decode()
HOURS = '{"default":[{"id":"a","start":"1/1","end":"12/31","days":[]}]}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A change; `seen` gives what of the site shows it."""

    name: str
    arguments: Mapping[str, Setting]
    seen: Callable[[Desk], object]
    becomes: object
    since: str = "7"
    """First generation that has it, by docs of the local API."""
    by_owner: bool = True
    outcome: Outcome = Outcome.TOOK_EFFECT
    can_undo: bool = True


def storage(desk: Desk) -> StorageOrders:
    orders = desk.site.orders.storage
    assert orders is not None
    return orders


def generator(desk: Desk) -> GeneratorOrders:
    orders = desk.site.orders.generator
    assert orders is not None
    return orders


def contact(desk: Desk) -> ContactOrders:
    return next(row for row in desk.site.orders.contacts if row.name == "NC1")


def now_s(desk: Desk) -> int:
    return int(desk.clock.now().timestamp())


def settings(desk: Desk) -> Settings:
    return desk.source.book.settings


ROWS = (
    Row(
        name="acb.sleep",
        arguments={"battery": AC_BATTERY, "asleep": True, "from": 20, "to": 30},
        seen=lambda desk: AC_BATTERY in storage(desk).asleep,
        becomes=True,
        since=FOUR,
    ),
    Row(
        name="battery.charge-from-grid",
        arguments={"charge-from-grid": True},
        seen=lambda desk: storage(desk).charges_from_grid,
        becomes=True,
    ),
    Row(name="battery.mode", arguments={"mode": "backup"}, seen=lambda desk: storage(desk).mode, becomes="backup"),
    Row(name="battery.reserve", arguments={"reserve": 40}, seen=lambda desk: storage(desk).reserve_pct, becomes=40),
    Row(
        name="battery.sleep",
        arguments={"battery": BATTERY, "asleep": True, "from": 20, "to": 30},
        seen=lambda desk: BATTERY in storage(desk).asleep,
        becomes=True,
    ),
    Row(
        name="contact.settings",
        arguments={"contact": "NC1", "name": "Sauna", "off-grid": "on", "mode": "soc", "soc-low": 20, "soc-high": 55},
        seen=lambda desk: (
            contact(desk).load_name,
            contact(desk).on_island,
            contact(desk).follows_charge,
            contact(desk).soc_low_pct,
            contact(desk).soc_high_pct,
        ),
        becomes=("Sauna", "apply", True, 20, 55),
    ),
    Row(
        name="contact.state",
        arguments={"contact": "NC2", "state": "open"},
        seen=lambda desk: desk.state.switchgear.contacts["NC2"],
        becomes="open",
    ),
    Row(
        name="der.settings",
        arguments={"der2": "pv"},
        seen=lambda desk: settings(desk).controller.sources.der2,
        becomes="DER_TYPE_PV",
    ),
    Row(
        name="export.dynamic",
        arguments={"enabled": True, "limit": 500, "of": "production"},
        seen=lambda desk: desk.site.orders.solar.limit_w,
        becomes=500,
        since=EIGHT_TWO,
        by_owner=False,
    ),
    Row(
        name="export.limit",
        arguments={"enabled": True, "limit": 3000},
        seen=lambda desk: None if desk.site.orders.export is None else desk.site.orders.export.limit,
        becomes=3000,
    ),
    Row(
        name="generator.config",
        arguments={"rated": 9, "charge-batteries": False},
        seen=lambda desk: (generator(desk).rated_w, generator(desk).charges_batteries),
        becomes=(9000, False),
    ),
    Row(name="generator.mode", arguments={"mode": "off"}, seen=lambda desk: generator(desk).command, becomes="off"),
    Row(
        name="generator.schedule",
        arguments={"start-charge": 20, "exercise-day": "thu", "exercise-start": "9:15", "hours": HOURS},
        seen=lambda desk: (
            generator(desk).runs[0].start_pct,
            None if (test := generator(desk).exercise) is None else (test.weekday, test.start_min),
        ),
        becomes=(20, (3, 555)),
    ),
    Row(
        name="grid.relay",
        arguments={"relay": "open"},
        seen=lambda desk: (desk.site.orders.grid_relay, desk.state.grid.all.active_w == 0),
        becomes=("open", True),
    ),
    Row(
        name="livedata.stream",
        arguments={"enabled": True},
        seen=lambda desk: settings(desk).live.is_on(now_s(desk)),
        becomes=True,
    ),
    Row(
        name="meters.enabled",
        arguments={"meter": "production", "enabled": False},
        seen=lambda desk: len(desk.site.orders.meters),
        becomes=1,
        since=FOUR,
        by_owner=False,
    ),
    Row(
        name="pcs.settings",
        arguments={"max-export": 10, "main-panel-avoidance": True},
        seen=lambda desk: None if desk.site.orders.export is None else desk.site.orders.export.is_apparent,
        becomes=True,
    ),
    Row(
        name="production.enabled",
        arguments={"enabled": False},
        seen=lambda desk: desk.site.orders.solar.forced_off,
        becomes=True,
        since=FOUR,
        by_owner=False,
    ),
    Row(
        name="production.limit",
        arguments={"enabled": True, "limit": 60},
        seen=lambda desk: desk.site.orders.solar.limit_pct,
        becomes=60,
    ),
    Row(
        name="parameters.relaxed",
        arguments={"stored": True, "document": '{"a": 1, "b": [2.5]}'},
        seen=lambda desk: dict(settings(desk).profiles.relaxed),
        becomes={"mm_profile.json": '{"a":1,"b":[2.5]}'},
        since=SIX,
        by_owner=False,
    ),
    Row(
        name="scan.active",
        arguments={"active": True, "minutes": 20},
        seen=lambda desk: settings(desk).bridge.scan.remaining_s(now_s(desk)) > 1000,
        becomes=True,
        since=FOUR,
        by_owner=False,
    ),
    Row(
        name="reports.settings",
        arguments={"bandwidth": "low"},
        seen=lambda desk: settings(desk).bridge.reports.bandwidth,
        becomes="low",
        since=FOUR,
        by_owner=False,
    ),
    Row(
        name="inverter.phase",
        arguments={"inverter": INVERTER, "phase": "a"},
        seen=lambda desk: settings(desk).profiles.manual_phases.get(INVERTER, "ph-unk"),
        becomes="ph-a",
        since=SIX,
        by_owner=False,
    ),
    Row(
        name="profile.selected",
        arguments={"profile": PROFILE},
        seen=lambda desk: settings(desk).profiles.selected,
        becomes=PROFILE,
        since=FIVE,
        by_owner=False,
    ),
    Row(
        name="profile.package",
        arguments={"package": PACKAGE},
        seen=lambda desk: settings(desk).profiles.uploaded_s is not None,
        becomes=True,
        since=FIVE,
        by_owner=False,
        can_undo=False,
    ),
    Row(
        name="inverter.belongs",
        arguments={"inverters": f"{INVERTER},122210000174", "belongs": False},
        seen=lambda desk: len(desk.site.orders.solar.removed),
        becomes=2,
        since=FOUR,
        by_owner=False,
    ),
    Row(
        name="device.belongs",
        arguments={"devices": BATTERY, "belongs": False},
        seen=lambda desk: BATTERY in settings(desk).fleet.removed,
        becomes=True,
        since=SIX,
        by_owner=False,
    ),
    Row(
        name="device.reset",
        arguments={"device": BATTERY},
        seen=lambda desk: BATTERY in settings(desk).fleet.reset,
        becomes=True,
        since=SIX,
        by_owner=False,
        outcome=Outcome.PENDING,
        can_undo=False,
    ),
    Row(
        name="commissioning.sealed",
        arguments={"sealed": True},
        seen=lambda desk: settings(desk).fleet.sealed_s is not None,
        becomes=True,
        since=SIX,
        by_owner=False,
        outcome=Outcome.PENDING,
        can_undo=False,
    ),
)
