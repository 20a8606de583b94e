"""`openvoy history export`."""

from __future__ import annotations

from typing import Annotated

from openvoy.cli.app import argument, command, option
from openvoy.cli.extras import needing
from openvoy.cli.history.folder import HistoryFolder
from openvoy.cli.history.gateways import check_gateway
from openvoy.cli.history.lacking import tell_damaged
from openvoy.cli.history.span import End, Start, check_span, parse_moment, tell_whole
from openvoy.cli.output import amount, progress_bar, say


@command("history export")
async def export(
    *,
    table: Annotated[str, argument(help="power, energy, inverters, meters, batteries, counters or events.")],
    folder: HistoryFolder,
    start: Start = None,
    end: End = None,
    by: Annotated[str, option("--by", help="raw, hour, day, week, month or year.")] = "raw",
    gateway: Annotated[str | None, option("--gateway", help="Serial of one gateway; default: all.")] = None,
    format_name: Annotated[
        str | None, option("--format", help="csv, jsonl or parquet; default: what the file's name ends in.")
    ] = None,
    out: Annotated[str, option("--out", "-o", help="File to write, or - for standard output.")] = "-",
) -> int:
    """Write a table of the history to a file that other programs read.

    Of energy, raw are the counters as they are accounted; periods are energies of the site's days, weeks, months and
    years.
    Of power, inverters, meters and batteries, an hour or day is the mean of its rows.
    The exit code is 5 if a part of the history is damaged, which is left out.

    Examples:
        openvoy history export energy --by day --start 2025-01-01 --end 2026-01-01 --out days.csv

        openvoy history export power --out power.parquet

        openvoy history export inverters --start 2025-06-21 --end 2025-06-22 --format jsonl
    """
    with needing("service", "History"):
        from openvoy.client.clock import SystemClock  # noqa: PLC0415 - `--help` need not load it
        from openvoy.store.exchange.exporting import (  # noqa: PLC0415 - as above
            Export,
            build_period_bounds,
            find_start,
            parse_grain,
            read_export,
        )
        from openvoy.store.exchange.writing import STDOUT, find_format, writing  # noqa: PLC0415 - as above

    zone, now = folder.zone(), SystemClock().now()
    chosen = find_format(format_name, out)
    grain = parse_grain(by)
    async with folder.look() as store:
        await check_gateway(store, gateway)
        first = await find_start(store, zone, now) if start is None else parse_moment(start, "--start", zone)
        last = now if end is None else parse_moment(end, "--end", zone)
        check_span(first, last, now)
        wanted = Export(kind=table, start=first, end=last, zone=zone, by=grain, gateway=gateway)
        folder.tell_zone()
        tell_whole(by, build_period_bounds(wanted), zone, start=start, end=end)
        count = 0
        with progress_bar(f"{table} to {out}") as progress, writing(out, chosen, wanted.types, zone) as writer:
            async for rows in read_export(store, wanted, progress):
                writer.put(rows)
                count += len(rows)
        damages = await store.read_damages(table, start=wanted.start, end=wanted.end)
    if out != STDOUT:
        say(f"{amount(count, 'row')} written to {out}.")
    return tell_damaged(damages)
