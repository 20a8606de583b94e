"""What the documents give other programs to read is there, in the real API and in the real jq."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from openvoy.model import Channel, Meter
from openvoy.model.devices import Storage
from tests.contract.web_service import WebService, web_service
from tests.unit.exporters.house import SNAPSHOT, STATUS

DOCS = Path(__file__).parents[2] / "docs"
URL = "http://127.0.0.1:8400/api/v1/snapshot"
NET = Meter(
    eid=2, kind="net-consumption", state="enabled",
    channels=(Channel(phase="L1", current_a=4.5), Channel(phase="L2", current_a=-1.5)),
)  # fmt: skip
HOUSE = replace(SNAPSHOT, meters=(*SNAPSHOT.meters, NET), storage=Storage(soc_pct=55.0))


@pytest.fixture
async def service() -> AsyncIterator[WebService]:
    async with web_service() as running:
        running.feed.publish(STATUS, HOUSE)
        yield running


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


async def ask_jq(program: str, document: bytes) -> str:
    jq = shutil.which("jq")
    if jq is None:
        pytest.skip("jq is not installed")
    process = await asyncio.create_subprocess_exec(
        jq, "-r", program,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, error = await process.communicate(document)
    assert process.returncode == 0, error.decode()
    return said.decode().strip()


async def fetch_snapshot(service: WebService) -> bytes:
    async with service.browser.get("/api/v1/snapshot") as reply:
        assert reply.status == 200
        return await reply.read()


def find(document: Any, path: str) -> Any:
    for name in path.split("."):
        document = document[name]
    return document


def sources(meter: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name, value in meter.items():
        many = value if isinstance(value, list) else [value]
        yield from (
            (f"{name} {index}" if isinstance(value, list) else name, one)
            for index, one in enumerate(many)
            if isinstance(one, dict)
        )


EXPECTED = {
    ("grid", "power"): -1000.0,
    ("grid", "energy"): 0.2005,
    ("grid", "currents 0"): 4.5,
    ("grid", "currents 1"): -1.5,
    ("grid", "currents 2"): 0.0,
    ("pv", "power"): 2500.0,
    ("pv", "energy"): 1.0,
    ("battery", "power"): 0.0,
    ("battery", "soc"): 55.0,
}


async def test_evcc_reads_its_meters(service: WebService) -> None:
    config, headers = (yaml.safe_load(block) for block in blocks("evcc.md", "yaml"))
    document = await fetch_snapshot(service)
    found = {}
    for meter in config["meters"]:
        assert meter["type"] == "custom"
        for name, source in sources(meter):
            assert (source["source"], source["uri"]) == ("http", URL)
            found[meter["name"], name] = float(await ask_jq(source["jq"], document))
    assert found == EXPECTED
    used = config["site"]["meters"]
    assert {used["grid"], *used["pv"], *used["battery"]} == {meter["name"] for meter in config["meters"]}
    assert headers["headers"]["Authorization"].startswith("Bearer ")


async def test_evcc_is_not_told_0_for_what_is_not_known(service: WebService) -> None:
    service.feed.publish(STATUS, replace(HOUSE, storage=None))
    document = await fetch_snapshot(service)
    assert await ask_jq(".storage.soc_pct", document) == "null"


async def test_home_assistant_reads_its_sensors(service: WebService) -> None:
    (block,) = blocks("other-programs.md", "yaml")
    (rest,) = yaml.safe_load(block)["rest"]
    assert rest["resource"] == URL
    document = json.loads(await fetch_snapshot(service))
    values = {}
    for sensor in rest["sensor"]:
        path = re.fullmatch(r"\{\{ value_json\.([\w.]+) \}\}", sensor["value_template"])
        assert path is not None
        assert sensor["availability"] == f"{{{{ value_json.{path[1]} is not none }}}}"
        values[sensor["name"]] = find(document, path[1])
        kinds = {"power": ("W", "measurement"), "energy": ("Wh", "total_increasing")}
        assert kinds[sensor["device_class"]] == (sensor["unit_of_measurement"], sensor["state_class"])
    assert values == {"Solar power": 2500.0, "Solar energy": 1000.0, "Grid power": -1000.0}


async def test_node_red_reads_what_its_flow_says(service: WebService) -> None:
    (block,) = blocks("other-programs.md", "json")
    nodes = {node["id"]: node for node in json.loads(block)}
    assert {target for node in nodes.values() for wire in node["wires"] for target in wire} <= set(nodes)
    (request,) = (node for node in nodes.values() if node["type"] == "http request")
    assert (request["url"], request["ret"]) == (URL, "obj")
    message = {"payload": json.loads(await fetch_snapshot(service))}
    rules = [rule for node in nodes.values() if node["type"] == "change" for rule in node["rules"]]
    assert [find(message, rule["to"]) for rule in rules] == [2500.0, -1000.0]


async def test_telegraf_finds_its_paths(service: WebService) -> None:
    (block,) = blocks("other-programs.md", "toml")
    (source,) = tomllib.loads(block)["inputs"]["http"]
    assert source["urls"] == [URL]
    document = json.loads(await fetch_snapshot(service))
    site, panels = source["json_v2"]
    assert find(document, site["timestamp_path"]) == "2026-06-21T12:00:00Z"
    assert [find(document, tag["path"]) for tag in site["tag"]] == ["122000000001"]
    assert all(isinstance(find(document, one["path"]), dict) for one in site["object"])
    (inverters,) = panels["object"]
    for row in find(document, inverters["path"]):
        assert {*inverters["tags"], *inverters["included_keys"]} <= set(row)


async def test_lines_of_the_shell_give_values(service: WebService) -> None:
    document = await fetch_snapshot(service)
    pages = ("evcc.md", "other-programs.md")
    lines = [line for page in pages for block in blocks(page, "sh") for line in block.splitlines()]
    programs = [re.fullmatch(rf"curl -s {re.escape(URL)} \| jq (?:-r )?'(.+)'", line) for line in lines]
    said = [await ask_jq(program[1], document) for program in programs if program is not None]
    assert len(said) == len(lines)
    # Versions of jq differ in how they write whole numbers.
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", " ".join(said))]
    assert numbers == [-1000.0, 250.0, 482200000001.0, 250.0]
