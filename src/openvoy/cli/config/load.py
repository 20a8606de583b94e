"""From file to frozen configuration."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from openvoy.cli.config.exporters import exporter_kinds, read_exporters
from openvoy.cli.config.sections import (
    DEFAULT_NAME,
    CloudConfig,
    ControlConfig,
    GatewayConfig,
    MirrorConfig,
    SiteConfig,
    StoreConfig,
    WebConfig,
)
from openvoy.cli.folders import config_folder
from openvoy.cli.zone import find_time_zone
from openvoy.client.address import parse_address
from openvoy.errors import ConfigError
from openvoy.ports.exporter import AnyExporterKind
from openvoy.settings.lines import find_lines
from openvoy.settings.syntax import syntax_error
from openvoy.settings.table import Place, Source, Table, did_you_mean, read_section

FILE_NAME = "openvoy.toml"
SYNTAX = 'A setting is a line such as host = "envoy.local", a section one such as [web].'
PLAIN = {"store": StoreConfig, "web": WebConfig, "cloud": CloudConfig, "control": ControlConfig, "mirror": MirrorConfig}
"""Sections that are one table each."""

_GATEWAY_NAME = re.compile(r"[\w .-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that the service is told."""

    file: Path | None = None
    """None where there is no file and all is default."""
    gateways: tuple[GatewayConfig, ...] = ()
    sites: Mapping[str, SiteConfig] = field(default_factory=dict)
    store: StoreConfig = field(default_factory=StoreConfig)
    web: WebConfig = field(default_factory=WebConfig)
    cloud: CloudConfig = field(default_factory=CloudConfig)
    control: ControlConfig = field(default_factory=ControlConfig)
    mirror: MirrorConfig = field(default_factory=MirrorConfig)
    exporters: tuple[tuple[AnyExporterKind, Any], ...] = ()
    """Kinds with their settings, in the order of their sections' names."""
    warnings: tuple[str, ...] = ()
    """What a person should know although it runs."""


def find_config_file(given: Path | None, environ: Mapping[str, str], *, is_new: bool = False) -> Path | None:
    """Find the file: `given`, else OPENVOY_CONFIG, else the platform's place; None where nothing is there.

    A named file has to exist; one that `is_new` is there to be written, in a folder that exists and has no file of
    nearly that name.
    """
    named = environ.get("OPENVOY_CONFIG")
    for file, origin in ((given, "--config"), (Path(named) if named else None, "OPENVOY_CONFIG")):
        if file is not None:
            _check_named(file, origin, is_new=is_new)
            return file
    usual = config_folder() / FILE_NAME
    return usual if usual.is_file() else None


def _check_named(file: Path, origin: str, *, is_new: bool) -> None:
    hint = f"Correct {origin}, or leave it out for defaults."
    if file.is_dir():
        raise ConfigError(
            f"{file} is a folder.", hint=f"Name the file in it with {origin}, such as {file / FILE_NAME}."
        )
    if file.is_file():
        return
    if not is_new or not file.parent.is_dir() or file.exists():
        raise ConfigError(f"There is no file {file}.", hint=hint)
    near = difflib.get_close_matches(file.name, [one.name for one in file.parent.glob("*.toml")], n=1, cutoff=0.8)
    if near:
        raise ConfigError(
            f"There is no file {file}, but there is {near[0]}.",
            hint=f"Correct {origin}; where a second one is meant, make an empty file of that name first.",
        )


def load_config(given: Path | None, environ: Mapping[str, str], *, is_new: bool = False) -> Config:
    """Find, read and check the configuration; without a file, all defaults. Raises ConfigError.

    With `is_new` a named file that is not there yet is empty, which a warning says.
    """
    file = find_config_file(given, environ, is_new=is_new)
    if file is None:
        return parse_config("", file=config_folder() / FILE_NAME, environ=environ)
    is_absent = is_new and not file.exists()
    try:
        text = "" if is_absent else file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.", hint="Let this user read it.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8 text.", hint="Save it as UTF-8.") from error
    config = replace(parse_config(text, file=file.absolute(), environ=environ), file=file.absolute())
    told = (
        f"There is no file {file} yet: everything is default, and the first run in the browser writes it."
        " If another file was meant, stop and correct its name."
    )
    return replace(config, warnings=(told, *config.warnings)) if is_absent else config


def parse_config(text: str, *, file: Path, environ: Mapping[str, str]) -> Config:
    """Parse and check the text of a configuration; paths in it are relative to `file`. Raises ConfigError."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise syntax_error(file, text, error, example=SYNTAX) from error
    source = Source(file=file, lines=find_lines(text), warnings=[])
    root = Place(source=source, key=())
    _check_sections(values, root)
    plain: dict[str, Any] = {name: read_section(shape, _table(values, root, name)) for name, shape in PLAIN.items()}
    sites = _read_sites(values.get("site", {}), root.at("site"), environ)
    gateways = _read_gateways(values.get("gateway", []), root.at("gateway"), sites)
    exporters = tuple(read_exporters(values, root))
    config = Config(gateways=gateways, sites=sites, exporters=exporters, **plain)
    _check_tls(config.web, root)
    return replace(config, warnings=tuple(source.warnings))


def _check_sections(values: Mapping[str, Any], root: Place) -> None:
    kinds = exporter_kinds()
    lists = {"gateway", *(name for name, kind in kinds.items() if kind.is_list)}
    for name, value in values.items():
        place = root.at(name)
        if name not in {*PLAIN, *lists, *kinds, "site"}:
            _refuse_section(name, value, place)
        is_list = isinstance(value, list) and all(isinstance(one, dict) for one in value)
        if name in lists and not is_list:
            raise place.error(f"{name} is a list, as there may be several.", f"Write [[{name}]].")
        if name not in lists and not isinstance(value, dict):
            raise place.error(f"{name} is one section.", f"Write [{name}{'.home' if name == 'site' else ''}].")


def _refuse_section(name: str, value: object, place: Place) -> None:
    if isinstance(value, dict | list):
        known = [*PLAIN, "gateway", "site", *exporter_kinds()]
        raise place.error(f"There is no section [{name}].", did_you_mean(name, known))
    raise place.error(
        f"'{name}' stands before the first section.",
        "Move it below the section that it belongs to, such as [[gateway]].",
    )


def _table(values: Mapping[str, Any], root: Place, name: str) -> Table:
    return Table(place=root.at(name), values=values.get(name, {}))


def _read_sites(values: Mapping[str, Any], place: Place, environ: Mapping[str, str]) -> dict[str, SiteConfig]:
    sites: dict[str, SiteConfig] = {}
    for name, one in values.items():
        if not isinstance(one, dict):
            raise place.at(name).error("Sites have names.", "Write [site.home] above the settings of the site.")
        if sites:
            place.at(name).warn(
                f"A service has one site, here {next(iter(sites))}: its zone, prices and name are taken for those of "
                f"{name} too, and all of them are added up. Run another service for another place, with [store] "
                "path and [web] listen of its own."
            )
        sites[name] = _read_site(name, Table(place=place.at(name), values=one), environ)
    if not sites:
        sites[DEFAULT_NAME] = _read_site(DEFAULT_NAME, Table(place=place, values={}), environ)
    return sites


def _read_site(name: str, table: Table, environ: Mapping[str, str]) -> SiteConfig:
    site = read_section(SiteConfig, table, name=name)
    if (site.latitude is None) != (site.longitude is None):
        raise table.place.error("Of latitude and longitude only one is given.", "Give both, or none.")
    if site.time_zone:
        return site
    zone = find_time_zone(environ)
    if zone is None:
        table.place.warn(f'This machine does not tell its time zone: UTC is used for site {name}. Set time_zone = "…".')
    return replace(site, time_zone=zone or "UTC", is_zone_assumed=True)


def _read_gateways(
    values: list[dict[str, Any]], place: Place, sites: Mapping[str, SiteConfig]
) -> tuple[GatewayConfig, ...]:
    gateways: list[GatewayConfig] = []
    for index, one in enumerate(values):
        table = Table(place=place.at(index), values=one)
        gateway = read_section(GatewayConfig, table)
        _check_login(gateway, table.place)
        _check_unique(gateway, gateways, table.place)
        gateways.append(replace(gateway, site=_find_site(gateway.site, sites, table.place)))
    return tuple(gateways)


def _check_login(gateway: GatewayConfig, place: Place) -> None:
    given = [name for name in ("token", "user", "cloud") if getattr(gateway, name) is not None]
    if len(given) > 1:
        raise place.error(
            f"Gateway {gateway.name} has more than one login: {' and '.join(given)}.",
            "Keep token or cloud for firmware 7 and later, user for older firmware.",
        )
    if gateway.password is not None and gateway.user is None:
        raise gateway.password.place.error("There is a password without user.", 'Add user = "envoy" or "installer".')
    if gateway.user == "installer" and gateway.password is None:
        raise place.at("user").error("The user installer needs a password.", "Add password_file or password_env.")


def check_name(name: str) -> None:
    """Raise ConfigError for what cannot be the name of a gateway."""
    if not _GATEWAY_NAME.fullmatch(name):
        raise ConfigError(f"'{name}' cannot be a name.", hint="Use up to 64 letters, digits, spaces, dots, - and _.")


def _check_unique(gateway: GatewayConfig, before: list[GatewayConfig], place: Place) -> None:
    try:
        check_name(gateway.name)
    except ConfigError as error:
        raise place.at("name").error(error.message, error.hint) from error
    try:
        address = parse_address(gateway.host)
    except ConfigError as error:
        raise place.at("host").error(error.message, error.hint) from error
    for other in before:
        if other.name == gateway.name:
            raise place.at("name").error(f"Two gateways are named {gateway.name}.", "Give each its own name = …")
        if parse_address(other.host) == address:
            raise place.at("host").error(
                f"Gateways {other.name} and {gateway.name} have the same host {gateway.host}.",
                "Give each its own host = …, or remove one.",
            )


def _find_site(name: str, sites: Mapping[str, SiteConfig], place: Place) -> str:
    if name in sites:
        return name
    if name:
        raise place.at("site").error(f"There is no [site.{name}].", did_you_mean(name, sites))
    if len(sites) > 1:
        raise place.error(
            "It is not said to which site this gateway belongs.", f"Add site = one of {', '.join(sites)}."
        )
    return next(iter(sites))


def _check_tls(web: WebConfig, root: Place) -> None:
    if (web.tls_certificate is None) != (web.tls_key is None):
        raise root.at("web").error("Of tls_certificate and tls_key only one is given.", "Give both, or none.")
