"""A gateway recorded and replayed: it says the same as before, about nobody."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import socket
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from openvoy import Gateway
from openvoy.client import MemoryPinStore
from openvoy.client.capture import Recording, Tape, build_har, login_secrets, record_gateway
from openvoy.client.capture.private import Kind, Original
from openvoy.client.gateway import build_transport
from openvoy.errors import CredentialRejected, GatewayUnreachable
from openvoy.model import Snapshot
from openvoy.protocol.http import Request
from openvoy.protocol.login import Credentials
from openvoy.virtual.har import parse_har, read_har
from openvoy.virtual.recording import Recording as Replay
from openvoy.virtual.recording import open_recording
from openvoy.virtual.source import Source
from tests.contract.client_support import openvoy
from tests.contract.fault_support import Stand, standing
from tests.unit.virtual.recordings import entry, recording
from tests.unit.virtual.wire import Wire, WireReply

GENERATIONS = ["3.9.36", "5.0.62", "7.6.175_with_cts_3phase", "8.3.5433_tot_is_net_cons"]
HIDDEN = ("Set-Cookie",)
"""A replayed gateway sets its own."""


async def captured(stand: Stand, *skipped: str) -> Recording:
    """Record what the gateway says, as the command does."""
    gateway = stand.gateway
    pins = MemoryPinStore()
    said: list[str] = []
    tape = Tape(lambda origin: build_transport(origin, pins=pins, clock=stand.time), stand.time)
    assert gateway.url is not None
    password = gateway.installer_password
    credentials = Credentials(
        token=gateway.owner_token, user=None if password is None else "installer", password=password
    )
    client = Gateway(
        gateway.url,
        token=credentials.token,
        user=credentials.user,
        password=password,
        clock=stand.time,
        open_transport=tape.open,
    )
    try:
        await record_gateway(client, tape, clock=stand.time, pause_s=0, skipped=skipped, tell=said.append)
    finally:
        await client.close()
    assert len(said) >= 5
    return build_har(
        tape.exchanges(),
        secrets=login_secrets(credentials, client.address.host),
        key=b"\x01" * 32,
        now=stand.time.now(),
    )


def masked(text: str, made: Recording) -> str:
    """Put the replacements into a text, plainly; the longest first."""
    for original, new in sorted(made.replacements.items(), key=lambda pair: -len(pair[0].text)):
        if original.kind is Kind.MAC:
            text = text.replace(original.text, spelled_like(original.text, new))
        elif original.kind in {Kind.SERIAL, Kind.ADDRESS, Kind.ZONE} or original.text == "4c8675":
            text = text.replace(original.text, new)
    return re.sub(r"(?<=[AP]M )[A-Z]{3,4}\b", "UTC", text)


def spelled_like(mac: str, new: str) -> str:
    pairs = mac[2].join(new[place : place + 2] for place in range(0, len(new), 2))
    return pairs.upper() if mac == mac.upper() else pairs


def paths_of(made: Recording) -> list[str]:
    return [exchange.path for exchange in parse_har(made.file, name="recording")]


async def reply_at(stand: Stand, path: str) -> WireReply:
    """Ask as the client did; old firmware gets no login here."""
    token = stand.gateway.owner_token
    headers = {"Accept": "application/json"} | ({} if token is None else {"Authorization": f"Bearer {token}"})
    async with Wire(stand.gateway.url) as wire:
        return await wire.ask(path, headers=headers)


def heads_of(reply: WireReply, made: Recording) -> list[tuple[str, str]]:
    return [(name, masked(value, made)) for name, value in reply.headers if name not in HIDDEN]


async def same_said(stand: Stand, made: Recording) -> None:
    """Compare replies byte by byte, with the replacements put into those of the original."""
    source = Replay(parse_har(made.file, name="recording"))
    async with standing(source, at=stand.time.now()) as replay:
        for path in paths_of(made):
            first, again = await reply_at(stand, path), await reply_at(replay, path)
            assert (again.status, again.framing) == (first.status, first.framing), path
            if first.status == 401 and stand.gateway.owner_token is None:
                continue
            assert again.body.decode() == masked(first.body.decode(), made), path
            is_sized = again.header("Content-Length") is not None
            if not is_sized or len(again.body) == len(first.body):
                assert heads_of(again, made) == heads_of(first, made), path


async def snapshot_of(source: Source, stand: Stand) -> Snapshot:
    async with standing(source, at=stand.time.now()) as replay:
        return await replay.snapshot()


async def same_snapshot(stand: Stand, made: Recording) -> None:
    """What the client makes of it is the same but for serial numbers."""
    first = await stand.snapshot()
    again = await snapshot_of(Replay(parse_har(made.file, name="recording")), stand)
    assert (again.power, again.energy, again.storage, again.tariff) == (
        first.power, first.energy, first.storage, first.tariff,
    )  # fmt: skip
    new = {original.text: text for original, text in made.replacements.items() if original.kind is Kind.SERIAL}
    assert again.gateway.serial == new[first.gateway.serial]
    assert again.inverters == tuple(replace(row, serial=new[row.serial]) for row in first.inverters)
    assert again.batteries == tuple(replace(row, serial=new[row.serial]) for row in first.batteries)
    assert again.meters == first.meters


@pytest.mark.parametrize("name", GENERATIONS)
@pytest.mark.sample(1)
async def test_a_recording_of_a_recording_says_the_same(recordings_folder: Path, name: str) -> None:
    async with standing(open_recording(recordings_folder / f"{name}.har")) as stand:
        made = await captured(stand)
        await same_said(stand, made)
        await same_snapshot(stand, made)
    assert stand.gateway.serial not in made.file.decode()


@pytest.mark.parametrize(("site", "firmware"), [("demo", "8.3.5169"), ("standard", "7.6.175")])
@pytest.mark.sample(1)
async def test_a_recording_of_a_site_says_what_it_said(site: str, firmware: str) -> None:
    async with standing(site, firmware) as stand:
        made = await captured(stand)
        await same_said(stand, made)
        await same_snapshot(stand, made)
    assert stand.gateway.serial not in made.file.decode()
    assert len(paths_of(made)) > 60


async def test_durations_and_moments_are_those_of_the_gateway() -> None:
    """A scripted page that takes 6.4 s by the gateway's latency is recorded as such."""
    async with standing("standard") as stand:
        stand.switch_on("slow-scripted:path=/home,seconds=6.4")
        recording_task = asyncio.create_task(captured(stand))
        await stand.time.until_sleeping()
        await stand.time.advance(6.4)
        made = await recording_task
    log = json.loads(made.file)["log"]
    home = next(row for row in log["entries"] if row["request"]["url"].endswith("/home"))
    assert home["time"] == home["timings"]["wait"] == 6400
    assert (log["version"], log["creator"]["name"]) == ("1.2", "openvoy")
    assert home["startedDateTime"] == (stand.time.now()).isoformat().replace("+00:00", "Z")
    exchange = next(row for row in parse_har(made.file, name="x") if row.path == "/home")
    assert timedelta(seconds=exchange.duration_s) == timedelta(seconds=6.4)


CLAIMS = base64.urlsafe_b64encode(b'{"canary":"yes"}').decode().rstrip("=")
CANARIES: Mapping[str, object] = {
    "/ivp/ss/dry_contact_settings": {"dry_contacts": [{"id": "NC1", "load_name": "Canary Sauna"}]},
    "/ivp/ensemble/inventory": [
        {"type": "ENCHARGE", "devices": [{"serial_num": "122012345675", "phase": "Canary Sauna"}]}
    ],
    "/home": {
        "timezone": "Australia/Eucla",
        "network": {"interfaces": [{"mac": "60:E8:5B:CA:9A:21", "ip": "10.77.66.55"}]},
        "note": "60e85bca9a21 10.77.66.55 canary@example.net",
    },
    "/admin/lib/network_display.json": {"gateway": "10.77.66.1", "hostname": "canary-house", "psk": "canary-phrase"},
    "/ivp/livedata/status": {
        "dry_contacts": {"NC1": {"dry_contact_load_name": "Canary Sauna"}},
        "ssid": "CanaryNet 5G",
    },
    "/event.json": {"aaData": [["1", "Canary Sauna shed by 122012345675 at 10.77.66.55", "canary-house"]]},
    "/ivp/ss/gen_config": {"generator_id": "canary-generator-4711", "last_updated_by": "canary@example.net"},
    "/ivp/event": {"latitude": -31.6774, "longitude": 128.8893, "city": "Canaryville", "site_id": 9876543},
    "/production": {"token": f"{CLAIMS}.{CLAIMS}.Y2FuYXJ5"},
}
BIRDS = (
    "canary",
    "122012345675",
    "60:e8:5b:ca:9a:21",
    "60e85bca9a21",
    "10.77.66",
    "eucla",
    "-31.6774",
    "128.8893",
    "9876543",
    "122200123456",
    "y2fuyxj5",
)


async def test_no_canary_survives() -> None:
    headers = {"Server": "x", "X-From": "10.77.66.55"}
    entries = [entry(path, json.dumps(body), headers=headers) for path, body in CANARIES.items()]
    async with standing(recording("8.3.5169", *entries)) as stand:
        made = await captured(stand)
        token = stand.gateway.owner_token
    file = made.file.decode().lower()
    assert [bird for bird in BIRDS if bird in file] == []
    assert token is not None
    assert [part for part in token.split(".")[1:] if part.lower() in file] == []
    assert "owner@example.com" not in file
    assert file.count(made.replacements[Original(Kind.TEXT, "Canary Sauna")]) == 4


async def test_a_gateway_that_goes_away_ends_it() -> None:
    async with standing("standard") as stand:
        stand.switch_on("connection-reset:path=/[!i]*", "connection-reset:path=/ivp/*")
        with pytest.raises(GatewayUnreachable):
            await captured(stand)
    async with standing("standard") as stand:
        stand.switch_on("token-refused")
        with pytest.raises(CredentialRejected):
            await captured(stand)


async def test_one_endpoint_that_fails_is_left_out() -> None:
    async with standing("standard") as stand:
        stand.switch_on("connection-reset:path=/home", "unauthorized:path=/ivp/meters")
        made = await captured(stand, "/inventory.json?deleted=1")
    replies = {exchange.path: exchange for exchange in parse_har(made.file, name="recording")}
    assert {"/home", "/inventory.json?deleted=1"}.isdisjoint(replies)
    assert replies["/ivp/meters"].status == 401
    assert (await Replay(tuple(replies.values())).reply(Request(path="/ivp/meters"))).status == 401


async def test_the_command_writes_what_the_virtual_gateway_replays(tmp_path: Path, recordings_folder: Path) -> None:
    out = tmp_path / "home.har"
    async with standing(open_recording(recordings_folder / "7.6.175_standard.har")) as stand:
        gateway = stand.gateway
        arguments = ("capture", "--host", str(gateway.url), "--pause", "0", "--out", str(out))
        finished = await openvoy(*arguments, data=tmp_path, OPENVOY_TOKEN=in_time(stand))
        again = await openvoy(*arguments, data=tmp_path, OPENVOY_TOKEN=in_time(stand))
    assert finished.code == 0, finished.err
    assert finished.out == b""
    assert "serial number (25)" in finished.err
    assert (again.code, "exists" in again.err) == (2, True)
    assert gateway.serial.encode() not in out.read_bytes()
    async with standing(open_recording(out)) as replay:
        assert len((await replay.snapshot()).inverters) == 24
    assert names_in(tmp_path) == ["certificates.json", "home.har"]
    assert read_har(out)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def in_time(stand: Stand) -> str:
    """A token that is good at the clock of the command, which is the real one."""
    return stand.gateway.issue_token("owner", lifetime_s=20 * 365 * 86_400)


@pytest.mark.parametrize(
    ("options", "code", "problem"),
    [
        (("--out", "absent/home.har"), 2, "is no folder"),
        (("--out", "home.har", "--pause", "-1"), 2, "is no pause"),
        (("--out", "home.har", "--host", "127.0.0.1:{port}"), 3, "cannot be reached"),
        (("--out", "home.har", "--token", "nonsense"), 4, "is no token"),
    ],
)
@pytest.mark.sample(2)
async def test_what_cannot_be_is_said_with_a_remedy(
    options: tuple[str, ...], code: int, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
    finished = await openvoy("capture", *(option.format(port=port) for option in options), data=tmp_path)
    assert (finished.code, finished.out) == (code, b"")
    assert problem in finished.err
    assert "Traceback" not in finished.err
    assert [name for name in names_in(tmp_path) if name.endswith(".har")] == []
