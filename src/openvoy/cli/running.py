"""Runs the service, and brings into force what the dashboard has changed of its configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from openvoy.cli.cloud import build_service
from openvoy.cli.config import Config, load_config
from openvoy.cli.config.load import FILE_NAME
from openvoy.cli.config.sections import SiteConfig
from openvoy.cli.control import open_audit
from openvoy.cli.doors import build_access_rules, build_tls
from openvoy.cli.folders import config_folder, data_folder
from openvoy.cli.house import House
from openvoy.cli.kept import Kept
from openvoy.cli.output import say
from openvoy.cli.service_mirror import build_mirror
from openvoy.cli.setup import Restarts, ServiceSetup, Trials
from openvoy.cli.setup.service import Running
from openvoy.cli.target import Target, resolve_credentials
from openvoy.cli.tariff import TariffFile, load_tariff
from openvoy.cli.wiring import Service, build_exporters, build_sources, listen_for_stop, open_history
from openvoy.client.clock import SystemClock
from openvoy.client.pins import FilePinStore
from openvoy.collector import Source
from openvoy.errors import ConfigError
from openvoy.ports import Household
from openvoy.ports.setup import Setup
from openvoy.protocol.login import Credentials
from openvoy.settings.listen import Listen, parse_listen
from openvoy.web.access import ACCESS_FILE, Access, AccessRules
from openvoy.web.backend import SiteInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says."""

    target: Target
    config: Path | None
    data: Path | None
    listen: str | None


async def run_service(options: Options, environ: Mapping[str, str]) -> None:
    """Run until somebody ends it; raise ConfigError for a configuration that cannot be."""
    runner = _Runner(options, environ)
    config: Config | None = runner.load()
    while config is not None:
        config = await runner.run(config)


class _Runner:
    """Runs the service, with one configuration after the other."""

    def __init__(self, options: Options, environ: Mapping[str, str]) -> None:
        self._options, self._environ, self._clock = options, environ, SystemClock()
        self._restarts = Restarts(listen_for_stop())
        self._pins = FilePinStore(data_folder() / "certificates.json")
        self._kept = Kept()
        self._accepts = options.target.accept_new_certificate
        self._access: Access | None = None

    def load(self) -> Config:
        config = load_config(self._options.config, self._environ, is_new=True)
        for warning in (*config.warnings, *_missing_folders(config)):
            say(warning)
        if config.file is not None and not config.file.exists():
            say(f"History is kept in {_history_of(self._options, config).absolute()}.")
        return config

    async def run(self, config: Config) -> Config | None:
        """Run over one history; give the configuration that wants another one, None at the end."""
        place = self._find_history(config)
        before: Listen | None = None
        async with open_history(*place) as store, House(store, self._clock) as house:
            while self._find_history(config) == place:
                self._restarts.begin()
                bound = await house.renew(self._build_service(config))
                self._restarts.note_in_force(bound)
                say(f"Openvoy runs: {bound.url}" if bound != before else "The changed configuration is in force.")
                before = bound
                if not config.gateways and not _is_target_fixed(self._options, self._environ):
                    say("No gateway is set up yet: open that address in a browser.")
                if not await self._restarts.wait():
                    return None
                config = self.load()
        return config

    def _find_history(self, config: Config) -> tuple[Path, int]:
        return _history_of(self._options, config), config.store.live_days

    def _build_service(self, config: Config) -> Service:
        self._kept.begin()
        site, environ, kept = next(iter(config.sites.values())), self._environ, self._kept
        running = _describe(self._options, config, environ, self._restarts)
        sources = build_sources(
            config,
            environ,
            self._pins,
            kept=kept,
            renewed=self._restarts.renewed,
            accept_new_certificates=self._accepts,
        )
        # What is built later, for a configuration that was changed, was not meant.
        self._accepts = False
        sources = sources or kept.build(
            ("target", site.time_zone), partial(_build_target, self._options, environ, ZoneInfo(site.time_zone))
        )
        folder, rules = running.history, build_access_rules(config.web)
        return Service(
            sources=sources,
            site=SiteInfo(name=site.name, time_zone=site.time_zone, latitude=site.latitude, longitude=site.longitude),
            listen=running.listen,
            tls=build_tls(config.web),
            rules=rules,
            access=self._open_access(folder, rules),
            host_names=config.web.host_names,
            exporters=config.exporters,
            tariff=_load_tariff(site),
            environ=environ,
            audit=open_audit(),
            is_control_enabled=config.control.enabled,
            history=folder,
            mirror=kept.build(
                ("mirror", config.mirror, [one for one in sources if config.mirror.gateway in {"", one.name}]),
                partial(build_mirror, config.mirror, sources, clock=self._clock, folder=folder / "mirror"),
            ),
            build_setup=_setup_of(running, config, self._restarts, pins=self._pins, environ=environ),
        )

    def _open_access(self, folder: Path, rules: AccessRules) -> Access:
        # Without accounts the secret of a browser's session lives as long as this object.
        self._access = self._access or Access(clock=self._clock, file=folder / ACCESS_FILE, rules=rules)
        self._access.take_rules(rules)
        return self._access


def _missing_folders(config: Config) -> Iterator[str]:
    """Tell of folders to write into that are not there; they are not made, as it may be a disk that is missing."""
    for kind, settings in config.exporters:
        folder = getattr(settings, "folder", None)
        if isinstance(folder, Path) and not folder.is_dir():
            yield f"{kind.section}: there is no folder {folder}. Make it: until then nothing is written."


def _load_tariff(site: SiteConfig) -> TariffFile | None:
    """Read the prices of a site, and say which of them are hardly meant."""
    tariff = None if site.tariff is None else load_tariff(site.tariff, ZoneInfo(site.time_zone))
    for doubt in () if tariff is None else tariff.doubts:
        say(doubt)
    return tariff


def _history_of(options: Options, config: Config) -> Path:
    return config.store.path if options.data is None else options.data


def _build_target(options: Options, environ: Mapping[str, str], zone: ZoneInfo) -> tuple[Source, ...]:
    """Build the gateway that the command line or the environment names, if one does."""
    if not _is_target_fixed(options, environ):
        return ()
    return (Source(name="home", host=options.target.host, reader=options.target.open(), time_zone=zone),)


def _is_target_fixed(options: Options, environ: Mapping[str, str]) -> bool:
    return options.target.is_named or resolve_credentials(options.target, environ) != Credentials()


def _describe(options: Options, config: Config, environ: Mapping[str, str], restarts: Restarts) -> Running:
    """Say with what the service is started; raise ConfigError where command line and file contradict each other."""
    if config.gateways and options.target.is_named:
        raise ConfigError(
            f"{config.file} names the gateways already.",
            hint="Leave --host and the login out (OPENVOY_HOST too), or take the gateways out of the file.",
        )
    listen = config.web.listen if options.listen is None else parse_listen(options.listen)
    if listen.port == 0 and restarts.bound is not None:
        listen = replace(listen, port=restarts.bound.port)
    return Running(
        file=config.file or config_folder() / FILE_NAME,
        environ=environ,
        history=_history_of(options, config),
        listen=listen,
        is_listen_fixed=options.listen is not None,
        is_target_fixed=not config.gateways and _is_target_fixed(options, environ),
    )


def _setup_of(
    running: Running, config: Config, restarts: Restarts, *, pins: FilePinStore, environ: Mapping[str, str]
) -> Callable[[Household], Setup]:
    """Build what changes the configuration, once there is a feed that knows the serial numbers."""

    def build(household: Household) -> Setup:
        feed = household.feed

        def find_name(serial: str) -> str | None:
            return next((one.name for one in feed.statuses() if one.serial == serial), None)

        def find_serial(name: str) -> str | None:
            return next((one.serial for one in feed.statuses() if one.name == name), None)

        trials = Trials(
            clock=SystemClock(),
            pins=pins,
            cloud=lambda: build_service(config.cloud),
            known=find_name,
            # As `openvoy discover` has it: where gateways are looked for, all of this machine's networks by default.
            interfaces=environ.get("OPENVOY_INTERFACE", "").split(),
        )

        def check(config: Config) -> None:
            build_exporters(config.exporters, household)

        return ServiceSetup(running, trials=trials, restarts=restarts, find_serial=find_serial, check=check)

    return build
