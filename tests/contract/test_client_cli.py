"""`openvoy read` and `openvoy get` as processes: output, errors and exit codes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.contract.client_support import (
    BATTERY,
    DIGEST,
    TOKEN,
    Finished,
    openvoy,
    requests_of,
    virtual_gateway,
)
from tests.unit.client.servers import greeting, serve
from tests.unit.client.transports import free_port


async def test_read_prints_one_json_document(recordings_folder: Path, tmp_path: Path) -> None:
    async with virtual_gateway(recordings_folder, BATTERY) as served:
        finished = await openvoy(
            "read", "--json", "--host", served.url or "", data=tmp_path, OPENVOY_TOKEN=served.owner_token
        )
    assert (finished.code, finished.err) == (0, "")
    snapshot = json.loads(finished.out)
    assert snapshot["gateway"]["serial"] == served.serial
    assert list(snapshot) == [
        "gateway", "at", "power", "energy", "meters", "inverters", "batteries", "storage", "grid", "contacts",
        "generator", "tariff", "missing", "controllers", "reported",
    ]  # fmt: skip
    assert list(snapshot["power"]) == [
        "solar_w", "grid_w", "battery_w", "generator_w", "load_w", "reported_consumption_w"
    ]  # fmt: skip
    assert (tmp_path / "certificates.json").stat().st_mode & 0o777 == 0o600


async def test_read_shows_tables_with_units(recordings_folder: Path, tmp_path: Path) -> None:
    async with virtual_gateway(recordings_folder, DIGEST) as served:
        finished = await openvoy("read", data=tmp_path, OPENVOY_HOST=(served.url or "").partition("://")[2])
    text = finished.out.decode()
    assert finished.code == 0
    assert f"Gateway {served.serial}, firmware 4.10.35" in text
    assert " W" in text
    assert "kWh" in text
    assert "Panels (19)" in text


async def test_a_part_that_fails_is_told_on_stderr(recordings_folder: Path, tmp_path: Path) -> None:
    fault = "html-with-200:path=/ivp/meters/readings"
    async with virtual_gateway(recordings_folder, BATTERY, fault) as served:
        finished = await openvoy("read", "--host", served.url or "", data=tmp_path, OPENVOY_TOKEN=served.owner_token)
    assert finished.code == 0
    assert "not read: meter_readings: /ivp/meters/readings" in finished.err


async def test_get_prints_the_body_as_it_is(recordings_folder: Path, tmp_path: Path) -> None:
    async with virtual_gateway(recordings_folder, TOKEN) as served:
        (tmp_path / "home.jwt").write_text(f"{served.owner_token}\n")
        given = ("--host", served.url or "", "--token-file", str(tmp_path / "home.jwt"))
        plain = await openvoy("get", "/ivp/meters", *given, data=tmp_path)
        wrapped = await openvoy("get", "/ivp/meters", "--json", *given, data=tmp_path)
        missing = await openvoy("get", "/ivp/nothing", *given, data=tmp_path)
    assert (plain.code, plain.err) == (0, "")
    document = json.loads(wrapped.out)
    assert document["body"].encode() == plain.out
    assert document["status"] == 200
    assert json.loads(plain.out)[0]["eid"] == 704643328
    assert missing.code == 1
    assert "answered /ivp/nothing with status 404" in missing.err


@pytest.mark.parametrize("arguments", [("-X", "PUT"), ("-d", "{}"), ("--request", "delete")])
@pytest.mark.sample(1)
async def test_get_does_not_write_unless_it_is_told(
    recordings_folder: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    async with virtual_gateway(recordings_folder, TOKEN) as served:
        finished = await openvoy(
            "get",
            "/admin/lib/tariff",
            *arguments,
            "--host",
            served.url or "",
            "--token",
            served.owner_token or "",
            data=tmp_path,
        )
        assert requests_of(served) == {}
    assert finished.code == 2
    assert "control is off unless it is asked for" in finished.err
    assert "--allow-write" in finished.err


async def test_get_sends_a_body_when_it_is_told(recordings_folder: Path, tmp_path: Path) -> None:
    async with virtual_gateway(recordings_folder, TOKEN) as served:
        finished = await openvoy(
            *("get", "/ivp/meters", "-X", "PUT", "-d", "@-", "--allow-write", "--host", served.url or ""),
            data=tmp_path, stdin=b'{"a": 1}', OPENVOY_TOKEN=served.owner_token,
        )  # fmt: skip
        assert requests_of(served)["/ivp/meters"] == 1
    assert "status 405" in finished.err


def assert_told(finished: Finished, code: int, message: str) -> None:
    assert finished.code == code, finished
    assert message in finished.err
    assert finished.err.startswith("openvoy: ")
    assert "\n  " in finished.err, "there is no hint"
    assert "Traceback" not in finished.err
    assert finished.out == b""


async def test_ctrl_c_ends_a_request_without_a_word(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        asked.set()
        await reader.read()

    async with serve(lambda _log: handle) as log:
        running = asyncio.create_task(
            openvoy("read", "--host", f"http://127.0.0.1:{log.port}", data=tmp_path, interrupt=asked)
        )
        finished = await running
    assert (finished.code, finished.out, finished.err) == (130, b"", "")


class TestErrors:
    async def test_wrong_token(self, recordings_folder: Path, tmp_path: Path) -> None:
        async with (
            virtual_gateway(recordings_folder, TOKEN) as served,
            virtual_gateway(recordings_folder, TOKEN) as forger,
        ):
            finished = await openvoy(
                "read", "--json", "--host", served.url or "", data=tmp_path, OPENVOY_TOKEN=forger.owner_token
            )
        assert_told(finished, 4, "does not accept the token")
        assert (forger.owner_token or "") not in finished.err

    async def test_no_token(self, recordings_folder: Path, tmp_path: Path) -> None:
        async with virtual_gateway(recordings_folder, TOKEN) as served:
            finished = await openvoy("read", "--host", served.url or "", data=tmp_path)
        assert_told(finished, 2, "which needs a token")

    async def test_wrong_password(self, recordings_folder: Path, tmp_path: Path) -> None:
        async with virtual_gateway(recordings_folder, DIGEST) as served:
            finished = await openvoy(
                *("get", "/ivp/meters/readings", "--user", "installer", "--host", served.url or ""),
                data=tmp_path, OPENVOY_PASSWORD="hunter2",
            )  # fmt: skip
        assert_told(finished, 4, "does not accept the password of user installer")
        assert "hunter2" not in finished.err

    async def test_unreachable(self, tmp_path: Path) -> None:
        finished = await openvoy("read", "--host", f"127.0.0.1:{free_port()}", data=tmp_path)
        assert_told(finished, 3, "cannot be reached: Connection refused")

    async def test_no_address(self, tmp_path: Path) -> None:
        finished = await openvoy("read", "--host", "gateway.invalid", data=tmp_path)
        assert_told(finished, 3, "No address is known for gateway.invalid.")

    async def test_a_port_that_speaks_no_http(self, tmp_path: Path) -> None:
        async with serve(greeting(b"220 mail.example ESMTP\r\n")) as log:
            finished = await openvoy("read", "--host", f"127.0.0.1:{log.port}", data=tmp_path)
        assert_told(finished, 3, "does not speak HTTP")

    async def test_a_changed_certificate(self, recordings_folder: Path, tmp_path: Path) -> None:
        port = free_port()
        async with virtual_gateway(recordings_folder, TOKEN, port=port) as served:
            finished = [await self._read(served.url, served.owner_token, tmp_path)]
        async with virtual_gateway(recordings_folder, TOKEN, port=port) as served:
            for accepted in ((), ("--accept-new-certificate",), ()):
                finished += [await self._read(served.url, served.owner_token, tmp_path, *accepted)]
        assert [one.code for one in finished] == [0, 4, 0, 0]
        assert_told(finished[1], 4, "shows another certificate than before")

    async def _read(self, url: str | None, token: str | None, data: Path, *more: str) -> Finished:
        return await openvoy("get", "/ivp/meters", "--host", url or "", *more, data=data, OPENVOY_TOKEN=token)
