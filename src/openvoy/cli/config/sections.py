"""The sections of the configuration: one dataclass each, one field a setting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from openvoy.cli.folders import data_folder
from openvoy.cli.target import DEFAULT_HOST
from openvoy.cli.zone import parse_time_zone
from openvoy.protocol.cloud import ROLES
from openvoy.settings import kinds
from openvoy.settings.listen import Listen, parse_listen
from openvoy.settings.secret import SUFFIXES, Secret, secret
from openvoy.settings.table import Table, read_section, setting

DEFAULT_NAME = "home"
DEFAULT_LISTEN = Listen(host="127.0.0.1", port=8400)
CENTURY_DAYS = 36_500


KEEPERS = ("file", "keyring")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudLogin:
    """`cloud = { … }` of a gateway: the account that obtains tokens."""

    user: str = setting(kinds.text, doc="E-mail address of the account.")
    password: Secret = setting(secret, suffixes=SUFFIXES, doc="Its password.")
    role: str | None = setting(kinds.OneOf(ROLES), doc="owner or installer; default: what the account gives.")
    keep: str = setting(kinds.OneOf(KEEPERS), default="file", doc="file or keyring: where the token is kept.")


def _cloud_login(table: Table, name: str) -> CloudLogin | None:
    if name not in table.values:
        return None
    values, place = table.values[name], table.place.at(name)
    example = 'cloud = { user = "…", password_env = "…" }'
    if not isinstance(values, dict):
        raise kinds.wrong(place, values, example)
    login = read_section(CloudLogin, Table(place=place, values=values))
    if login.user is None or login.password is None:
        raise place.error("cloud needs user and password.", f"Write {example}.")
    return login


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """`[[gateway]]`: one gateway and how to log in to it."""

    name: str = setting(kinds.text, default=DEFAULT_NAME, doc="What it is called in the dashboard and in topics.")
    host: str = setting(kinds.text, default=DEFAULT_HOST, doc="Name, address, host:port or URL.")
    token: Secret | None = setting(secret, suffixes=SUFFIXES, doc="Access token, for firmware 7 and later.")
    user: str | None = setting(kinds.text, doc="envoy or installer, for firmware before 7.")
    password: Secret | None = setting(secret, suffixes=SUFFIXES, doc="The user's password; envoy has a default one.")
    cloud: CloudLogin | None = setting(_cloud_login, doc="Account that obtains tokens by itself.")
    site: str = setting(kinds.text, default="", doc="Site that it belongs to; gateways of one site are added up.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    """`[site.NAME]`: a place with one or more gateways."""

    name: str
    time_zone: str = setting(kinds.parsed(parse_time_zone), default="", doc="IANA name; default: this machine's.")
    is_zone_assumed: bool = False
    """Nobody said the zone: it is that of this machine."""
    latitude: float | None = setting(kinds.number(-90, 90), doc="Degrees, north is positive.")
    longitude: float | None = setting(kinds.number(-180, 180), doc="Degrees, east is positive.")
    tariff: Path | None = setting(kinds.path, doc="File of prices.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreConfig:
    """`[store]`: history."""

    path: Path = setting(kinds.path, default=data_folder, doc="Folder of the history; default: the platform's.")
    live_days: int = setting(
        kinds.whole(1, CENTURY_DAYS), default=7, doc="Days that values of single seconds are kept; minutes stay."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """`[web]`: dashboard and HTTP API."""

    listen: Listen = setting(kinds.parsed(parse_listen), default=DEFAULT_LISTEN, doc="Address and port to listen at.")
    allow_unprotected: bool = setting(
        kinds.flag, default=False, doc="Let other machines look although there are no accounts."
    )
    tls_certificate: Path | None = setting(kinds.path, doc="Certificate with its chain, PEM: https is spoken.")
    tls_key: Path | None = setting(kinds.path, doc="Its key (PEM).")
    proxy_user_header: str | None = setting(
        kinds.text, doc="Header in which a reverse proxy names the account that it has checked, such as Remote-User."
    )
    proxies: tuple[str, ...] = setting(
        kinds.texts,
        default=("127.0.0.1", "::1"),
        doc="Addresses from which that header is believed; who comes from there without it is nobody.",
    )
    proxy_right: str = setting(
        kinds.OneOf(("viewer", "owner")),
        default="viewer",
        doc="viewer or owner: what those may whom the proxy names and who have no account here.",
    )
    host_names: tuple[str, ...] = setting(
        kinds.texts,
        default=(),
        doc="Further names under which browsers call it, and those that a reverse proxy on this machine passes on.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudConfig:
    """`[cloud]`: where tokens are obtained; None is the vendor's own address."""

    base_url: str | None = setting(kinds.parsed(kinds.parse_service_url), doc="Service that logs in.")
    tokens_url: str | None = setting(
        kinds.parsed(kinds.parse_service_url), doc="Service that issues tokens; default: base_url, if given."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlConfig:
    """`[control]`: writing to gateways."""

    enabled: bool = setting(kinds.flag, default=False, doc="Allow changes of settings.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorConfig:
    """`[mirror]`: the gateway's own API for other programs, from the same gentle poller; off without `listen`."""

    listen: Listen | None = setting(kinds.parsed(parse_listen), doc="Address and port, such as 0.0.0.0:8443.")
    gateway: str = setting(kinds.text, default="", doc="Name of the gateway that is mirrored, where there are several.")
    allow_writes: bool = setting(kinds.flag, default=False, doc="Pass on what those programs change.")
