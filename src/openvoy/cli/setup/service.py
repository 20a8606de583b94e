"""What the dashboard's settings read and write: the configuration file, files of secrets beside it, prices."""

from __future__ import annotations

import asyncio
import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openvoy.cli.cloud import tokens_folder
from openvoy.cli.config import Config, GatewayConfig, SiteConfig, parse_config
from openvoy.cli.config.editing import Edit, Rename
from openvoy.cli.config.writing import ConfigText, plan_change, read_config_text, write_config_text
from openvoy.cli.setup.edits import Secrets, build_gateway_edits, build_removal, build_site_edits, build_zone_edits
from openvoy.cli.setup.integrations import build_integration_edits, build_integration_removal, list_integrations
from openvoy.cli.setup.restart import Restarts
from openvoy.cli.setup.trying import Trials
from openvoy.cli.tariff import parse_tariff
from openvoy.client.cloud import FileTokenStore
from openvoy.client.private_file import write_private
from openvoy.errors import ConfigError, CredentialRejected
from openvoy.ports.setup import (
    FormValue,
    FoundHost,
    GatewayEntry,
    Integrations,
    LoginGiven,
    LoginName,
    Probe,
    SetupState,
    SiteEntry,
    TokenView,
    Trial,
)
from openvoy.settings.listen import Listen

TARIFF_NAME = "tariff.toml"
NO_CURRENCY = 'Write currency = "EUR", or another code of three letters, into the first line.'
EVERYWHERE, HERE = "0.0.0.0", "127.0.0.1"  # noqa: S104 - listened at only once there is an account


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What the service that runs was started with."""

    file: Path
    environ: Mapping[str, str]
    history: Path
    listen: Listen
    is_listen_fixed: bool
    is_target_fixed: bool


class ServiceSetup:
    """Implements ports.setup.Setup over the configuration file."""

    def __init__(
        self,
        running: Running,
        *,
        trials: Trials,
        restarts: Restarts,
        find_serial: Callable[[str], str | None],
        check: Callable[[Config], None],
    ) -> None:
        """Take what knows a gateway's serial number by its name, and what raises ConfigError for exporters."""
        self._running, self._trials, self._restarts, self._find_serial = running, trials, restarts, find_serial
        self._check = check
        self._writing = asyncio.Lock()

    async def read_state(self) -> SetupState:
        """Give the configuration as it is on the disk."""
        text = read_config_text(self._running.file)
        return self._build_state(text, self._parse(text))

    async def discover(self) -> Sequence[FoundHost]:
        """Listen for announcements; gives none where the service ends or begins anew meanwhile."""
        listening = asyncio.create_task(self._trials.discover())
        ending = asyncio.create_task(self._restarts.wait())
        try:
            await asyncio.wait((listening, ending), return_when=asyncio.FIRST_COMPLETED)
            return await listening if listening.done() else ()
        finally:
            for task in (listening, ending):
                task.cancel()
            await asyncio.wait((listening, ending))

    async def probe(self, host: str, *, accept_new_certificate: bool = False) -> Probe:
        """Ask an address what it is."""
        return await self._trials.probe(host, accept_new_certificate=accept_new_certificate)

    def explain(self, token: str, serial: str | None) -> TokenView:
        """Explain a token."""
        return self._trials.view(token, serial)

    async def attempt(self, host: str, login: LoginGiven) -> Trial:
        """Log in and read everything once."""
        return await self._trials.attempt(host, login)

    async def keep(
        self, trial: str, *, name: str, replaces: str | None, time_zone: str | None, version: str
    ) -> SetupState:
        """Save what was tried."""
        tried = self._trials.take(trial)
        known_as = tried.trial.probe.known_as
        if self._running.is_target_fixed:
            raise ConfigError(
                "The gateway is named on the command line.", hint="Start `openvoy run` without --host and login."
            )
        if known_as is not None and known_as != replaces:
            raise ConfigError(f"This gateway is collected from already, as {known_as}.", hint="Nothing has to be done.")
        async with self._writing:
            before = self._look(version)
            secrets = Secrets.of(tried, folder=self._running.file.parent)
            config = self._parse(before)
            edits = build_gateway_edits(before.text, config, tried, secrets, name=name, replaces=replaces)
            zone = () if time_zone is None else build_zone_edits(config, time_zone)
            after, config = self._plan(before, [*edits, *zone])
            secrets.write()
            if tried.login.keep_password and tried.token is not None:
                FileTokenStore(tokens_folder()).write_token(tried.trial.probe.serial, tried.token)
            self._trials.forget(trial)
            self._restarts.renewed[name] += 1
            return self._save(after, config)

    async def remove(self, name: str, *, version: str) -> SetupState:
        """Take a gateway out."""
        async with self._writing:
            before = self._look(version)
            return self._save(*self._plan(before, build_removal(self._parse(before), name)))

    async def write_site(self, site: SiteEntry, *, version: str) -> SetupState:
        """Name and place the site."""
        async with self._writing:
            before = self._look(version)
            return self._save(*self._plan(before, build_site_edits(before.text, self._parse(before), site)))

    async def write_control(self, *, is_enabled: bool, version: str) -> SetupState:
        """Allow changes or not."""
        async with self._writing:
            edit = Edit(key=("control", "enabled"), value=is_enabled)
            return self._save(*self._plan(self._look(version), [edit]))

    async def write_listen(self, *, is_reachable: bool, version: str) -> SetupState:
        """Listen at all addresses, or at this machine's own."""
        if self._running.is_listen_fixed:
            raise ConfigError("--listen says where to listen.", hint="Start `openvoy run` without --listen.")
        async with self._writing:
            before = self._look(version)
            listen = Listen(host=EVERYWHERE if is_reachable else HERE, port=self._bound.port)
            return self._save(*self._plan(before, [Edit(key=("web", "listen"), value=str(listen))]))

    async def read_tariff(self) -> str:
        """Give the file of prices."""
        file = _first_site(self._parse(read_config_text(self._running.file))).tariff
        return "" if file is None else read_config_text(file).text

    async def write_tariff(self, text: str, *, version: str) -> SetupState:
        """Check and save the file of prices, or leave it and take the gateway's prices again."""
        async with self._writing:
            before = self._look(version)
            config = self._parse(before)
            site = _first_site(config)
            if not text.strip():
                gone = [] if site.tariff is None else [Edit(key=("site", site.name, "tariff"), value=None)]
                return self._save(*self._plan(before, gone))
            file = site.tariff or self._running.file.parent / TARIFF_NAME
            _check_tariff(text, file, ZoneInfo(site.time_zone))
            named = [] if site.tariff else [Edit(key=("site", site.name, "tariff"), value=TARIFF_NAME)]
            after, config = self._plan(before, named)
            write_private(file, text, purpose="the prices")
            return self._save(after, config)

    async def read_integrations(self) -> Integrations:
        """Give what data can be handed on to, and what it is."""
        return list_integrations(self._values(read_config_text(self._running.file)))

    async def write_integration(
        self, section: str, place: int | None, values: Mapping[str, FormValue], *, version: str
    ) -> SetupState:
        """Set up something that data is handed on to."""
        folder = self._running.file.parent
        async with self._writing:
            before = self._look(version)
            edits, secrets = build_integration_edits(self._values(before), section, place, values, folder=folder)
            after, config = self._plan(before, edits)
            with secrets.written():
                with _typed(before.file):
                    self._check(config)
                return self._save(after, config)

    async def remove_integration(self, section: str, place: int | None, *, version: str) -> SetupState:
        """Hand nothing on to it any more."""
        async with self._writing:
            before = self._look(version)
            return self._save(*self._plan(before, build_integration_removal(self._values(before), section, place)))

    @property
    def _bound(self) -> Listen:
        return self._restarts.bound or self._running.listen

    def _look(self, version: str) -> ConfigText:
        """Read the file; raise ConfigError where it is not what the person saw."""
        before = read_config_text(self._running.file)
        if self._version(before, self._parse(before)) != version:
            raise ConfigError(
                f"{before.file.name} has been changed meanwhile, so nothing was saved.",
                hint="Look at the settings again, then repeat your change.",
            )
        return before

    def _plan(self, before: ConfigText, edits: Sequence[Edit | Rename]) -> tuple[ConfigText, Config]:
        with _typed(before.file):
            return plan_change(before, edits, environ=self._running.environ)

    def _save(self, after: ConfigText, config: Config) -> SetupState:
        write_config_text(after)
        self._restarts.ask()
        return self._build_state(after, config)

    def _values(self, text: ConfigText) -> Mapping[str, Any]:
        self._parse(text)
        return tomllib.loads(text.text)

    def _parse(self, text: ConfigText) -> Config:
        return parse_config(text.text, file=text.file, environ=self._running.environ)

    def _version(self, text: ConfigText, config: Config) -> str:
        """Tell the configuration with its prices from any other."""
        tariff = _first_site(config).tariff
        prices = "" if tariff is None else read_config_text(tariff).text
        return hashlib.sha256(f"{text.text}\0{prices}".encode()).hexdigest()[:16]

    def _build_state(self, text: ConfigText, config: Config) -> SetupState:
        running, site = self._running, _first_site(config)
        listen = self._bound if running.is_listen_fixed else config.web.listen
        return SetupState(
            file=str(text.file.absolute()),
            version=self._version(text, config),
            starts=self._restarts.count,
            is_pending=self._restarts.is_pending,
            gateways=tuple(self._build_entry(one) for one in config.gateways),
            site=SiteEntry(name=site.name, time_zone=site.time_zone, latitude=site.latitude, longitude=site.longitude),
            tariff_file=None if site.tariff is None else str(site.tariff),
            is_control_enabled=config.control.enabled,
            listen=str(listen),
            is_reachable=not listen.is_loopback,
            is_listen_fixed=running.is_listen_fixed,
            is_target_fixed=running.is_target_fixed,
            history=str(running.history.absolute()),
        )

    def _build_entry(self, gateway: GatewayConfig) -> GatewayEntry:
        login: LoginName = "none"
        account = gateway.user
        if gateway.cloud is not None:
            login, account = "cloud", gateway.cloud.user
        elif gateway.token is not None:
            login = "token"
        elif gateway.user is not None:
            login = "user"
        return GatewayEntry(
            name=gateway.name,
            host=gateway.host,
            site=gateway.site,
            login=login,
            account=account,
            token=self._find_token(gateway),
        )

    def _find_token(self, gateway: GatewayConfig) -> TokenView | None:
        """Explain the token that is used; None where there is none that can be read."""
        serial = self._find_serial(gateway.name)
        try:
            if gateway.token is not None:
                return self._trials.view(gateway.token.read(self._running.environ), serial)
            kept = FileTokenStore(tokens_folder()).read_token(serial) if gateway.cloud and serial else None
        except (ConfigError, CredentialRejected):
            return None
        return None if kept is None else self._trials.view(kept, serial)


@contextmanager
def _typed(file: Path) -> Iterator[None]:
    """Tell what is wrong with what a person typed into a page without the line of the file that it would have had."""
    try:
        yield
    except ConfigError as error:
        message = re.sub(rf"^{re.escape(str(file))}(, line \d+)?: ", "", error.message)
        raise ConfigError(message, hint=error.hint) from error


def _check_tariff(text: str, file: Path, zone: ZoneInfo) -> None:
    """Check what a person wrote into a page, who knows no file of it."""
    try:
        tariff = parse_tariff(text, file=file, zone=zone)
    except ConfigError as error:
        raise ConfigError(error.message.replace(str(file), file.name), hint=error.hint) from error
    if tariff.plan.currency is None:
        raise ConfigError("It is not said in which currency the prices are.", hint=NO_CURRENCY)


def _first_site(config: Config) -> SiteConfig:
    return next(iter(config.sites.values()))
