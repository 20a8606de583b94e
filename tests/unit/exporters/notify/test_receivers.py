"""Each kind of receiver as it really talks, and those that do not."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from openvoy.errors import ConfigError, ExportError
from openvoy.exporters.notify.senders import Login, Mail, build_sender
from openvoy.exporters.notify.target import parse_target
from openvoy.model.alerts.book import Message
from openvoy.virtual.certificate import build_tls, create_certificate
from tests.unit.exporters.notify.receivers import Talk, chatter, garbage, inbox, listener, silence

AT = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
MESSAGE = Message(
    kind="alert", topic="grid", key="grid/home/lost", title="The grid is lost – now", text="Ö\n.\nx" + "y" * 2000,
    hint="Use little.", at=AT, is_urgent=True,
)  # fmt: skip
LOGIN = Login(site="Haus Süd")


class Postbox:
    """What the e-mail server received."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as aiosmtpd calls it
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default), session.ssl))
        return "250 OK"


def is_ann(server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
    good = isinstance(login, LoginPassword) and (login.login, login.password) == (b"ann@example.org", b"p\xc3\xa4ss")
    return AuthResult(success=good, handled=False)


@contextlib.asynccontextmanager
async def mail_server(pem: str | None, **options: Any) -> AsyncIterator[tuple[Postbox, int]]:
    """A real SMTP server; with a certificate it wants STARTTLS and a login."""
    box, loop = Postbox(), asyncio.get_running_loop()
    if pem is not None:
        options |= {"authenticator": is_ann, "auth_required": True}
        options |= {"tls_context": build_tls(pem), "require_starttls": True}
    server = await loop.create_server(lambda: SMTP(box, loop=loop, **options), "127.0.0.1", 0)
    try:
        yield box, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def pem() -> str:
    return create_certificate("1", now=datetime.now(tz=UTC))


@pytest.fixture
def trust(pem: str, tmp_path: Path) -> ssl.SSLContext:
    """Who trusts this one certificate."""
    file = tmp_path / "ca.pem"
    file.write_text(pem[pem.index("-----BEGIN CERT") :])
    context = ssl.create_default_context(cafile=str(file))
    context.check_hostname = False
    return context


def build_mail(port: int, login: Login = LOGIN, user: str = "") -> Mail:
    target = parse_target(f"smtp://{user}127.0.0.1:{port}?to=bob@example.org,eve@example.org&from=sun@example.org")
    sender = build_sender(target, login)
    assert isinstance(sender, Mail)
    return sender


@pytest.mark.parametrize("ways", [[], ["PLAIN"]])
async def test_an_email_arrives_encrypted_and_whole(pem: str, trust: ssl.SSLContext, ways: list[str]) -> None:
    async with mail_server(pem, auth_exclude_mechanism=ways) as (box, port):
        mail = build_mail(port, replace(LOGIN, password="päss"), user="ann%40example.org@")
        await replace(mail, server=replace(mail.server, tls=trust)).deliver(MESSAGE)
    ((to, received, session_tls),) = box.mails
    assert session_tls is not None
    assert to == ["bob@example.org", "eve@example.org"]
    assert received["Subject"] == "Haus Süd: The grid is lost – now"
    assert received["From"] == "Openvoy Haus Süd <sun@example.org>"
    assert received.get_content().rstrip().splitlines() == [
        *MESSAGE.text.splitlines(),
        "Use little.",
        "2026-06-21 12:00 UTC",
    ]


async def test_a_server_on_this_machine_may_be_plain() -> None:
    async with mail_server(None) as (box, port):
        await build_mail(port).deliver(MESSAGE)
    assert len(box.mails) == 1
    async with mail_server(None) as (box, port):
        mail = build_mail(port)
        with pytest.raises(ExportError, match="STARTTLS"):
            await replace(mail, server=replace(mail.server, may_be_open=False)).deliver(MESSAGE)


async def test_a_certificate_that_is_not_trusted_is_told(pem: str) -> None:
    async with mail_server(pem) as (_, port):
        with pytest.raises(ExportError, match="certificate is not trusted"):
            await build_mail(port).deliver(MESSAGE)


async def test_a_wrong_password_is_told_and_not_shown(pem: str, trust: ssl.SSLContext) -> None:
    async with mail_server(pem) as (box, port):
        mail = build_mail(port, replace(LOGIN, password="hunter2"), user="ann%40example.org@")
        with pytest.raises(ExportError) as caught:
            await replace(mail, server=replace(mail.server, tls=trust)).deliver(MESSAGE)
    assert caught.value.hint == "Check user and password."
    assert "hunter2" not in str(caught.value) + repr(mail)
    assert box.mails == []


@pytest.mark.parametrize("talk", [silence, garbage, chatter])
@pytest.mark.parametrize("scheme", ["smtp", "smtps", "http", "ntfy"])
async def test_mad_receivers_end_in_an_error_and_no_memory(scheme: str, talk: Talk) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with listener(talk) as port:
        query = "?to=bob@example.org" if scheme.startswith("smtp") else "/topic"
        sender = build_sender(parse_target(f"{scheme}://127.0.0.1:{port}{query}"), replace(LOGIN, timeout_s=0.5))
        with pytest.raises(ExportError) as caught:
            await asyncio.wait_for(sender.deliver(MESSAGE), 5)
    assert f"{scheme}://127.0.0.1:{port}" in caught.value.message
    assert caught.value.hint
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000


@pytest.mark.parametrize("scheme", ["smtp", "smtps", "http", "https", "ntfy", "ntfys"])
async def test_nobody_there(scheme: str) -> None:
    async with listener(silence) as port:
        pass
    query = "?to=bob@example.org" if scheme.startswith("smtp") else "/topic"
    with pytest.raises(ExportError, match="cannot be reached"):
        await build_sender(parse_target(f"{scheme}://127.0.0.1:{port}{query}"), LOGIN).deliver(MESSAGE)


async def test_ntfy_gets_what_its_api_wants() -> None:
    async with inbox() as box:
        sender = build_sender(parse_target(f"ntfy://{box.url}/alerts"), replace(LOGIN, token="tk_1"))
        await sender.deliver(MESSAGE)
        await sender.deliver(replace(MESSAGE, kind="over", hint=""))
    (path, alert), (_, over) = box.posts
    assert path == "/"
    assert alert == {
        "topic": "alerts",
        "title": "Haus Süd: The grid is lost – now",
        "message": f"{MESSAGE.text}\nUse little.\n2026-06-21 12:00 UTC",
        "priority": 5,
        "tags": ["warning"],
    }
    assert (over["priority"], over["tags"]) == (3, ["white_check_mark"])
    assert box.headers[0]["Authorization"] == "Bearer tk_1"


async def test_a_webhook_gets_all_of_it_and_its_path_stays_secret() -> None:
    async with inbox() as box:
        sender = build_sender(parse_target(f"http://ann:secret@{box.url}/hook/T0PS3CRET?x=1"), LOGIN)
        await sender.deliver(MESSAGE)
        box.status = 404
        with pytest.raises(ExportError) as caught:
            await sender.deliver(MESSAGE)
    ((path, body),) = box.posts
    assert path == "/hook/T0PS3CRET?x=1"
    assert body["at"] == "2026-06-21T12:00:00Z"
    assert {"site", "kind", "topic", "key", "title", "text", "hint", "at", "is_urgent"} == set(body)
    assert box.headers[0]["Authorization"] == f"Basic {b64encode(b'ann:secret').decode()}"
    assert "T0PS3CRET" not in str(caught.value) + repr(sender)
    with pytest.raises(ExportError) as caught:
        await sender.deliver(MESSAGE)
    assert "T0PS3CRET" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "ntfys://ntfy.example",
        "ntfy://",
        "mailto:me@example.org",
        "smtp://mail.example",
        "smtp://mail.example?to=nobody",
        "smtp://mail.example?to=a@b&starttls=no",
        "smtp://mail.example?to=a@b%0d%0aRCPT",
        "https://host:99999/x",
        "hook",
    ],
)
def test_addresses_that_cannot_be_are_refused_with_an_example(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_target(url)
    assert "://" in caught.value.hint


@pytest.mark.parametrize(
    ("url", "login"),
    [
        ("smtp://ann@mail.example?to=a@b.example", LOGIN),
        ("smtp://mail.example?to=a@b.example", replace(LOGIN, password="x")),
        ("smtp://mail.example?to=a@b.example", replace(LOGIN, token="x")),
        ("https://host/x", replace(LOGIN, password="x")),
        ("https://ann@host/x", replace(LOGIN, token="x")),
    ],
)
def test_logins_that_contradict_their_address_are_refused(url: str, login: Login) -> None:
    with pytest.raises(ConfigError):
        build_sender(parse_target(url), login)
