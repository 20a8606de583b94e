"""Layout, energies of panels, meters, devices, events and logs over real HTTP, against the real history."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from openvoy.cli.roof import RoofFile
from openvoy.collector import Source
from openvoy.collector.logbook import GatewayLogs
from openvoy.errors import ConfigError, GatewayUnreachable
from openvoy.model import Channel, GatewayInfo, Meter, Power, Snapshot
from openvoy.model.log import LogEntry
from openvoy.model.records import Batch, DeviceEnergyRecord, EventRecord, MeterRecord
from openvoy.store import HistoryStore
from openvoy.testing.clock import NOON, ManualClock
from openvoy.web.app import CSRF_COOKIE
from tests.contract.web_service import Setup, WebService, web_service
from tests.unit.web.examples import a_status

GATEWAY = "1220home"
PLACE = {"serial": "4821", "x": 1.5, "y": -2.0, "turn_deg": 90.0, "group": "South"}
LAYOUT = {"panels": [PLACE], "groups": ["South"]}


class LogKeeper:
    """Gives a log, and counts how often."""

    def __init__(self, clock: ManualClock) -> None:
        self.asked = 0
        self._logs = GatewayLogs([Source(name="home", host="envoy", reader=self, time_zone=NOON.tzinfo)], clock=clock)  # type: ignore[arg-type]

    async def fetch_log(self, gateway: str = "", *, limit: int = 50) -> Sequence[LogEntry]:
        if gateway:
            return await self._logs.fetch_log(gateway, limit=limit)
        self.asked += 1
        if self.asked == 2:
            raise GatewayUnreachable("Gateway envoy does not answer.", hint="Check its power.")
        return (LogEntry(id="7", text="Power On Reset", serial="4821"),)[:limit]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[HistoryStore]:
    opened = await HistoryStore.open(tmp_path / "history")
    yield opened
    await opened.close()


@pytest.fixture
async def service(tmp_path: Path, store: HistoryStore) -> AsyncIterator[WebService]:
    clock = ManualClock()
    setup = Setup(
        store=store,
        roof=RoofFile(tmp_path / "layout.json"),
        logbook=LogKeeper(clock),
        accounts=tmp_path / "access.json",
    )
    async with web_service(setup) as running:
        running.feed.publish(a_status())
        await running.browser.get("/")
        yield running


async def put(browser: aiohttp.ClientSession, path: str, body: Any) -> tuple[int, Any]:
    token = {cookie.key: cookie.value for cookie in browser.cookie_jar}.get(CSRF_COOKIE, "")
    async with browser.put(path, json=body, headers={"X-CSRFToken": token}) as reply:
        return reply.status, await reply.json()


async def test_a_layout_is_kept_for_its_owner_alone(service: WebService, tmp_path: Path) -> None:
    assert await service.ask("/api/v1/layout") == {"panels": [], "groups": []}
    assert await put(service.browser, "/api/v1/layout", LAYOUT) == (200, LAYOUT)
    assert await service.ask("/api/v1/layout") == LAYOUT
    assert stat.S_IMODE((tmp_path / "layout.json").stat().st_mode) == 0o600
    assert not await asyncio.to_thread(lambda: list(tmp_path.glob(".layout*")))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"panels": [PLACE, PLACE]}, "twice"),
        ({"panels": [{**PLACE, "group": "North"}]}, "not listed"),
        ({"panels": [{**PLACE, "x": 1e6}]}, "farther"),
        ({"panels": [{**PLACE, "turn_deg": 360}]}, "360°"),
        ({"panels": [{**PLACE, "serial": "../etc"}]}, "letters and digits"),
        ({"groups": ["South", "South"]}, "same name"),
        ({"groups": ["South", " "]}, "1 to 60"),
        ({"groups": ["South", *(f"G{number}" for number in range(100))]}, "100 groups"),
        ({"panels": [{**PLACE, "serial": f"{number}"} for number in range(1001)]}, "1000 panels"),
    ],
)
@pytest.mark.sample(4)
async def test_what_is_no_layout_is_refused_and_nothing_changes(
    service: WebService, changes: dict[str, Any], word: str
) -> None:
    await put(service.browser, "/api/v1/layout", LAYOUT)
    status, problem = await put(service.browser, "/api/v1/layout", {**LAYOUT, **changes})
    assert (status, word in problem["error"]) == (409, True)
    assert problem["hint"]
    status, _ = await put(service.browser, "/api/v1/layout", {"panels": 3})
    assert status == 400
    assert await service.ask("/api/v1/layout") == LAYOUT


async def test_a_layout_that_somebody_else_kept_meanwhile_stays_until_it_is_replaced_knowingly(
    service: WebService,
) -> None:
    others = {**LAYOUT, "groups": ["South", "Garage"]}
    await put(service.browser, "/api/v1/layout", LAYOUT)
    await put(service.browser, "/api/v1/layout", {**others, "before": LAYOUT})
    status, problem = await put(service.browser, "/api/v1/layout", {"panels": [], "groups": [], "before": LAYOUT})
    assert (status, "meanwhile" in problem["error"]) == (409, True)
    assert await service.ask("/api/v1/layout") == others
    status, kept = await put(service.browser, "/api/v1/layout", {"panels": [], "groups": [], "before": others})
    assert (status, kept) == (200, {"panels": [], "groups": []})


async def test_a_viewer_sees_the_layout_and_cannot_change_it(service: WebService) -> None:
    for name, right in (("anna", "owner"), ("ben", "viewer")):
        account = {"name": name, "password": "correct horse battery", "right": right}
        assert (await put(service.browser, "/api/v1/accounts", account))[0] == 200
    await put(service.browser, "/api/v1/layout", LAYOUT)
    address = f"http://127.0.0.1:{service.bound.port}/"
    async with aiohttp.ClientSession(address, cookie_jar=aiohttp.CookieJar(unsafe=True)) as other:
        await other.get("/")
        token = {cookie.key: cookie.value for cookie in other.cookie_jar}[CSRF_COOKIE]
        login = {"name": "ben", "password": "correct horse battery"}
        async with other.post("/api/v1/login", json=login, headers={"X-CSRFToken": token}) as reply:
            assert reply.status == 200
        async with other.get("/api/v1/layout") as reply:
            assert await reply.json() == LAYOUT
        assert (await put(other, "/api/v1/layout", {"panels": [], "groups": []}))[0] == 403
    assert await service.ask("/api/v1/layout") == LAYOUT


async def test_a_file_that_is_no_layout_is_named(tmp_path: Path) -> None:
    path = tmp_path / "layout.json"
    path.write_text('{"panels": [{"serial": 4}]}')
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=r"layout\.json"):
        await RoofFile(path).read_layout()


async def test_energies_of_panels_are_those_of_history(service: WebService, store: HistoryStore) -> None:
    rows = [
        DeviceEnergyRecord(
            gateway=GATEWAY, at=NOON + timedelta(days=day), kind=kind, serial=serial, energy_wh=energy_wh
        )
        for day, energy_wh in ((-1, 1000.0), (0, 2500.0))
        for kind, serial in (("inverter", "4821"), ("battery", "1225"))
    ]
    await store.write(Batch(device_energy=tuple(rows)))
    found = await service.ask("/api/v1/history/panels", start="2025-06-20", end="2025-06-22", by="day")
    assert set(found["serial"]) == {"4821"}
    assert sum(filter(None, found["energy_wh"])) == pytest.approx(1500.0)
    assert (await service.ask("/api/v1/history/panels", 400, start="2010-01-01", end="2025-01-01"))["hint"]


async def test_meters_come_as_means_with_extremes(service: WebService, store: HistoryStore) -> None:
    rows = [
        MeterRecord(gateway=GATEWAY, at=NOON + timedelta(minutes=minute), eid=7, channel=1, voltage_v=230.0 + minute)
        for minute in (0, 1, 2, 10)
    ]
    await store.write(Batch(meters=(*rows, MeterRecord(gateway=GATEWAY, at=NOON, eid=8, channel=0))))
    start = int(NOON.timestamp())
    found = await service.ask("/api/v1/history/meters", start=start, end=start + 3600, eid=7, step_s=600)
    assert found["at"] == [start, start + 600]
    assert found["voltage_v"] == [231.0, 240.0]
    assert found["voltage_v_min"] == [230.0, 240.0]
    assert found["voltage_v_max"] == [232.0, 240.0]
    assert found["frequency_hz"] == [None, None]
    everything = await service.ask("/api/v1/history/meters", start=start, end=start + 3600, step_s=600)
    assert everything["eid"] == [7, 8, 7]
    empty = await service.ask("/api/v1/history/meters", start=0, end=3600, step_s=600)
    assert not any(empty.values())


async def test_a_transformer_that_is_turned_round_is_told(service: WebService) -> None:
    assert "hint" in await service.ask("/api/v1/meters/check", 404)
    for factor, count in ((1, 0), (-1, 1)):
        channel = Channel(phase="L1", active_power_w=factor * 900.0, apparent_power_va=905.0)
        meter = Meter(eid=7, kind="production", state="enabled", active_power_w=900.0, channels=(channel,))
        power = Power(solar_w=900.0)
        snapshot = Snapshot(gateway=GatewayInfo(serial=GATEWAY), at=NOON, power=power, meters=(meter,))
        service.feed.publish(a_status(), snapshot)
        findings = await service.ask("/api/v1/meters/check")
        assert len(findings) == count
    assert findings[0]["severity"] == "error"
    assert "L1" in findings[0]["what"]


async def test_devices_that_were_seen_stay_known(service: WebService, store: HistoryStore) -> None:
    assert await service.ask("/api/v1/devices") == []
    row = DeviceEnergyRecord(gateway=GATEWAY, at=NOON, kind="inverter", serial="4821", energy_wh=1.0)
    await store.write(Batch(device_energy=(row,)))
    (device,) = await service.ask("/api/v1/devices")
    assert (device["kind"], device["serial"], device["first_seen"]) == ("inverter", "4821", NOON.timestamp())


async def test_events_by_kind_text_and_page(service: WebService, store: HistoryStore) -> None:
    events = [
        EventRecord(
            gateway=GATEWAY,
            at=NOON + timedelta(minutes=number),
            kind="gateway.unreachable" if number % 2 else "counter.wrap",
            subject="4821",
            text=f"Event {number} at 100%",
        )
        for number in range(6)
    ]
    await store.write(Batch(events=tuple(events)))

    async def texts(**query: Any) -> list[str]:
        return [event["text"][6:7] for event in await service.ask("/api/v1/events", **query)]

    assert await texts() == ["5", "4", "3", "2", "1", "0"]
    assert await texts(limit=2, skip=2) == ["3", "2"]
    assert await texts(kind="counter") == ["4", "2", "0"]
    assert await texts(text="EVENT 3") == ["3"]
    assert await texts(text="100%", kind="gateway", skip=1) == ["3", "1"]
    assert await texts(text="_") == []
    assert "hint" in await service.ask("/api/v1/events", 400, skip=-1)


async def test_the_gateways_log_is_read_when_asked_for_and_not_again_at_once(service: WebService) -> None:
    log = await service.ask("/api/v1/gateway/log", limit=5)
    assert log == [{"id": "7", "text": "Power On Reset", "serial": "4821", "device": None, "local_time": None}]
    for limit, status in ((5, 200), (50, 200), (51, 503), (0, 400)):
        await service.ask("/api/v1/gateway/log", status, limit=limit)
