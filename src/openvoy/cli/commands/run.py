"""`openvoy run`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from openvoy.cli.app import command, option
from openvoy.cli.extras import needing
from openvoy.cli.folders import data_folder
from openvoy.cli.output import say
from openvoy.cli.target import Target
from openvoy.errors import ConfigError


@command("run")
async def run(
    *,
    target: Target,
    config: Annotated[
        Path | None, option("--config", help="Configuration file. [env: OPENVOY_CONFIG, else the platform's place]")
    ] = None,
    data: Annotated[Path | None, option("--data", help="Folder of the history. [env: OPENVOY_DATA]")] = None,
    listen: Annotated[str | None, option("--listen", help="Address of dashboard and API, host:port.")] = None,
) -> None:
    """Run the service: collect from the configured gateways, keep history, show the dashboard.

    Without a gateway in the configuration, the one that --host and --token (or --user) name is collected from.

    Examples:
        openvoy run --config openvoy.toml

        openvoy run --host envoy.local --token-file home.jwt
    """
    with needing("service", "The service"):
        from openvoy.cli.config import load_config  # noqa: PLC0415 - `--help` need not load the service
        from openvoy.cli.control import open_audit  # noqa: PLC0415 - as above
        from openvoy.cli.doors import build_access_rules, build_tls  # noqa: PLC0415 - as above
        from openvoy.cli.service_mirror import build_mirror  # noqa: PLC0415 - as above
        from openvoy.cli.tariff import load_tariff  # noqa: PLC0415 - as above
        from openvoy.cli.wiring import Service, build_sources, open_history, until_stopped  # noqa: PLC0415 - as above
        from openvoy.client.clock import SystemClock  # noqa: PLC0415 - as above
        from openvoy.client.pins import FilePinStore  # noqa: PLC0415 - as above
        from openvoy.collector import Source  # noqa: PLC0415 - as above
        from openvoy.settings.listen import parse_listen  # noqa: PLC0415 - as above
        from openvoy.web import ACCESS_FILE, SiteInfo  # noqa: PLC0415 - as above

    settings = load_config(config, os.environ)
    if settings.gateways and target != Target():
        raise ConfigError(
            f"{settings.file} names the gateways already.",
            hint="Leave --host and the login out (OPENVOY_HOST too), or take the gateways out of the file.",
        )
    for warning in settings.warnings:
        say(warning)
    site = next(iter(settings.sites.values()))
    pins = FilePinStore(data_folder() / "certificates.json")
    sources = build_sources(settings, os.environ, pins) or (
        Source(name="home", host=target.host, reader=target.open(), time_zone=ZoneInfo(site.time_zone)),
    )
    folder = settings.store.path if data is None else data
    clock = SystemClock()
    service = Service(
        sources=sources,
        site=SiteInfo(name=site.name, time_zone=site.time_zone, latitude=site.latitude, longitude=site.longitude),
        listen=settings.web.listen if listen is None else parse_listen(listen),
        tls=build_tls(settings.web),
        rules=build_access_rules(settings.web),
        accounts=folder / ACCESS_FILE,
        host_names=settings.web.host_names,
        exporters=settings.exporters,
        tariff=None if site.tariff is None else load_tariff(site.tariff, ZoneInfo(site.time_zone)),
        environ=os.environ,
        audit=open_audit(),
        is_control_enabled=settings.control.enabled,
        mirror=build_mirror(settings.mirror, sources, clock=clock, folder=folder / "mirror"),
    )
    async with (
        open_history(folder, settings.store.live_days) as store,
        service.running(store, clock) as bound,
    ):
        say(f"Openvoy runs: {bound.url}")
        await until_stopped()
