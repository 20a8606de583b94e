"""What a change in the dashboard means for the text of the configuration."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openvoy.cli.config import Config
from openvoy.cli.config.editing import Edit, Rename
from openvoy.cli.config.load import check_name
from openvoy.cli.setup.trying import Tried
from openvoy.client.private_file import read_private, write_private
from openvoy.errors import ConfigError
from openvoy.ports.setup import SiteEntry

SECRETS = "secrets"
LOGIN_KEYS = ("token_file", "token_env", "user", "password_file", "password_env", "cloud")
_SERIAL = re.compile(r"[A-Za-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Files of secrets beside the configuration, and the settings that name them."""

    folder: Path
    settings: Mapping[str, Any]
    contents: Mapping[str, str] = field(repr=False)
    """By the name of the file."""

    @classmethod
    def of(cls, tried: Tried, *, folder: Path) -> Secrets:
        """Say what has to be kept of a login that worked."""
        login, serial = tried.login, tried.trial.probe.serial
        if not _SERIAL.fullmatch(serial):
            raise ConfigError(f"{serial[:40]!r} is no serial number.", hint="It has 12 digits, on the gateway's label.")
        contents: dict[str, str] = {}
        settings: dict[str, Any] = {}
        if tried.token is not None and login.keep_password and login.cloud_password:
            contents[f"{serial}.cloud"] = login.cloud_password
            settings["cloud"] = {"user": login.cloud_user, "password_file": f"{SECRETS}/{serial}.cloud"}
        elif tried.token is not None:
            contents[f"{serial}.jwt"] = tried.token
            settings["token_file"] = f"{SECRETS}/{serial}.jwt"
        elif login.user:
            settings["user"] = login.user
            if login.password:
                contents[f"{serial}.password"] = login.password
                settings["password_file"] = f"{SECRETS}/{serial}.password"
        return cls(folder=folder / SECRETS, settings=settings, contents=contents)

    @contextmanager
    def written(self) -> Iterator[None]:
        """Write them, and put back what was there if the context fails."""
        before = {name: read_private(self.folder / name, purpose="a login") for name in self.contents}
        self.write()
        try:
            yield
        except ConfigError:
            for name, content in before.items():
                if content is None:
                    (self.folder / name).unlink(missing_ok=True)
                else:
                    write_private(self.folder / name, content, purpose="a login")
            raise

    def write(self) -> None:
        """Write them, readable by their owner alone."""
        for name, content in self.contents.items():
            write_private(self.folder / name, f"{content}\n", purpose="a login")


def find_gateway(config: Config, name: str) -> int:
    """Find a gateway's position in the list; raise ConfigError."""
    for index, one in enumerate(config.gateways):
        if one.name == name:
            return index
    raise ConfigError(f"There is no gateway {name} in the configuration.", hint="Look at the settings again.")


def build_gateway_edits(
    text: str, config: Config, tried: Tried, secrets: Secrets, *, name: str, replaces: str | None
) -> Sequence[Edit]:
    """Add a gateway, or give the one that is replaced its new login and address."""
    check_name(name)
    host = tried.trial.probe.host
    if replaces is None:
        values: dict[str, Any] = {"name": name, "host": host, **secrets.settings}
        if len(config.sites) > 1:
            values["site"] = next(iter(config.sites))
        return [Edit(key=("gateway", len(config.gateways)), value=values)]
    index = find_gateway(config, replaces)
    written = tomllib.loads(text)["gateway"][index]
    gone = [one for one in LOGIN_KEYS if one in written and one not in secrets.settings]
    return [
        *(Edit(key=("gateway", index, one), value=None) for one in gone),
        Edit(key=("gateway", index, "name"), value=name),
        Edit(key=("gateway", index, "host"), value=host),
        *(Edit(key=("gateway", index, one), value=value) for one, value in secrets.settings.items()),
    ]


def build_removal(config: Config, name: str) -> Sequence[Edit]:
    """Take a gateway out; the list goes with its last one."""
    index = find_gateway(config, name)
    return [Edit(key=("gateway", index) if len(config.gateways) > 1 else ("gateway",), value=None)]


def build_site_edits(text: str, config: Config, site: SiteEntry) -> Sequence[Edit | Rename]:
    """Name and place the first site; gateways that name it follow."""
    values = tomllib.loads(text)
    before = next(iter(config.sites))
    written = values.get("site", {}).get(before, {})
    edits: list[Edit | Rename] = []
    if site.name != before and before in values.get("site", {}):
        edits.append(Rename(key=("site", before), name=site.name))
        members = [i for i, one in enumerate(values.get("gateway", ())) if one.get("site") == before]
        edits.extend(Edit(key=("gateway", index, "site"), value=site.name) for index in members)
    wanted = {"time_zone": site.time_zone, "latitude": site.latitude, "longitude": site.longitude}
    for name, value in wanted.items():
        if value is not None or name in written:
            edits.append(Edit(key=("site", site.name, name), value=value))
    return edits


def build_zone_edits(config: Config, time_zone: str) -> Sequence[Edit]:
    """Say in which time zone the first site is."""
    return [Edit(key=("site", next(iter(config.sites)), "time_zone"), value=time_zone)]
