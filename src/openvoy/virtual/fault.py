"""What every fault is: a frozen dataclass whose fields are its options, and what it may know when it acts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from fnmatch import fnmatchcase
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from openvoy.codec import doc
from openvoy.errors import BadPayload, ConfigError
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.inventory import HOME
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.routes import page_of
from openvoy.virtual.source import Reply, Source

T = TypeVar("T")

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The gateway behind a fault: what it is, its clock, and its word before any fault."""

    source: Source
    clock: VirtualClock
    memory: dict[str, Any] = field(default_factory=dict)
    """What this fault keeps from one request to the next, until it is switched off."""

    @property
    def identity(self) -> Capabilities:
        """What the gateway is."""
        return self.source.identity

    async def ask(self, endpoint: Endpoint[T]) -> T | None:
        """Ask the source itself; None where it does not have the endpoint or says nothing that can be read."""
        reply = await self.source.reply(Request(path=endpoint.path))
        if reply.status != 200:
            return None
        try:
            return endpoint.decode(reply.body).value
        except BadPayload:
            return None

    async def zone(self) -> tzinfo:
        """Give the time zone that the home page names; UTC where it names none."""
        home = await self.ask(HOME)
        try:
            return UTC if home is None or not home.time_zone else ZoneInfo(home.time_zone)
        except (KeyError, ValueError, OSError):
            return UTC

    async def local_time(self) -> datetime:
        """Give the time of day at the site."""
        if "zone" not in self.memory:
            self.memory["zone"] = await self.zone()
        return self.clock.now().astimezone(self.memory["zone"])


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Base of all faults: spoils nothing. Subclasses override what they need; every option has a default."""

    path: Annotated[str | None, doc("", "only these paths, as a pattern such as `/ivp/*`; without it all")] = None
    at: Annotated[str | None, doc("HH:MM", "only from this time of day on, by the site's clock; without it always")] = (
        None
    )
    minutes: Annotated[float, doc("min", "how long from `at` on")] = 60.0
    every: Annotated[int, doc("", "only each so-manieth request that it could hit")] = 1

    def __post_init__(self) -> None:
        """Raise ConfigError for options that cannot be."""
        if self.at is not None and _TIME.fullmatch(self.at) is None:
            raise ConfigError(f"at={self.at} is no time of day", hint="Write it as HH:MM, such as at=23:01.")
        if self.every < 1:
            raise ConfigError(f"every={self.every} is no number of requests", hint="Give 1 or more.")
        if not 0 < self.minutes <= _DAY_MIN:
            raise ConfigError(f"minutes={self.minutes} is no length", hint=f"Give more than 0, up to {_DAY_MIN}.")

    def is_for(self, path: str) -> bool:
        """Whether it hits this path."""
        return self.path is None or self.path == path or fnmatchcase(page_of(path), self.path)

    async def is_on(self, stage: Stage) -> bool:
        """Whether this is its time of day."""
        if self.at is None:
            return True
        now = await stage.local_time()
        begins = now.replace(hour=int(self.at[:-3]), minute=int(self.at[-2:]), second=0, microsecond=0)
        passed_s = (now - begins).total_seconds() % timedelta(days=1).total_seconds()
        return passed_s < self.minutes * 60

    async def admit(self, request: Request, stage: Stage) -> Request | Reply:  # noqa: ARG002 - for subclasses
        """Give the request that login and source see, or a reply in their place."""
        return request

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:  # noqa: ARG002 - for subclasses
        """Give the reply that goes out instead of the good one."""
        return reply

    async def act(self, stage: Stage) -> None:
        """Do what is due without a request; called about every second while the gateway listens."""

    def is_refusing(self, stage: Stage) -> bool:  # noqa: ARG002 - for subclasses
        """Whether nobody can connect while it is on."""
        return False


_DAY_MIN = 1440
