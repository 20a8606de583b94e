"""First run and settings: finding, trying and keeping gateways, the site, prices, what is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from openvoy.codec import doc
from openvoy.ports.setup import (
    FormValue,
    FoundHost,
    Integrations,
    LoginGiven,
    Probe,
    Setup,
    SetupState,
    SiteEntry,
    TokenView,
    Trial,
)
from openvoy.web.access import Right
from openvoy.web.backend import Backend
from openvoy.web.operation import Operation
from openvoy.web.problems import NotAllowed, NothingThere


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a gateway may be."""

    host: str
    accept_new_certificate: bool = False
    """A person says that the gateway has renewed its certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenToken:
    """A token to be explained, and the gateway that it should be for."""

    token: str = field(repr=False)
    serial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An address and a login to be tried."""

    host: str
    login: LoginGiven = field(default_factory=LoginGiven)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What was tried and is to be saved."""

    trial: str
    name: str
    version: str
    replaces: str | None = None
    """Name of the gateway that gets this login and address."""
    time_zone: str | None = None
    """In which a person says that the site is; null leaves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChange:
    """Name and place of the site."""

    site: SiteEntry
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Something that is on or off."""

    is_on: bool
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """The file of prices."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffChange:
    """The file of prices as it shall be; empty takes the gateway's."""

    text: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationChange:
    """Something that data is handed on to, as it shall be."""

    section: str
    values: Mapping[str, FormValue] = field(repr=False)
    """What is not here stays as it is; null takes the default; a secret is text, and kept in a file of its own."""
    version: str
    place: int | None = None
    """Among several of its kind; null is a new one."""


Version = Annotated[str, doc("", "Of the configuration that was looked at.")]


async def show_setup(backend: Backend) -> SetupState | None:
    """The configuration as it is on the disk, without any secret; null where there is none, as in a demo."""
    return None if backend.setup is None else await backend.setup.read_state()


async def discover_gateways(backend: Backend) -> Sequence[FoundHost]:
    """Gateways that announce themselves on the local network; listens for some seconds."""
    return await _setup(backend).discover()


async def probe_gateway(backend: Backend, *, body: Address) -> Probe:
    """What answers at an address, asked without a login."""
    return await _setup(backend).probe(body.host, accept_new_certificate=body.accept_new_certificate)


async def explain_token(backend: Backend, *, body: GivenToken) -> TokenView:
    """What a token says of itself; nobody is asked."""
    return _setup(backend).explain(body.token, body.serial)


async def try_gateway(backend: Backend, *, body: Attempt) -> Trial:
    """Log in and read everything once; nothing is saved."""
    return await _setup(backend).attempt(body.host, body.login)


async def keep_gateway(backend: Backend, *, body: Keeping) -> SetupState:
    """Save what was tried, and collect from it."""
    return await _setup(backend).keep(
        body.trial, name=body.name, replaces=body.replaces, time_zone=body.time_zone, version=body.version
    )


async def remove_gateway(
    backend: Backend, *, name: Annotated[str, doc("", "Of the gateway.")], version: Version
) -> SetupState:
    """Collect from a gateway no more; its history stays."""
    return await _setup(backend).remove(name, version=version)


async def put_site(backend: Backend, *, body: SiteChange) -> SetupState:
    """Name and place the site."""
    return await _setup(backend).write_site(body.site, version=body.version)


async def put_control(backend: Backend, *, body: Switch) -> SetupState:
    """Allow changes of gateways' settings, or not."""
    return await _setup(backend).write_control(is_enabled=body.is_on, version=body.version)


async def put_listen(backend: Backend, *, body: Switch) -> SetupState:
    """Let other machines reach the dashboard, which needs an account first, or this one only."""
    if body.is_on and not backend.access.has_accounts:
        raise NotAllowed("Nobody has to log in yet.", hint="Set the owner's password first.")
    return await _setup(backend).write_listen(is_reachable=body.is_on, version=body.version)


async def show_tariff(backend: Backend) -> Tariff:
    """The text of the file of prices."""
    return Tariff(text=await _setup(backend).read_tariff())


async def put_tariff(backend: Backend, *, body: TariffChange) -> SetupState:
    """Save the file of prices; a fault in it is told with its line, and nothing is changed."""
    return await _setup(backend).write_tariff(body.text, version=body.version)


async def show_integrations(backend: Backend) -> Integrations:
    """What data can be handed on to, with its settings, and what it is; without any secret."""
    return await _setup(backend).read_integrations()


async def put_integration(backend: Backend, *, body: IntegrationChange) -> SetupState:
    """Set up something that data is handed on to; what cannot work is told, and nothing is changed."""
    return await _setup(backend).write_integration(body.section, body.place, body.values, version=body.version)


async def remove_integration(
    backend: Backend,
    *,
    section: Annotated[str, doc("", "Kind of receiver, such as mqtt.")],
    version: Version,
    place: Annotated[int | None, doc("", "Among several of its kind.")] = None,
) -> SetupState:
    """Hand nothing on to it any more."""
    return await _setup(backend).remove_integration(section, place, version=version)


def _setup(backend: Backend) -> Setup:
    if backend.setup is None:
        raise NothingThere("This service has no settings of its own.", hint="Start it with `openvoy run`.")
    return backend.setup


_PATH, _TAG = "/api/v1/setup", "Settings"
OPERATIONS = (
    Operation(path=_PATH, handler=show_setup, tag=_TAG, right=Right.OWNER),
    Operation(path=f"{_PATH}/discover", handler=discover_gateways, tag=_TAG, method="POST", right=Right.OWNER),
    Operation(path=f"{_PATH}/probe", handler=probe_gateway, tag=_TAG, method="POST", right=Right.OWNER),
    Operation(path=f"{_PATH}/token", handler=explain_token, tag=_TAG, method="POST", right=Right.OWNER),
    Operation(path=f"{_PATH}/try", handler=try_gateway, tag=_TAG, method="POST", right=Right.OWNER),
    Operation(path=f"{_PATH}/gateways", handler=keep_gateway, tag=_TAG, method="POST", right=Right.OWNER),
    Operation(path=f"{_PATH}/gateways", handler=remove_gateway, tag=_TAG, method="DELETE", right=Right.OWNER),
    Operation(path=f"{_PATH}/site", handler=put_site, tag=_TAG, method="PUT", right=Right.OWNER),
    Operation(path=f"{_PATH}/control", handler=put_control, tag=_TAG, method="PUT", right=Right.OWNER),
    Operation(path=f"{_PATH}/listen", handler=put_listen, tag=_TAG, method="PUT", right=Right.OWNER),
    Operation(path=f"{_PATH}/tariff", handler=show_tariff, tag=_TAG, right=Right.OWNER),
    Operation(path=f"{_PATH}/tariff", handler=put_tariff, tag=_TAG, method="PUT", right=Right.OWNER),
    Operation(path=f"{_PATH}/integrations", handler=show_integrations, tag=_TAG, right=Right.OWNER),
    Operation(path=f"{_PATH}/integrations", handler=put_integration, tag=_TAG, method="PUT", right=Right.OWNER),
    Operation(path=f"{_PATH}/integrations", handler=remove_integration, tag=_TAG, method="DELETE", right=Right.OWNER),
)
