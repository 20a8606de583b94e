"""`openvoy demo`."""

from __future__ import annotations

import contextlib
import logging
import tempfile
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from openvoy.cli.app import command, option
from openvoy.cli.extras import needing
from openvoy.cli.output import say


@command("demo", log_level=logging.WARNING)
async def demo(
    *,
    port: Annotated[
        int, option("--port", help="Port of dashboard and API; 0 takes a free one.", min=0, max=65535)
    ] = 8400,
    data: Annotated[
        Path | None, option("--data", help="Folder that keeps the demo's history; default: none is kept.")
    ] = None,
    days: Annotated[int, option("--days", help="Days of history to begin with.", min=1, max=3650)] = 400,
    start: Annotated[
        str | None,
        option(
            "--start",
            help="Time at which its clock starts (ISO 8601, without zone the site's), or now; default: now, but at "
            "night and with no --data the noon before.",
        ),
    ] = None,
    no_browser: Annotated[bool, option("--no-browser", help="Do not open the dashboard in a browser.")] = False,
) -> None:
    """Show everything without hardware: a virtual gateway over a lived-in site, its history, service and dashboard.

    Examples:
        openvoy demo

        openvoy demo --port 9000 --no-browser

        openvoy demo --start 2026-06-21T13:00 --days 30
    """
    with needing("all", "The demo"):
        from openvoy.cli.demo_site import running_demo  # noqa: PLC0415 - `--help` need not load a solar site
    from openvoy.cli.wiring import until_stopped  # noqa: PLC0415 - as above

    with _folder(data) as folder:
        async with running_demo(folder, port=port, days=days, start=start or _usual(data)) as bound:
            say(f"The demo runs: {bound.url}")
            if not no_browser:
                webbrowser.open(bound.url)
            await until_stopped()


def _usual(data: Path | None) -> str:
    """A history that is kept goes on with the time; one that is not had better begin in the sun."""
    return "daylight" if data is None else "now"


@contextlib.contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="openvoy-demo-") as folder:
        yield Path(folder)
