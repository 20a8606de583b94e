"""`openvoy history costs`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from openvoy.cli.app import JsonFlag, command, option
from openvoy.cli.extras import needing
from openvoy.cli.history.folder import HistoryFolder
from openvoy.cli.history.gateways import check_gateway
from openvoy.cli.history.lacking import tell_damaged
from openvoy.cli.history.span import End, Start, check_span, parse_moment, tell_whole
from openvoy.cli.output import print_json, print_table, say
from openvoy.errors import ConfigError

if TYPE_CHECKING:
    from openvoy.model.costs import Costs

MOST_NAMED = 12
"""Periods without a price that are named."""
PERIODS = ("day", "week", "month", "year")
_COLUMNS = ("from", "import kWh", "export kWh", "energy", "fees", "demand", "credit", "net", "savings")


@command("history costs", also=("cost", "tariff", "bill"))
async def costs(
    *,
    folder: HistoryFolder,
    start: Start = None,
    end: End = None,
    by: Annotated[str, option("--by", help="day, week, month or year.")] = "month",
    tariff: Annotated[
        Path | None, option("--tariff", help="File of prices; default: that of the site, else the gateway's tariff.")
    ] = None,
    gateway: Annotated[str | None, option("--gateway", help="Serial of one gateway; default: all.")] = None,
    as_json: JsonFlag = False,
) -> int:
    """Say what energy cost and earned, by the prices of a file (docs/tariffs.md) or by the gateway's tariff.

    The exit code is 5 if a part of the history is damaged, which is left out.

    Examples:
        openvoy history costs --tariff tariff.toml --by month --start 2025-01-01 --end 2026-01-01

        openvoy history costs --by day --start 2025-06-01 --end 2025-07-01 --json
    """
    with needing("service", "History"):
        from openvoy.cli.folders import data_folder  # noqa: PLC0415 - `--help` need not load it
        from openvoy.cli.tariff import SitePrices, load_tariff  # noqa: PLC0415 - as above
        from openvoy.client.clock import SystemClock  # noqa: PLC0415 - as above
        from openvoy.client.prices import fetch_text  # noqa: PLC0415 - as above
        from openvoy.model.costs import build_frame, compute_costs  # noqa: PLC0415 - as above
        from openvoy.model.prices.doubts import find_doubts  # noqa: PLC0415 - as above
        from openvoy.store.exchange.exporting import find_start  # noqa: PLC0415 - as above

    if by not in PERIODS:
        raise ConfigError(f"Costs cannot be had by {by}.", hint=f"Possible: {', '.join(PERIODS)}.")
    zone, clock = folder.zone(), SystemClock()
    named = tariff or folder.site().tariff
    file = None if named is None else load_tariff(named, zone)
    async with folder.look() as store:
        await check_gateway(store, gateway)
        prices = SitePrices(file, clock=clock, fetch=fetch_text, cache=data_folder() / "prices", history=store)
        first = await find_start(store, zone, clock.now()) if start is None else parse_moment(start, "--start", zone)
        until = clock.now() if end is None else parse_moment(end, "--end", zone)
        check_span(first, until, clock.now())
        last = until - timedelta(seconds=1)
        plan = await prices.find_plan(first, last)
        if plan is None:
            raise ConfigError(
                "No prices are known: the gateway had no tariff when it was last read.",
                hint='Name a file of prices with --tariff, or as [site.home] tariff = "…" (docs/tariffs.md).',
            )
        days = (first.astimezone(zone).date(), last.astimezone(zone).date())
        frame = build_frame(plan, start=days[0], last=days[1], by=by, zone=zone)  # type: ignore[arg-type]
        energies = await store.read_energy_between(bounds=frame.bounds, gateway=gateway)
        demand = await store.read_energy_between(bounds=frame.demand_bounds, gateway=gateway)
        damages = await store.read_damages("energy", start=first, end=last)
    folder.tell_zone()
    tell_whole(by, frame.edges, zone, start=start, end=end)
    for doubt in find_doubts(plan):
        say(doubt)
    rows: Sequence[Costs] = compute_costs(frame, energies, demand if frame.demand_bounds else None)
    rows = rows if start is not None else _from_first(rows)
    if as_json:
        print_json({"currency": plan.currency, "tariff": plan.name, "periods": [_plain(row) for row in rows]})
    else:
        _show(plan.currency, rows)
    return tell_damaged(damages)


def _show(currency: str | None, rows: Sequence[Costs]) -> None:
    print_table(f"Costs in {currency or 'the currency of the file'}", _COLUMNS, [_cells(row) for row in rows])
    _tell_unpriced("imported", "cost", [(row.first, row.unpriced_wh) for row in rows if row.unpriced_wh])
    _tell_unpriced(
        "exported", "credit", [(row.first, row.unpriced_export_wh) for row in rows if row.unpriced_export_wh]
    )
    _tell_one_sided([row.first for row in rows if row.one_sided])


def _tell_one_sided(firsts: Sequence[date]) -> None:
    """Say of which periods the net cost lacks what was imported or exported."""
    if firsts:
        say(
            "Only import is known, or only export, of some time or gateway; the net cost is of what is known "
            f"({_name_some(firsts)})."
        )


def _name_some(firsts: Sequence[date]) -> str:
    more = f" and {len(firsts) - MOST_NAMED} more" if len(firsts) > MOST_NAMED else ""
    return ", ".join(first.isoformat() for first in firsts[:MOST_NAMED]) + more


def _tell_unpriced(way: str, place: str, found: Sequence[tuple[date, Decimal]]) -> None:
    """Say which periods lack a price, as their amounts look like those of others."""
    if not found:
        return
    total_wh = sum(energy_wh for _, energy_wh in found)
    firsts = _name_some([first for first, _ in found])
    say(f"{total_wh / 1000:.2f} kWh were {way} while no price was known; they are in no {place} ({firsts}).")


def _from_first(rows: Sequence[Costs]) -> Sequence[Costs]:
    """Leave out what lies before all history and after it."""
    known = [place for place, row in enumerate(rows) if row.import_wh is not None or row.load_wh is not None]
    return rows[known[0] : known[-1] + 1] if known else ()


def _plain(row: Costs) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in row.__dataclass_fields__}
    if not row.is_known:
        values |= dict.fromkeys(("fixed_cost", "demand_cost", "tax", "unpriced_wh", "unpriced_export_wh"))
    return {name: float(round(value, 4)) if isinstance(value, Decimal) else value for name, value in values.items()}


def _cells(row: Costs) -> list[str]:
    energies = (row.import_wh, row.export_wh)
    charged = (row.fixed_cost, row.demand_cost) if row.is_known else (None, None)
    amounts = (row.energy_cost, *charged, row.credit, row.net_cost, row.savings)
    return [
        row.first.isoformat(),
        *("–" if energy_wh is None else f"{energy_wh / 1000:.2f}" for energy_wh in energies),
        *("–" if amount is None else f"{amount:.2f}" for amount in amounts),
    ]
