"""`openvoy run`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from openvoy.cli.app import command, option
from openvoy.cli.extras import needing
from openvoy.cli.listening import choose_listen
from openvoy.cli.target import Target


@command("run", also=("start", "service", "serve", "collect"))
async def run(
    *,
    target: Target,
    config: Annotated[
        Path | None, option("--config", help="Configuration file. [env: OPENVOY_CONFIG, else the platform's place]")
    ] = None,
    data: Annotated[Path | None, option("--data", help="Folder of the history. [env: OPENVOY_DATA]")] = None,
    listen: Annotated[str | None, option("--listen", help="Address of dashboard and API, host:port.")] = None,
    port: Annotated[int | None, option("--port", help="Short for --listen 127.0.0.1:PORT.")] = None,
) -> None:
    """Run the service: collect from the configured gateways, keep history, show the dashboard.

    Without a gateway in the configuration, the one that --host and --token (or --user) name is collected from. Without
    those either, the dashboard asks for one: open the address that is printed. --accept-new-certificate is for every
    gateway that is collected from, and for the certificate that each shows first after this start.

    Examples:
        openvoy run

        openvoy run --config openvoy.toml

        openvoy run --host envoy.local --token-file home.jwt
    """
    with needing("service", "The service"):
        from openvoy.cli.running import Options, run_service  # noqa: PLC0415 - `--help` need not load the service

    await run_service(Options(target=target, config=config, data=data, listen=choose_listen(listen, port)), os.environ)
