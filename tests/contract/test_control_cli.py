"""`openvoy control` as a person uses it: off, dry, asked, done, listed, undone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from tests.contract.catalogue import Desk
from tests.contract.client_support import Finished, openvoy
from tests.contract.control_catalogue import contact, storage
from tests.contract.control_support import LIFETIME_S


@dataclass(frozen=True, slots=True)
class Shell:
    """A person at a command line, logged in as the owner."""

    desk: Desk
    virtual: VirtualGateway
    data: Path

    async def control(self, *words: str, on: str | None = "on", config: Path | None = None) -> Finished:
        return await self.run("control", *words, on=on, config=config)

    async def provision(self, *words: str) -> Finished:
        return await self.run("provision", *words, on="on", config=None)

    async def run(self, *words: str, on: str | None, config: Path | None) -> Finished:
        assert self.virtual.url is not None
        return await openvoy(
            *words,
            data=self.data,
            OPENVOY_HOST=self.virtual.url,
            OPENVOY_TOKEN=self.virtual.issue_token("owner", lifetime_s=LIFETIME_S),
            OPENVOY_CONTROL=on,
            OPENVOY_CONFIG=None if config is None else str(config),
        )


@pytest.fixture
async def shell(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shell]:
    desk = Desk("8.3")
    settings = GatewaySettings(folder=tmp_path_factory.getbasetemp() / "keys-of-commanded")
    async with VirtualGateway(desk.source, clock=desk.clock, settings=settings) as virtual:
        yield Shell(desk, virtual, tmp_path)


async def test_it_is_off_until_somebody_switches_it_on(shell: Shell) -> None:
    finished = await shell.control("battery", "reserve", "40", on=None)
    assert (finished.code, finished.out) == (2, b"")
    assert "OPENVOY_CONTROL=on" in finished.err
    assert "[control]" in finished.err
    assert storage(shell.desk).reserve_pct == 10


async def test_the_configuration_can_switch_it_on(shell: Shell, tmp_path: Path) -> None:
    config = tmp_path / "openvoy.toml"
    config.write_text("[control]\nenabled = true\n")
    words = ("battery", "reserve", "40", "--watch", "0")
    finished = await shell.control(*words, on=None, config=config)
    assert finished.code == 0, finished.err
    assert storage(shell.desk).reserve_pct == 40
    finished = await shell.control(*words, on="off", config=config)
    assert finished.code == 2
    finished = await shell.control(*words, on="perhaps")
    assert (finished.code, "on or off" in finished.err) == (2, True)


async def test_a_dry_run_shows_the_request_and_sends_nothing(shell: Shell) -> None:
    finished = await shell.control("contact", "settings", "NC1", "--soc-low", "20", "--dry-run", on=None)
    assert finished.code == 0, finished.err
    head, _, body = finished.out.decode().partition("\n\n")
    assert head.splitlines() == ["POST /ivp/ss/dry_contact_settings", "Content-Type: application/json"]
    assert json.loads(body)["dry_contacts"]["soc_low"] == 20
    assert "soc-low: 30 -> 20" in finished.err
    assert "Nothing was sent" in finished.err
    assert contact(shell.desk).soc_low_pct == 30
    finished = await shell.control("battery", "reserve", "40%", "--dry-run", "--json", on=None)
    preview = json.loads(finished.out)
    assert [row["name"] for row in preview["changes"]] == ["reserve"]
    assert storage(shell.desk).reserve_pct == 10


async def test_a_change_is_told_and_listed(shell: Shell) -> None:
    finished = await shell.control("battery", "mode", "backup", "--watch", "0")
    assert (finished.code, finished.out) == (0, b"")
    assert "mode: self-consumption -> backup" in finished.err
    assert "took effect" in finished.err
    assert storage(shell.desk).mode == "backup"
    (entry,) = json.loads((await shell.control("audit", "--json")).out)
    assert f"openvoy control undo {entry['id']}" in finished.err
    assert (entry["control"], entry["outcome"]) == ("battery.mode", "took effect")


async def test_the_newest_change_is_undone_once(shell: Shell) -> None:
    entry = json.loads((await shell.control("battery", "mode", "backup", "--watch", "0", "--json")).out)
    finished = await shell.control("undo", "--watch", "0", "--json")
    assert json.loads(finished.out)["undoes"] == entry["id"]
    assert storage(shell.desk).mode == "self-consumption"
    finished = await shell.control("undo", "--watch", "0")
    assert (finished.code, "Nothing was changed" in finished.err) == (2, True)


async def test_what_is_risky_is_asked_and_nobody_is_a_no(shell: Shell) -> None:
    words = ("contact", "settings", "NC1", "--soc-low", "20")
    finished = await shell.control(*words)
    assert finished.code == 2
    assert "Mind:" in finished.err
    assert "--yes" in finished.err
    assert contact(shell.desk).soc_low_pct == 30
    finished = await shell.control(*words, "--yes", "--watch", "0")
    assert finished.code == 0, finished.err
    assert contact(shell.desk).soc_low_pct == 20


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("battery", "mode", "turbo"), 2, "self-consumption, savings, backup"),
        (("battery", "reserve", "101"), 2, "to 100 %"),
        (("contact", "state", "NC9", "open", "--yes"), 2, "NC1, NC2, NO1, NO2"),
        (("contact", "settings", "NC1", "--yes"), 2, "at least one of"),
        (("production", "enabled", "off", "--yes"), 4, "installer"),
        (("export", "dynamic", "--enabled", "on", "--yes"), 4, "installer"),
        (("battery", "reserve", "20", "--watch", "-1"), 2, "seconds"),
        (("undo", "20200101-000000"), 2, "control audit"),
        (("list", "battery.modes"), 2, "battery.mode"),
    ],
)
@pytest.mark.sample(4)
async def test_wrong_input_says_what_is_right(shell: Shell, words: tuple[str, ...], code: int, said: str) -> None:
    finished = await shell.control(*words)
    assert (finished.code, finished.out) == (code, b"")
    assert said in finished.err
    assert "Traceback" not in finished.err


async def test_the_list_shows_what_there_is_and_why_not(shell: Shell) -> None:
    finished = await shell.control("list", on=None)
    assert finished.code == 0, finished.err
    lines = finished.out.decode().splitlines()
    assert any(line.split() == ["battery.reserve", "reserve", "10", "%"] for line in lines)
    assert any(line.split() == ["contact.state", "NC1,", "NC2:", "state", "closed"] for line in lines)
    assert any(line.split() == ["NO1,", "NO2:", "state", "open"] for line in lines)
    assert "not offered: production.enabled: production.enabled needs the login of an installer" in finished.err
    one = (await shell.control("list", "battery.mode", on=None)).out.decode()
    assert "cloud-schedule" in one
    offers = json.loads((await shell.control("list", "--json", on=None)).out)
    assert {offer["name"] for offer in offers if offer["is_offered"]} >= {"battery.mode", "grid.relay"}


async def test_installers_see_levels_and_who_joins(shell: Shell) -> None:
    token = shell.virtual.issue_token("installer", lifetime_s=LIFETIME_S)
    finished = await shell.provision("comm-check", "--json", "--token", token)
    assert finished.code == 0, finished.err
    levels = json.loads(finished.out)
    assert len(levels["inverters"]) == sum(array.panels for array in shell.desk.site.definition.array)
    assert levels["batteries_average"].keys() == {"sub_ghz", "2_4_ghz"}
    new = ("device", "belongs", "122299990001", "on", "--kind", "battery", "--yes", "--dry-run", "--token", token)
    finished = await shell.provision(*new)
    assert finished.out.startswith(b"POST /ivp/zb/provision")
    await shell.desk.ask("/ivp/zb/provision", "POST", {"serial_nums": [{"serial_num": "122299990001"}]})
    finished = await shell.provision("pairing", "--json", "--token", token)
    assert json.loads(finished.out) == {"mode": "Join Enabled", "devices": {"122299990001": "pending"}}
