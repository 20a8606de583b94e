"""A gateway in software: `VirtualGateway` puts a source behind login, TLS and HTTP."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from openvoy.protocol.firmware import LoginKind
from openvoy.protocol.http import Request
from openvoy.virtual.admin import Admin
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.cloud.cloud import VirtualCloud
from openvoy.virtual.cloud.host import CloudHost
from openvoy.virtual.fault_board import FaultBoard
from openvoy.virtual.fault_watch import FaultWatch
from openvoy.virtual.faults import parse_fault
from openvoy.virtual.faults.session_idle import SessionIdle
from openvoy.virtual.generation import has_redirect_port
from openvoy.virtual.keys import Keyring
from openvoy.virtual.latency import LatencyProfile
from openvoy.virtual.login import build_gate
from openvoy.virtual.login.sessions import IDLE_LIMIT_S
from openvoy.virtual.login.tokens import INSTALLER_LIFETIME_S, OWNER_LIFETIME_S
from openvoy.virtual.login.visitors import Visitors
from openvoy.virtual.pages import render_redirect
from openvoy.virtual.responder import Answer, Responder
from openvoy.virtual.server import Answerer, Server
from openvoy.virtual.source import HasTruth, Source, Vouches
from openvoy.virtual.stats import Stats
from openvoy.virtual.traits import CONDITIONS, traits_of
from openvoy.virtual.ui.front import Front
from openvoy.virtual.ui.view import CloudLink

if TYPE_CHECKING:
    from openvoy.virtual.mdns import Announcer

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - only compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """How a virtual gateway listens and behaves."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free one."""
    http_port: int | None = None
    """Where firmware with HTTPS redirects from, 0 for a free one; None opens none."""
    cloud_port: int | None = None
    """Where the virtual cloud listens, 0 for a free one; None runs none."""
    has_secure_cloud: bool = False
    """The cloud speaks TLS, with the gateway's certificate."""
    has_mdns: bool = False
    """It is announced on the networks that it listens on."""
    latency: LatencyProfile = "none"
    faults: tuple[str, ...] = ()
    """As on the command line: NAME[:key=value,…]."""
    envoy_password: str | None = field(default=None, repr=False)
    """Of the digest user `envoy`; None is the end of the serial number, as gateways have it from the factory."""
    installer_password: str | None = field(default=None, repr=False)
    """Of the digest user `installer`; None is a random one."""
    known_token: str | None = field(default=None, repr=False)
    """One that a mirror's own upstream login uses, and that its clients may use too."""
    folder: Path | None = None
    """Where certificate and token key are kept; None makes fresh ones."""
    random_bytes: Callable[[int], bytes] = os.urandom


class VirtualGateway:
    """One gateway, from `start` to `stop` or as async context manager; `clock` is its time.

    Passwords and tokens are None where the firmware has no such login.
    """

    url: str | None = None
    """Once it listens."""
    http_url: str | None = None
    """Where it redirects from, if it does."""
    cloud_url: str | None = None
    """Where the virtual cloud is, if it runs."""
    mdns_name: str | None = None
    """Its host name on the network, if it is announced."""

    def __init__(self, source: Source, *, clock: VirtualClock, settings: GatewaySettings | None = None) -> None:
        """Prepare it; raise ConfigError for a fault that does not exist or keys that cannot be read."""
        self.settings = settings or GatewaySettings()
        self.identity = source.identity
        self.serial = source.identity.serial
        self.clock = clock
        self.stats = Stats()
        self.faults = FaultBoard(source, clock)
        if isinstance(source, HasTruth):
            for trait in traits_of(self.identity.firmware):
                self.faults.switch_on(*parse_fault(trait.fault), where=CONDITIONS[trait.where])
        for text in self.settings.faults:
            self.faults.switch_on(*parse_fault(text))
        self.admin_token = self.settings.random_bytes(24).hex()
        has_digest = self.identity.login is LoginKind.DIGEST
        self.envoy_password = (self.settings.envoy_password or self.serial[-6:]) if has_digest else None
        self.installer_password = (
            (self.settings.installer_password or self.settings.random_bytes(8).hex()) if has_digest else None
        )
        self._keys = Keyring(self.serial, self.settings.folder, self.settings.random_bytes)
        self._authority = self._keys.authority()
        self.owner_token = self._first_token("owner", OWNER_LIFETIME_S)
        self.installer_token = self._first_token("installer", INSTALLER_LIFETIME_S)
        self._servers: list[Server] = []
        self._watch = FaultWatch(self._servers, self.faults, clock)
        self._front = Front(source)
        self._cloud = None if self.settings.cloud_port is None else CloudHost(self._build_cloud(), now=clock.now)
        self.responder = self._build_responder(source)
        self._announcer: Announcer | None = None

    def issue_token(self, user: str, *, lifetime_s: float) -> str:
        """Issue a token as the cloud would; `user` is owner or installer."""
        return self._authority.issue(user, now=self.clock.now(), lifetime_s=lifetime_s)

    async def start(self) -> None:
        """Listen; raise ConfigError where an address is taken."""
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self.stop)
            needs_certificate = self.identity.secure or self.settings.has_secure_cloud
            # A new RSA key takes long enough for everything else in this loop to notice.
            certified = await asyncio.to_thread(self._keys.tls, self.clock.real.now()) if needs_certificate else None
            tls = certified if self.identity.secure else None
            port = await self._listen(self.responder.answer, self.settings.port, tls)
            self.url = self._address("http" if tls is None else "https", port)
            if self.settings.http_port is not None:
                await self._open_http(self.settings.http_port)
            if self._cloud is not None and self.settings.cloud_port is not None:
                await self._open_cloud(self._cloud, self.settings.cloud_port, certified)
            if self.settings.has_mdns:
                await self._announce(port)
            await self._watch.start()
            undo.pop_all()

    async def stop(self) -> None:
        """Close all ports; nothing stays behind."""
        if self._announcer is not None:
            await self._announcer.stop()
        await self._watch.stop()
        if self._cloud is not None:
            await self._cloud.stop()
        for server in self._servers:
            await server.stop()
        self._servers.clear()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    def describe(self) -> Mapping[str, object]:
        """Say where it is and how to log in: the line that `openvoy gateway` prints."""
        return {
            "url": self.url,
            "http_url": self.http_url,
            "cloud_url": self.cloud_url,
            "serial": self.serial,
            "firmware": str(self.identity.firmware),
            "owner_token": self.owner_token,
            "installer_token": self.installer_token,
            "envoy_password": self.envoy_password,
            "installer_password": self.installer_password,
            "cloud_user": None if self._cloud is None else self._cloud.cloud.user,
            "cloud_password": None if self._cloud is None else self._cloud.cloud.password,
            "admin_token": self.admin_token,
        }

    async def _open_http(self, port: int) -> None:
        """Open the second port: a redirect while the firmware has one, the gateway itself before it had TLS."""
        if not self.identity.secure:
            answer: Answerer = self.responder.answer
        elif has_redirect_port(self.identity):
            answer = self._redirect
        else:
            return
        self.http_url = self._address("http", await self._listen(answer, port, None))

    async def _open_cloud(self, host: CloudHost, port: int, certified: ssl.SSLContext | None) -> None:
        tls = certified if self.settings.has_secure_cloud else None
        port = await host.start(self.settings.host, port, tls)
        scheme = "http" if tls is None else "https"
        self.cloud_url = self._address(scheme, port)
        self._front.cloud = CloudLink(scheme=scheme, port=port, redeem=host.cloud.reply)

    async def _announce(self, port: int) -> None:
        from openvoy.virtual.mdns import Announcement, Announcer  # noqa: PLC0415 - loaded only where it is wanted

        host = self.settings.host
        found = await asyncio.get_running_loop().getaddrinfo(host or None, port, flags=socket.AI_PASSIVE)
        announcement = Announcement(
            serial=self.serial, version=str(self.identity.firmware), address=str(found[0][4][0]), port=port
        )
        self._announcer = Announcer(announcement)
        self.mdns_name = await self._announcer.start()

    async def _listen(self, answer: Answerer, port: int, tls: ssl.SSLContext | None) -> int:
        server = Server(answer, self.responder.count, now=self.clock.now, has_keep_alive=self.identity.has_keep_alive)
        self._servers.append(server)
        return await server.start(self.settings.host, port, tls)

    async def _redirect(self, request: Request) -> Answer:
        port = urlsplit(self.url or "").port
        host = _host_of(request.headers.get("host", "")) or self.settings.host
        return Answer(reply=render_redirect(self.identity, f"https://{_bracketed(host)}:{port}{request.path}"))

    def _address(self, scheme: str, port: int) -> str:
        host = _WILDCARDS.get(self.settings.host, self.settings.host)
        return f"{scheme}://{_bracketed(host)}:{port}"

    def _first_token(self, user: str, lifetime_s: float) -> str | None:
        """Issue what the ready line shows; a client on this machine has this machine's time, not that of the site."""
        if self.identity.login is not LoginKind.TOKEN:
            return None
        behind_s = max(0.0, (self.clock.real.now() - self.clock.now()).total_seconds())
        return self.issue_token(user, lifetime_s=lifetime_s + behind_s)

    def _build_cloud(self) -> VirtualCloud:
        return VirtualCloud(
            self._authority,
            serial=self.serial,
            clock=self.clock,
            faults=self.faults,
            random_bytes=self.settings.random_bytes,
            is_secure=self.settings.has_secure_cloud,
        )

    def _build_responder(self, source: Source) -> Responder:
        passwords = {"envoy": self.envoy_password, "installer": self.installer_password}
        gate = build_gate(
            self.identity,
            clock=self.clock,
            authority=self._authority,
            passwords={user: password for user, password in passwords.items() if password is not None},
            random_bytes=self.settings.random_bytes,
            idle_limit_s=self._idle_limit_s,
        )
        admin = Admin(self.admin_token, clock=self.clock, stats=self.stats, faults=self.faults, source=source)
        return Responder(
            source,
            gate,
            front=self._front,
            admin=admin,
            faults=self.faults,
            stats=self.stats,
            clock=self.clock,
            latency=self.settings.latency,
            visitors=self._build_visitors(source),
        )

    def _idle_limit_s(self) -> float:
        """How long a session lives unused."""
        switched = self.faults.active(SessionIdle)
        return switched[-1][0].idle_min * 60 if switched else IDLE_LIMIT_S

    def _build_visitors(self, source: Source) -> Visitors | None:
        """Let tokens in that the gateway behind a mirror accepts; all other sources know their own only."""
        if not isinstance(source, Vouches) or self.identity.login is not LoginKind.TOKEN:
            return None
        visitors = Visitors(source, self._authority, self.identity, clock=self.clock)
        if self.settings.known_token is not None:
            visitors.trust(self.settings.known_token)
        return visitors


def _host_of(header: str) -> str | None:
    """The name in a Host header, without port."""
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
