"""The mirror beside the service: over the service's own connection, with its own port and keys."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from openvoy import Gateway
from openvoy.cli.config import MirrorConfig
from openvoy.cli.service_mirror import RETRY_S, ServiceMirror, build_mirror
from openvoy.client import SystemClock
from openvoy.collector import Source
from openvoy.errors import ConfigError
from openvoy.settings.listen import Listen
from openvoy.testing.clock import ManualClock
from openvoy.virtual.faults import parse_fault
from openvoy.virtual.gateway import VirtualGateway
from tests.contract.client_support import TOKEN, client_of, requests_of, virtual_gateway
from tests.support.patience import PATIENCE_S
from tests.unit.virtual.wire import ask, bearer


async def opened(mirror: ServiceMirror, *, other_than: VirtualGateway | None = None) -> VirtualGateway:
    async with asyncio.timeout(PATIENCE_S):
        while mirror.virtual is None or mirror.virtual.url is None or mirror.virtual is other_than:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return mirror.virtual


@asynccontextmanager
async def beside(client: Gateway, folder: Path, port: int = 0) -> AsyncIterator[ServiceMirror]:
    listen = Listen(host="127.0.0.1", port=port)
    mirror = ServiceMirror(client, SystemClock(), listen=listen, folder=folder, allows_writes=False)
    async with mirror.running():
        yield mirror
    assert mirror.virtual is None


async def test_it_shares_the_connection_and_keeps_a_token_for_its_clients(
    recordings_folder: Path, tmp_path: Path
) -> None:
    async with virtual_gateway(recordings_folder, TOKEN) as upstream, client_of(upstream) as client:
        async with beside(client, tmp_path) as mirror:
            served = await opened(mirror)
            file = tmp_path / f"gateway-{served.serial}.jwt"
            assert file.stat().st_mode & 0o777 == 0o600
            token = file.read_text().strip()
            for one in (token, upstream.issue_token("owner", lifetime_s=600)):
                assert (await ask(served.url, "/ivp/meters", headers=bearer(one))).status == 200
            async with Gateway(served.url or "", token=token) as reader:
                theirs, ours = await asyncio.gather(reader.snapshot(), client.snapshot())
            assert theirs.power == ours.power
        assert requests_of(upstream)["/auth/check_jwt"] == 2


async def test_an_update_opens_it_anew_at_the_same_place(recordings_folder: Path, tmp_path: Path) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    async with (
        virtual_gateway(recordings_folder, TOKEN) as upstream,
        client_of(upstream) as client,
        beside(client, tmp_path, port) as mirror,
    ):
        first = await opened(mirror)
        upstream.faults.switch_on(*parse_fault("firmware-changed:version=D8.3.5433"))
        assert (await ask(first.url, "/info")).status == 200
        second = await opened(mirror, other_than=first)
        assert (first.url, str(second.identity.firmware)) == (second.url, "8.3.5433")
        assert (await ask(second.url, "/ivp/meters", headers=bearer(first.owner_token))).status == 200


async def test_it_waits_for_a_gateway_that_is_away_and_a_port_that_is_taken(
    recordings_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = ManualClock()
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        async with virtual_gateway(recordings_folder, TOKEN) as upstream:
            client = client_of(upstream)
            upstream.faults.switch_on(*parse_fault("connection-reset"))
            listen = Listen(host="127.0.0.1", port=port)
            mirror = ServiceMirror(client, clock, listen=listen, folder=tmp_path, allows_writes=False)
            async with mirror.running():
                await clock.until_sleeping()
                upstream.faults.switch_off("connection-reset")
                for _ in range(2):
                    await clock.advance(RETRY_S)
                    await clock.until_sleeping()
                door.close()
                await clock.advance(RETRY_S)
                assert (await opened(mirror)).url == f"https://127.0.0.1:{port}"
            await client.close()
    said = capsys.readouterr().err
    assert said.count("it is tried again") == 2
    assert said.count("cannot listen") == 1


def source(name: str) -> Source:
    return Source(name=name, host=name, reader=Gateway(name), time_zone=ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("named", "names", "words"),
    [("", ["a", "b"], "not said which"), ("c", ["a"], "no gateway c"), ("", [], "not")],
)
def test_it_must_be_clear_which_gateway_is_meant(named: str, names: list[str], words: str, tmp_path: Path) -> None:
    config = MirrorConfig(listen=Listen(host="127.0.0.1", port=0), gateway=named)
    with pytest.raises(ConfigError, match=words):
        build_mirror(config, [source(name) for name in names], clock=ManualClock(), folder=tmp_path)


@pytest.mark.parametrize(("named", "names"), [("", ["a"]), ("b", ["a", "b"])])
def test_one_gateway_needs_no_name(named: str, names: list[str], tmp_path: Path) -> None:
    config = MirrorConfig(listen=Listen(host="127.0.0.1", port=0), gateway=named)
    sources = [source(name) for name in names]
    assert build_mirror(config, sources, clock=ManualClock(), folder=tmp_path) is not None
    assert build_mirror(MirrorConfig(), sources, clock=ManualClock(), folder=tmp_path) is None


async def test_openvoy_run_serves_it_beside_the_dashboard(recordings_folder: Path, tmp_path: Path) -> None:
    async with virtual_gateway(recordings_folder, TOKEN) as upstream:
        (tmp_path / "home.jwt").touch(mode=0o600)
        (tmp_path / "home.jwt").write_text(str(upstream.owner_token))
        config = tmp_path / "openvoy.toml"
        config.write_text(
            f'[[gateway]]\nhost = "{upstream.url}"\ntoken_file = "home.jwt"\n[store]\npath = "store"\n'
            '[web]\nlisten = "127.0.0.1:0"\n[mirror]\nlisten = "127.0.0.1:0"\n'
        )
        command = (sys.executable, "-m", "openvoy", "run", "--config", str(config))
        environ = {**os.environ, "OPENVOY_DATA": str(tmp_path)}
        process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=PIPE)
        assert process.stderr is not None
        try:
            url = said = ""
            while not url:
                line = (await process.stderr.readline()).decode()
                said += line
                assert line, f"it ended: {said}"
                url = line.partition("is mirrored: ")[2].partition(" ")[0]
            token = (tmp_path / "store" / "mirror" / f"gateway-{upstream.serial}.jwt").read_text().strip()
            async with Gateway(url, token=token) as reader:
                assert len((await reader.snapshot()).inverters) > 0
        finally:
            process.send_signal(signal.SIGTERM)
            await process.communicate()
        assert process.returncode == 0
