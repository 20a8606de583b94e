"""`openvoy notify test`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from openvoy.cli.app import command, group, option
from openvoy.cli.extras import needing
from openvoy.cli.output import say, show_error
from openvoy.errors import ConfigError, ExportError

group("notify", "Notifications for people: ntfy, e-mail, webhook.")


@command("notify test")
async def send_test(
    *,
    config: Annotated[
        Path | None, option("--config", help="Configuration file. [env: OPENVOY_CONFIG, else the platform's place]")
    ] = None,
) -> int:
    """Send a test message to every [[notify]] of the configuration, at once and at any hour.

    Examples:
        openvoy notify test

        openvoy notify test --config openvoy.toml
    """
    with needing("service", "Notifications"):
        from openvoy.cli.config import load_config  # noqa: PLC0415 - `--help` need not load it
        from openvoy.client.clock import SystemClock  # noqa: PLC0415 - as above
        from openvoy.exporters.notify import NotifySettings, build_receiver  # noqa: PLC0415 - as above
        from openvoy.model.alerts.book import Message  # noqa: PLC0415 - as above

    loaded = load_config(config, os.environ)
    receivers = [one for _, one in loaded.exporters if isinstance(one, NotifySettings)]
    if not receivers:
        raise ConfigError("The configuration has no [[notify]].", hint='Add [[notify]] with url = "ntfys://…".')
    site = next(iter(loaded.sites))
    message = Message(
        kind="test",
        topic="test",
        key="test",
        title="A test",
        text="Alerts of this site arrive here.",
        at=SystemClock().now(),
    )
    exit_code = 0
    for settings in receivers:
        try:
            await build_receiver(settings, site=site, environ=os.environ).deliver(message)
            say(f"{settings.find_target()} took it.")
        except ExportError as error:
            show_error(error)
            exit_code = error.exit_code
    return exit_code
