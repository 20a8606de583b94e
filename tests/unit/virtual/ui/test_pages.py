"""The pages say what the JSON beside them says."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from openvoy.virtual.ui.words import render_quantity, render_time
from tests.unit.virtual.recordings import SERIAL
from tests.unit.virtual.ui.pages import HOME, INVENTORY, PRODUCTION, V1, front, page, recorded

EVENTS = {
    "iTotalRecords": 250,
    "aaData": [
        ["16326", "Microinverter failed to report: Set", "122200000101", "pcu ", "Mon Jun 10, 2024 09:30 PM PDT"]
    ],
}
EVERYTHING = (
    recorded("/home", HOME),
    recorded("/production.json", PRODUCTION),
    recorded("/inventory.json", INVENTORY),
    recorded("/api/v1/production", V1),
    recorded("/datatab/event_dt.rb?start=0&length=100", EVENTS),
    recorded("/ivp/meters", [{"eid": 1, "state": "enabled", "measurementType": "production", "phaseCount": 2}]),
)
PATHS = ["/home", "/production", "/inventory", "/event", "/admin/home", "/installer/setup/home", "/doc/api.html"]
VOID = {"meta", "link", "input", "br", "hr"}


class Outline(HTMLParser):
    """Checks that elements are closed in order, and keeps what they are."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("firmware", ["5.0.62", "8.3.5433"])
async def test_every_page_is_sound_and_can_be_read_aloud(firmware: str, path: str) -> None:
    outline = Outline()
    outline.feed(await page(front(firmware, *EVERYTHING), path))
    assert outline.open == []
    tags = [tag for tag, _ in outline.seen]
    assert tags.count("h1") == tags.count("main") == tags.count("title") == 1
    assert tags.count("caption") == tags.count("table")
    assert dict(outline.seen)["html"]["lang"] == "en"
    assert all(attributes.get("scope") == "col" for tag, attributes in outline.seen if tag == "th")
    addresses = [attributes.get("src") or attributes.get("href") or "" for _, attributes in outline.seen]
    assert all(address.startswith("/") and not address.startswith("//") for address in addresses if address)


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_without_data_is_still_one(path: str) -> None:
    assert f"Envoy {SERIAL}" in await page(front(), path)


async def test_production_is_measured_where_a_meter_works() -> None:
    shown = await page(front("8.2.4345", *EVERYTHING), "/production")
    for value in ("4.32 kW", "13.4 kWh", "86.3 kWh", "1.24 MWh", "5.09 MWh", "412 W", "−236 W", "2023-11-14 22:13 UTC"):
        assert value in shown
    idle = {**PRODUCTION, "production": [{"type": "eim", "activeCount": 0, "wNow": -6660}]}
    without = front("8.2.4345", recorded("/production.json", idle), recorded("/api/v1/production", V1))
    assert "<dt>Currently</dt><dd>999 W</dd>" in await page(without, "/production")


async def test_the_inventory_lists_devices_and_escapes_what_they_say() -> None:
    shown = await page(front("8.2.4345", *EVERYTHING), "/inventory")
    assert re.search(r"122200000101</td><td>800-01714-r02</td><td>–</td><td>OK</td><td>yes</td><td>no", shown)
    assert "&lt;b&gt;" in shown
    assert ">failure<" in shown
    assert ">never<" in shown
    assert "AC Batteries" not in shown


async def test_the_home_page_tells_network_and_communication() -> None:
    shown = await page(front("8.2.4345", *EVERYTHING), "/home")
    for value in ("192.0.2.10", "5 of 5 bars", "3 of 5 bars", "06/10/2024 12:00 Europe/Paris", "4.32 kW"):
        assert value in shown


async def test_events_can_be_turned() -> None:
    gateway = front("8.2.4345", *EVERYTHING)
    first = await page(gateway, "/event")
    assert "Microinverter failed to report: Set" in first
    assert "1 to 1 of 250" in first
    assert 'href="/event?start=1"' in first
    assert "Newer" not in first
    assert 'href="/event?start=0"' in await page(gateway, "/event?start=100")
    for start in ("x", "-1", "9" * 20, ""):
        assert "1 to 1 of 250" in await page(gateway, f"/event?start={start}")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (0, "0 W"),
        (412.4, "412 W"),
        (999.9, "1000 W"),
        (4321.9, "4.32 kW"),
        (13_370, "13.4 kW"),
        (241_000, "241 kW"),
        (1_240_000, "1.24 MW"),
        (-1500, "−1.50 kW"),
    ],
)
def test_quantities_have_three_digits(value: float | None, text: str | None) -> None:
    assert render_quantity(value, "W") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (0, "never"),
        ("0", "never"),
        (1718046000, "2024-06-10 19:00 UTC"),
        ("soon", "soon"),
        (1e30, "1e+30"),
    ],
)
def test_times_are_utc(value: float | str | None, text: str | None) -> None:
    assert render_time(value) == text
