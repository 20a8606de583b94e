"""Runs the service, and begins it anew when the dashboard has changed its configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from openvoy.cli.cloud import build_service
from openvoy.cli.config import Config, load_config
from openvoy.cli.config.load import FILE_NAME
from openvoy.cli.control import open_audit
from openvoy.cli.doors import build_access_rules, build_tls
from openvoy.cli.folders import config_folder, data_folder
from openvoy.cli.output import say
from openvoy.cli.service_mirror import build_mirror
from openvoy.cli.setup import Restarts, ServiceSetup, Trials
from openvoy.cli.setup.service import Running
from openvoy.cli.target import Target, resolve_credentials
from openvoy.cli.tariff import load_tariff
from openvoy.cli.wiring import Service, build_exporters, build_sources, listen_for_stop, open_history
from openvoy.client.clock import SystemClock
from openvoy.client.pins import FilePinStore
from openvoy.collector import Source
from openvoy.errors import ConfigError
from openvoy.ports import Household
from openvoy.ports.setup import Setup
from openvoy.protocol.login import Credentials
from openvoy.settings.listen import parse_listen
from openvoy.web import ACCESS_FILE, Access, SiteInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says."""

    target: Target
    config: Path | None
    data: Path | None
    listen: str | None


async def run_service(options: Options, environ: Mapping[str, str]) -> None:
    """Run until somebody ends it; raise ConfigError for a configuration that cannot be."""
    restarts, clock = Restarts(listen_for_stop()), SystemClock()
    access: Access | None = None
    while True:
        restarts.begin()
        config = load_config(options.config, environ, is_new=True)
        for warning in config.warnings:
            say(warning)
        service = _build_service(options, config, environ, restarts)
        folder = config.store.path if options.data is None else options.data
        rules = build_access_rules(config.web)
        # Without accounts the secret of a browser's session lives as long as this object.
        access = access or Access(clock=clock, file=folder / ACCESS_FILE, rules=rules)
        access.take_rules(rules)
        service = replace(service, access=access)
        async with (
            open_history(folder, config.store.live_days) as store,
            service.running(store, clock) as bound,
        ):
            restarts.bound = bound
            say(f"Openvoy runs: {bound.url}")
            if not service.sources:
                say("No gateway is set up yet: open that address in a browser.")
            if not await restarts.wait():
                return
        say("The configuration was changed: Openvoy begins anew.")


def _build_service(options: Options, config: Config, environ: Mapping[str, str], restarts: Restarts) -> Service:
    pins, clock = FilePinStore(data_folder() / "certificates.json"), SystemClock()
    site = next(iter(config.sites.values()))
    running = _describe(options, config, environ, restarts)
    sources = build_sources(config, environ, pins) or _build_target(options, environ, ZoneInfo(site.time_zone))
    folder = running.history
    return Service(
        sources=sources,
        site=SiteInfo(name=site.name, time_zone=site.time_zone, latitude=site.latitude, longitude=site.longitude),
        listen=running.listen,
        tls=build_tls(config.web),
        host_names=config.web.host_names,
        exporters=config.exporters,
        tariff=None if site.tariff is None else load_tariff(site.tariff, ZoneInfo(site.time_zone)),
        environ=environ,
        audit=open_audit(),
        is_control_enabled=config.control.enabled,
        history=folder,
        mirror=build_mirror(config.mirror, sources, clock=clock, folder=folder / "mirror"),
        build_setup=_setup_of(running, config, restarts, pins=pins, environ=environ),
    )


def _build_target(options: Options, environ: Mapping[str, str], zone: ZoneInfo) -> tuple[Source, ...]:
    """Build the gateway that the command line or the environment names, if one does."""
    if not _is_target_fixed(options, environ):
        return ()
    return (Source(name="home", host=options.target.host, reader=options.target.open(), time_zone=zone),)


def _is_target_fixed(options: Options, environ: Mapping[str, str]) -> bool:
    return options.target != Target() or resolve_credentials(options.target, environ) != Credentials()


def _describe(options: Options, config: Config, environ: Mapping[str, str], restarts: Restarts) -> Running:
    """Say with what the service is started; raise ConfigError where command line and file contradict each other."""
    if config.gateways and options.target != Target():
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
        history=config.store.path if options.data is None else options.data,
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
