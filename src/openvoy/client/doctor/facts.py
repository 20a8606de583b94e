"""What is known about a patient before any conclusion. None is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from openvoy.errors import OpenvoyError
from openvoy.model import Snapshot
from openvoy.protocol.dates import TOLERATED_S
from openvoy.protocol.endpoints.network import WirelessSettings
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.login import TokenInfo


class Answerer(Enum):
    """What answers at an address that is no gateway's."""

    OPENVOY = "openvoy"
    """Openvoy's own dashboard."""
    TLS = "tls"
    """A port that speaks TLS, asked without."""
    OTHER_WEB = "other web server"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """The token, without the token itself."""

    info: TokenInfo | None = None
    """None where there is no token, or what was given is none."""
    problem: OpenvoyError | None = None
    """Why there is none, or why its renewal fails."""
    is_open_to_others: bool = False
    """Its file can be read by others on this machine."""
    renews_itself: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Files of the history that are not as they were written."""

    problems: tuple[str, ...]
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFacts:
    """This machine, where the history is kept."""

    folder: str
    free_bytes: int | None = None
    total_bytes: int | None = None
    device: str | None = None
    """Block device of the folder, such as /dev/mmcblk0p2."""
    problem: OpenvoyError | None = None
    """Why the folder cannot be used."""
    set_aside: tuple[str, ...] = ()
    """Damaged databases that were set aside."""
    damage: tuple[Damage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwrite:
    """A change of settings that somebody else took back."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that was collected about one gateway, or about a configuration without any."""

    name: str
    host: str
    now: datetime
    failure: OpenvoyError | None = None
    """Why the gateway could not be asked, or not all of it."""
    answerer: Answerer | None = None
    """What answers instead of a gateway."""
    scheme: str | None = None
    """http or https, as it was reached."""
    is_http_wanted: bool = False
    """The address says http:// itself."""
    capabilities: Capabilities | None = None
    gateway_at: datetime | None = None
    """The gateway's own clock, at `asked_at`; whole seconds."""
    asked_at: datetime | None = None
    token: TokenFacts | None = None
    """None where nobody looked, as with firmware before 7."""
    wanted_role: str | None = None
    snapshot: Snapshot | None = None
    wireless: WirelessSettings | None = None
    latencies_s: Mapping[str, float] = field(default_factory=dict)
    """How long each endpoint took, by path."""
    overwrites: tuple[Overwrite, ...] = ()
    machine: MachineFacts | None = None

    @property
    def gateway_now(self) -> datetime:
        """`now` by the gateway's clock, which its panels' reports go by."""
        if self.gateway_at is None or self.asked_at is None:
            return self.now
        ahead = self.gateway_at - self.asked_at
        return self.now + ahead if abs(ahead.total_seconds()) > TOLERATED_S else self.now
