"""`openvoy read`: everything a gateway says, once."""

from __future__ import annotations

from openvoy.cli.app import JsonFlag, command
from openvoy.cli.output import print_json, print_table, say
from openvoy.cli.target import Target


@command("read", also=("status", "show", "info"))
async def read(*, target: Target, as_json: JsonFlag = False) -> None:
    """Read a gateway once: powers, energies, meters, panels, batteries and what could not be read.

    Examples:
        openvoy read --host envoy.local --token-file home.jwt

        openvoy read --host 192.168.1.5 --json
    """
    async with target.open() as gateway:
        snapshot = await gateway.snapshot()
    if as_json:
        from openvoy.model.view import build_snapshot_view  # noqa: PLC0415 - `--help` need not load it

        print_json(build_snapshot_view(snapshot))
        return
    from openvoy.cli.snapshot_tables import build_tables  # noqa: PLC0415 - as above

    for table in build_tables(snapshot):
        print_table(table.title, table.columns, table.rows)
    for part in snapshot.missing:
        say(f"not read: {part.part}: {part.reason}")
