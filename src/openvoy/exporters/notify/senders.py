"""The kinds of receivers, each told in its own way."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any, Protocol
from urllib.parse import urlunsplit

from openvoy import codec
from openvoy.errors import ConfigError, ExportError
from openvoy.exporters.http import Answer, Poster, show_receiver
from openvoy.exporters.notify import smtp
from openvoy.exporters.notify.target import Target
from openvoy.model.alerts.book import Message
from openvoy.settings.listen import is_loopback

TAGS = {"alert": "warning", "over": "white_check_mark", "notice": "information_source", "test": "wave"}
"""Of ntfy, by kind of message: docs.ntfy.sh/emojis."""
HIGH, USUAL = 5, 3


class Sender(Protocol):
    """Tells one receiver."""

    async def deliver(self, message: Message) -> None:
        """Tell it; raise ExportError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What the receiver knows us by, and how long it may take."""

    site: str
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hook:
    """Where to post."""

    url: str = field(repr=False)
    name: str
    """As people see it: the path may be a secret."""
    headers: Mapping[str, str] = field(repr=False)
    timeout_s: float

    async def post(self, value: Mapping[str, Any]) -> None:
        """Post JSON; raise ExportError."""
        try:
            async with Poster(timeout_s=self.timeout_s) as poster:
                answer = await poster.post(self.url, codec.encode_json(value), headers=self.headers)
        except ExportError as error:
            message = error.message.replace(show_receiver(self.url), self.name)
            raise ExportError(message, hint=error.hint) from error
        if not answer.is_good:
            raise _explain(answer, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ntfy:
    """ntfy.sh or one's own: publishing as JSON, docs.ntfy.sh/publish."""

    hook: _Hook
    topic: str = field(repr=False)
    site: str

    async def deliver(self, message: Message) -> None:
        """Publish."""
        body = {
            "topic": self.topic,
            "title": f"{self.site}: {message.title}",
            "message": render_text(message),
            "priority": HIGH if message.is_urgent and message.kind == "alert" else USUAL,
            "tags": [TAGS[message.kind]],
        }
        await self.hook.post(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Any program that takes JSON by POST."""

    hook: _Hook
    site: str

    async def deliver(self, message: Message) -> None:
        """Post."""
        await self.hook.post({"site": self.site, **asdict(message)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """E-mail."""

    server: smtp.MailServer
    sender: str
    to: tuple[str, ...]
    site: str

    async def deliver(self, message: Message) -> None:
        """Send an e-mail."""
        mail = EmailMessage()
        mail["From"] = Address(display_name=f"Openvoy {self.site}", addr_spec=self.sender)
        mail["To"] = tuple(Address(addr_spec=one) for one in self.to)
        mail["Subject"] = f"{self.site}: {message.title}"
        mail["Date"] = format_datetime(message.at)
        mail["Message-ID"] = make_msgid(domain=smtp.HELO)
        mail["Auto-Submitted"] = "auto-generated"
        if message.is_urgent and message.kind == "alert":
            mail["X-Priority"] = "1"
        mail.set_content(render_text(message))
        await smtp.deliver(self.server, mail)


def render_text(message: Message) -> str:
    """Write a message as people read it."""
    return "\n".join(filter(None, (message.text, message.hint, f"{message.at:%Y-%m-%d %H:%M} UTC")))


def build_sender(target: Target, login: Login) -> Sender:
    """Build what tells a receiver; raise ConfigError for a login that it cannot have."""
    return _KINDS[target.scheme](target, login)


def _ntfy(target: Target, login: Login) -> Sender:
    base, _, topic = target.path.rstrip("/").rpartition("/")
    scheme = "https" if target.scheme == "ntfys" else "http"
    port = "" if target.port == (443 if scheme == "https" else 80) else f":{target.port}"
    host = f"[{target.host}]" if ":" in target.host else target.host
    url = urlunsplit((scheme, f"{host}{port}", base or "/", "", ""))
    return Ntfy(hook=_hook(url, target, login), topic=topic, site=login.site)


def _webhook(target: Target, login: Login) -> Sender:
    url = urlunsplit((target.scheme, target.authority, target.path or "/", target.query, ""))
    return Webhook(hook=_hook(url, target, login), site=login.site)


def _mail(target: Target, login: Login) -> Sender:
    password = target.password if login.password is None else login.password
    if login.token is not None:
        raise ConfigError("E-mail servers take no token.", hint="Give user and password.")
    if target.user is None and password is not None:
        raise ConfigError("There is a password without user.", hint="Write smtp://user@host:587?to=….")
    if target.user is not None and password is None:
        raise ConfigError("The user of the e-mail server has no password.", hint="Add password_file or password_env.")
    server = smtp.MailServer(
        host=target.host,
        port=target.port,
        name=str(target),
        has_tls=target.scheme == "smtps",
        user=target.user,
        password=password,
        may_be_open=is_loopback(target.host),
        timeout_s=login.timeout_s,
    )
    usual = target.user if target.user is not None and "@" in target.user else target.to[0]
    return Mail(server=server, sender=target.sender or usual, to=target.to, site=login.site)


_KINDS: Mapping[str, Callable[[Target, Login], Sender]] = {
    "ntfy": _ntfy,
    "ntfys": _ntfy,
    "smtp": _mail,
    "smtps": _mail,
    "http": _webhook,
    "https": _webhook,
}


def _hook(url: str, target: Target, login: Login) -> _Hook:
    return _Hook(url=url, name=str(target), headers=_headers(target, login), timeout_s=login.timeout_s)


def _headers(target: Target, login: Login) -> dict[str, str]:
    headers = {"Content-Type": "application/json"}
    password = target.password if login.password is None else login.password
    if login.token is not None:
        if target.user is not None:
            raise ConfigError("There is a token and a user.", hint="Keep one of them.")
        headers["Authorization"] = f"Bearer {login.token}"
    elif target.user is not None:
        login_text = f"{target.user}:{'' if password is None else password}"
        headers["Authorization"] = f"Basic {b64encode(login_text.encode()).decode()}"
    elif password is not None:
        raise ConfigError("There is a password without user.", hint="Write the user into the url: https://user@host/.")
    return headers


def _explain(answer: Answer, name: str) -> ExportError:
    hints: Mapping[int, Any] = {
        401: "Check the token, or user and password.",
        403: "This login may not write there.",
        404: "Check the topic or path in the url.",
        413: "It takes no messages of this size.",
        429: "It asks for patience; it is tried again by itself.",
    }
    hint = hints.get(answer.status, "It is tried again by itself; see what the receiver says.")
    return ExportError(f"{name} answers {answer.status}.", hint=hint)
