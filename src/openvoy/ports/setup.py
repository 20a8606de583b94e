"""What the dashboard's first run and settings need of the service: finding, trying and keeping gateways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

LoginName = Literal["none", "user", "token", "cloud"]
"""Nothing (or the default user), user and password, a token from a file, an account that renews its token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundHost:
    """A gateway that announces itself on the local network."""

    host: str
    serial: str | None
    firmware: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What answers at an address, asked without any login."""

    host: str
    serial: str
    firmware: str
    part_number: str | None
    login: Literal["none", "digest", "token"]
    """`none` and `digest` need nothing from a person: the serial number is enough."""
    known_as: str | None = None
    """Name of the gateway of this serial number that is collected from already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """What a token says of itself."""

    serials: tuple[str, ...]
    role: str | None
    expires_at: datetime | None
    left_days: float | None
    fits: bool | None = None
    """Whether it is for the gateway in question; None where none is in question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginGiven:
    """How to log in: nothing, a user of old firmware, a token, or an account of the vendor's cloud."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    cloud_user: str | None = None
    cloud_password: str | None = field(default=None, repr=False)
    keep_password: bool = False
    """Of the account, so that tokens renew themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A gateway that was read with a login; nothing is saved yet."""

    id: str
    """Names it when it is saved; it is forgotten after a quarter of an hour."""
    probe: Probe
    token: TokenView | None
    solar_w: float | None
    grid_w: float | None
    battery_w: float | None
    load_w: float | None
    panels: int | None
    """None where that could not be read."""
    batteries: int | None
    """The same."""
    meters: int | None
    """The same."""
    missing: int
    """Parts that could not be read."""
    time_zone: str | None
    """In which the gateway counts its days, IANA name; None where it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayEntry:
    """A gateway of the configuration."""

    name: str
    host: str
    site: str
    login: LoginName
    account: str | None = None
    """Of the vendor's cloud, or the user of old firmware."""
    token: TokenView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEntry:
    """The first site of the configuration."""

    name: str
    time_zone: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupState:
    """The configuration as a person sees and changes it."""

    file: str
    version: str
    """Of the file's text; who changes it says which one was looked at."""
    starts: int
    """How many times a configuration came into force in this process: it grows when a change is."""
    is_pending: bool
    """Whether what was saved is not in force yet, for which the service begins anew within a second or two."""
    gateways: tuple[GatewayEntry, ...]
    site: SiteEntry
    tariff_file: str | None
    is_control_enabled: bool
    listen: str
    is_reachable: bool
    """Other machines reach the dashboard."""
    is_listen_fixed: bool
    """The command line says where to listen, whatever the file says."""
    is_target_fixed: bool
    """The command line names the gateway, so that none can be added."""
    history: str
    """Folder of the history."""


FormValue = str | bool | int | float | list[str] | None
"""What stands behind the name of a setting; None where its default holds."""
InputName = Literal["text", "texts", "flag", "whole", "number", "secret"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One setting of something that data is handed on to."""

    name: str
    input: InputName
    text: str
    """What it is, in a line."""
    default: FormValue
    choices: tuple[str, ...] = ()
    """What it may be; empty where that is not a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationKind:
    """Something that data can be handed on to."""

    section: str
    text: str
    is_list: bool
    """There may be several."""
    by_default: bool
    """It runs without being set up."""
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """One that is set up."""

    section: str
    place: int | None
    """Among several of its kind; None where there is one."""
    values: Mapping[str, FormValue]
    """As they are written; what is not has its default."""
    kept: tuple[str, ...]
    """Names of secrets that are kept; never told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrations:
    """What data can be handed on to, and what it is."""

    kinds: tuple[IntegrationKind, ...]
    entries: tuple[Integration, ...]


class Setup(Protocol):
    """Finds, tries and keeps; each method raises an OpenvoyError that says what helps.

    What changes the configuration takes the `version` that was looked at, checks the whole file before it is written,
    and brings it into force within a second or two, which gives a grown `starts`; what it does not concern goes on.
    """

    async def read_state(self) -> SetupState:
        """Give the configuration as it is on the disk."""
        ...

    async def discover(self) -> Sequence[FoundHost]:
        """Listen some seconds for gateways that announce themselves."""
        ...

    async def probe(self, host: str, *, accept_new_certificate: bool = False) -> Probe:
        """Ask an address what it is; CertificateChanged is raised unless a person has accepted the new one."""
        ...

    def explain(self, token: str, serial: str | None) -> TokenView:
        """Say what a token says of itself; raise CredentialRejected for what is none."""
        ...

    async def attempt(self, host: str, login: LoginGiven) -> Trial:
        """Log in, for which a token may be obtained from the cloud, and read everything once."""
        ...

    async def keep(
        self, trial: str, *, name: str, replaces: str | None, time_zone: str | None, version: str
    ) -> SetupState:
        """Save what was tried as a gateway, or as the new login and address of the one that it replaces.

        With `time_zone` the site is in it from the gateway's first reading on.
        """
        ...

    async def remove(self, name: str, *, version: str) -> SetupState:
        """Collect from a gateway no more; its history stays."""
        ...

    async def write_site(self, site: SiteEntry, *, version: str) -> SetupState:
        """Name and place the site."""
        ...

    async def write_control(self, *, is_enabled: bool, version: str) -> SetupState:
        """Allow changes of gateways' settings, or not."""
        ...

    async def write_listen(self, *, is_reachable: bool, version: str) -> SetupState:
        """Let other machines reach the dashboard, or this one only."""
        ...

    async def read_tariff(self) -> str:
        """Give the text of the file of prices; empty where there is none."""
        ...

    async def write_tariff(self, text: str, *, version: str) -> SetupState:
        """Save the file of prices, or with an empty text take prices from the gateway again."""
        ...

    async def read_integrations(self) -> Integrations:
        """Give what data can be handed on to, and what it is."""
        ...

    async def write_integration(
        self, section: str, place: int | None, values: Mapping[str, FormValue], *, version: str
    ) -> SetupState:
        """Set what is given, with None its default; place None is a new one where there may be several."""
        ...

    async def remove_integration(self, section: str, place: int | None, *, version: str) -> SetupState:
        """Hand nothing on to it any more; files of secrets stay."""
        ...
