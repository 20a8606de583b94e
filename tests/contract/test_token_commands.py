"""`openvoy token` as its user meets it, with right and wrong words, against a virtual gateway and cloud."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openvoy.client import SystemClock
from openvoy.protocol.login import explain_token
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from tests.contract.client_support import Finished, openvoy
from tests.unit.protocol.login.gateways import make_token
from tests.unit.virtual.recordings import SERIAL, entry, recording

Run = Callable[..., Awaitable[Finished]]


@asynccontextmanager
async def served(*faults: str, firmware: str = "8.2.4345") -> AsyncIterator[tuple[VirtualGateway, Run]]:
    source = recording(firmware, entry("/ivp/meters", "[]"))
    settings = GatewaySettings(cloud_port=0, faults=faults)
    async with VirtualGateway(source, clock=VirtualClock(SystemClock()), settings=settings) as gateway:
        password = str(gateway.describe()["cloud_password"])

        async def run(*words: str, data: Path, stdin: bytes = b"", **environ: Any) -> Finished:
            given = {"OPENVOY_CLOUD_URL": gateway.cloud_url, "OPENVOY_CLOUD_PASSWORD": password, **environ}
            done = await openvoy("token", *words, data=data, stdin=stdin, **given)
            assert password not in done.err
            assert "Traceback" not in done.err
            return done

        yield gateway, run


OWNER = ("--user", "owner@example.com")


async def test_fetch_writes_a_file_that_show_and_check_understand(tmp_path: Path) -> None:
    file = tmp_path / "home.jwt"
    async with served() as (gateway, run):
        done = await run("fetch", *OWNER, "--host", str(gateway.url), "--out", str(file), "-v", data=tmp_path)
        assert (done.code, done.out) == (0, b"")
        assert "/login/login.json" in done.err
        assert "session" not in done.err
        assert file.stat().st_mode & 0o777 == 0o600
        token = file.read_text().strip()
        assert token not in done.err
        assert explain_token(token).serials == (SERIAL,)
        shown = await run("show", "--token-file", str(file), data=tmp_path)
        assert shown.code == 0
        assert token not in shown.out.decode() + shown.err
        assert "owner@example.com" in shown.out.decode()
        checked = await run("check", "--host", str(gateway.url), "--token-file", str(file), "--json", data=tmp_path)
        assert json.loads(checked.out)["accepted"] is True
        again = await run("fetch", *OWNER, "--serial", SERIAL, "--out", str(file), "--if-due", data=tmp_path)
        assert (again.code, file.read_text().strip()) == (0, token)
        assert "nobody was asked" in again.err


async def test_commands_without_login_use_the_token_that_is_kept(tmp_path: Path) -> None:
    kept = tmp_path / "tokens" / f"{SERIAL}.jwt"
    kept.parent.mkdir()
    async with served() as (gateway, run):
        words = ("get", "/ivp/meters", "--host", str(gateway.url))
        none = await openvoy(*words, data=tmp_path)
        await run("fetch", *OWNER, "--serial", SERIAL, "--out", str(kept), data=tmp_path)
        done = await openvoy(*words, data=tmp_path)
        kept.rename(kept.with_name("999999999999.jwt"))
        other = await openvoy(*words, data=tmp_path)
    assert (none.code, done.code, done.out, other.code) == (2, 0, b"[]", 2)
    assert "none is saved" in other.err


async def test_fetch_gives_the_token_on_stdout_and_as_json(tmp_path: Path) -> None:
    words = ("fetch", "--user", "self-installer@example.com", "--serial", SERIAL, "--role", "installer")
    async with served() as (_, run):
        plain, wrapped = await run(*words, data=tmp_path), await run(*words, "--json", data=tmp_path)
    assert explain_token(plain.out.decode()).role == "installer"
    view = json.loads(wrapped.out)
    assert (view["role"], view["serial"], explain_token(view["token"]).role) == ("installer", SERIAL, "installer")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--serial", SERIAL), 2, "E-mail address and password"),
        ((*OWNER,), 2, "for which gateway"),
        ((*OWNER, "--serial", "../x"), 2, "no serial number"),
        ((*OWNER, "--serial", SERIAL, "--role", "king"), 2, "no role"),
        ((*OWNER, "--serial", SERIAL, "--route", "pigeon"), 2, "no route"),
        ((*OWNER, "--serial", SERIAL, "--if-due"), 2, "needs a kept token"),
        ((*OWNER, "--serial", SERIAL, "--out", "/no/such/folder/x"), 2, "no folder"),
        ((*OWNER, "--serial", SERIAL, "--out", "x", "--keyring"), 2, "Both"),
        ((*OWNER, "--serial", SERIAL, "--cloud-url", "http://192.0.2.1"), 2, "readable over the network"),
        ((*OWNER, "--serial", SERIAL, "--cloud-url", "http://127.0.0.1:1"), 3, "Connection refused"),
        ((*OWNER, "--serial", "999999999999"), 4, "knows no gateway"),
        (("--user", "nobody@example.com", "--serial", SERIAL), 4, "does not accept"),
        ((*OWNER, "--serial", SERIAL, "--role", "installer"), 4, "gets tokens of kind owner"),
        ((*OWNER, "--serial", SERIAL, "--password-file", "/no/file"), 2, "cannot be read"),
    ],
)
@pytest.mark.sample(5)
async def test_wrong_words_are_told_with_what_to_do(
    words: tuple[str, ...], code: int, told: str, tmp_path: Path
) -> None:
    async with served() as (_, run):
        done = await run("fetch", *words, data=tmp_path)
    assert (done.code, done.out) == (code, b"")
    assert told in done.err
    assert len(done.err.strip().splitlines()) >= 2


async def test_a_second_factor_is_guided_to_the_page(tmp_path: Path) -> None:
    async with served("cloud-mfa") as (_, run):
        done = await run("fetch", *OWNER, "--serial", SERIAL, data=tmp_path)
        page = await run("fetch", *OWNER, "--serial", SERIAL, "--route", "page", data=tmp_path)
    assert done.code == 4
    assert "second factor" in done.err
    assert "https://entrez.enphaseenergy.com" in done.err
    assert explain_token(page.out.decode()).role == "owner"


async def test_a_keyring_that_is_not_there_is_told_before_the_cloud_is_asked(tmp_path: Path) -> None:
    async with served("cloud-down") as (_, run):
        done = await run(
            "fetch", *OWNER, "--serial", SERIAL, "--keyring",
            data=tmp_path, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring",
        )  # fmt: skip
    assert done.code == 2
    assert "no keyring" in done.err


async def test_show_tells_what_is_wrong_with_a_token(tmp_path: Path) -> None:
    old = make_token(aud=SERIAL, enphaseUser="owner", iat=1, exp=datetime(2020, 1, 1, tzinfo=UTC).timestamp())
    file = tmp_path / "old.jwt"
    file.write_text(old)
    file.chmod(0o644)
    async with served() as (_, run):
        expired = await run("show", "--token-file", str(file), data=tmp_path)
        piped = await run("show", "--json", data=tmp_path, stdin=old.encode())
        none = await run("show", data=tmp_path, stdin=b"")
        nonsense = await run("show", "--token", "nonsense", data=tmp_path)
        both = await run("show", "--token", "a", "--token-file", "b", data=tmp_path)
    assert expired.code == piped.code == 4
    assert "ago" in expired.out.decode()
    assert "has expired" in expired.err
    assert f"chmod 600 {file}" in expired.err
    assert json.loads(piped.out)["is_expired"] is True
    assert (none.code, nonsense.code, both.code) == (2, 4, 2)


async def test_check_tells_whose_fault_it_is(tmp_path: Path) -> None:
    async with served("token-refused") as (gateway, run):
        refused = await run("check", "--host", str(gateway.url), "--token", str(gateway.owner_token), data=tmp_path)
    assert refused.code == 4
    assert "does not accept the token" in refused.err
    other = make_token(aud="999", enphaseUser="owner", exp=2_000_000_000)
    async with served() as (gateway, run):
        foreign = await run("check", "--host", str(gateway.url), "--token", other, data=tmp_path)
        none = await run("check", "--host", str(gateway.url), data=tmp_path)
    assert (foreign.code, none.code) == (4, 2)
    assert f"is {SERIAL}" in foreign.err
    async with served(firmware="5.0.62") as (gateway, run):
        old = await run("check", "--host", str(gateway.url), "--token", other, data=tmp_path)
    assert old.code == 2
    assert "knows no tokens" in old.err
