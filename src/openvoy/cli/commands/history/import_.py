"""`openvoy history import`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from openvoy.cli.app import JsonFlag, argument, command, confirm, option
from openvoy.cli.extras import needing
from openvoy.cli.history.folder import HistoryFolder
from openvoy.cli.history.gateways import check_serial, knows_gateway
from openvoy.cli.output import print_json, print_table, say
from openvoy.errors import ConfigError

if TYPE_CHECKING:
    from openvoy.store import HistoryStore
    from openvoy.store.exchange import ImportPlan, ImportRecord, Reading

MOST_PROBLEMS = 10
"""Shown of a broken file; more say the same."""

Files = Annotated[list[Path] | None, argument(help="Files of one kind.", show_default=False)]
FormatName = Annotated[
    str, option("--format", help="auto, openvoy, enlighten, home-assistant or influx; auto looks at the file.")
]
Names = Annotated[
    list[str] | None,
    option("--map", help="What a name in the file is: NAME=QUANTITY, for influx NAME=QUANTITY:UNIT. May be repeated."),
]


@command("history import")
async def import_files(
    *,
    files: Files = None,
    folder: HistoryFolder,
    format_name: FormatName = "auto",
    names: Names = None,
    gateway: Annotated[
        str | None,
        option(
            "--gateway",
            help="Serial of the gateway whose earlier history it is, also of one that is yet to be read; "
            "default: the only one.",
        ),
    ] = None,
    dates: Annotated[
        str, option("--dates", help="auto, day-first or month-first: how 01/02 is meant; auto looks at the whole file.")
    ] = "auto",
    is_gone: Annotated[
        bool,
        option("--gone", help="The gateway is gone for good: take in what is later than its last record, too."),
    ] = False,
    dry_run: Annotated[
        bool, option("--dry-run", help="Say what would be imported, and leave the history alone.")
    ] = False,
    strict: Annotated[bool, option("--strict", help="Import nothing if any line cannot be used.")] = False,
    listed: Annotated[bool, option("--list", help="List the imports that there are.")] = False,
    revoke: Annotated[str | None, option("--revoke", help="Take the import of this id out again.")] = None,
    yes: Annotated[bool, option("--yes", help="Do not ask, for scripts.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Import energy history of other programs: what the history has already is left out, so nothing counts twice.

    Quantities are solar, import, export, charge, discharge, load and generator. Lines that cannot be used are named,
    and the others imported; with --strict nothing is. An import can be taken out again as a whole.

    Examples:
        openvoy history import 1234567_custom_report.csv --dry-run

        openvoy history import home-assistant_v2.db --map sensor.solar_energy=solar

        openvoy history import backup.lp --format influx --map meter.import_total=import:total_kwh

        openvoy history import --list

        openvoy history import --revoke 20260101-1
    """
    with needing("service", "History"):
        from openvoy.client.clock import SystemClock  # noqa: PLC0415 - as above
        from openvoy.store.exchange import (  # noqa: PLC0415 - `--help` need not load it
            find_import,
            plan_import,
            read_imports,
            revoke_import,
            write_import,
        )

    if (count := sum((bool(files), listed, revoke is not None))) != 1:
        raise ConfigError(
            "Files, --list and --revoke are three things." if count else "It is not said what to import.",
            hint="Name files, such as `openvoy history import report.csv --dry-run`, or give --list or --revoke alone.",
        )
    # What changes nothing is done beside a running service.
    async with folder.look(may_be_new=True) if dry_run or listed else folder.open() as store:
        if revoke is not None:
            found = find_import(await read_imports(store), revoke) if dry_run else await revoke_import(store, revoke)
            _show_records([found], folder.zone(), as_json=as_json)
            if dry_run:
                say("Nothing was changed: without --dry-run it would be taken out.")
            return
        if listed:
            _show_records(await read_imports(store), folder.zone(), as_json=as_json)
            return
        now = SystemClock().now()
        reading = _build_reading(folder.zone(), names or (), dates, now)
        owner, is_known = await _find_gateway(store, gateway)
        plan = await plan_import(
            store, files or (), reading=reading, format_name=format_name, gateway=owner, is_gone=is_gone
        )
        folder.tell_zone()
        _show_plan(plan, reading.zone, as_json=as_json and dry_run)
        if strict:
            _check_all_used(plan)
        if dry_run or not plan.chains:
            if plan.is_empty:
                say("The files hold no line with an energy.")
            say("Nothing was changed." if dry_run else "There is nothing new: nothing was changed.")
            return
        if not is_known and not yes:
            _ask()
        record = await write_import(store, plan, now=now)
        if as_json:
            print_json(record)
        say(f"Imported as {record.id}. `openvoy history import --revoke {record.id}` takes it out again.")


def _build_reading(zone: ZoneInfo, names: Sequence[str], dates: str, now: datetime) -> Reading:
    """Say how files are read; clocks of others may be ahead by hours."""
    from openvoy.store.exchange import Reading  # noqa: PLC0415 - `--help` need not load it

    return Reading(
        zone=zone,
        names=_parse_names(names),
        has_day_first=_parse_dates(dates),
        until=now + timedelta(days=1),
        now=now,
    )


def _parse_names(texts: Sequence[str]) -> Mapping[str, str]:
    names = {}
    for text in texts:
        name, equals, quantity = text.rpartition("=")
        if not equals or not name or not quantity:
            raise ConfigError(f"--map {text} is not NAME=QUANTITY.", hint="Such as --map sensor.solar_energy=solar.")
        names[name] = quantity.strip()
    return names


def _parse_dates(text: str) -> bool | None:
    orders = {"auto": None, "day-first": True, "month-first": False}
    if text not in orders:
        raise ConfigError(f"There is no --dates {text}.", hint=f"Known are: {', '.join(orders)}.")
    return orders[text]


def _check_all_used(plan: ImportPlan) -> None:
    if plan.problems:
        raise ConfigError(
            "Nothing was imported, as some lines cannot be used.", hint="Leave --strict out, or correct them."
        )


def _ask() -> None:
    if not confirm("Go on?"):
        raise ConfigError("Not confirmed; nothing was imported.", hint="Answer y, or give --yes in a script.")


async def _find_gateway(store: HistoryStore, given: str | None) -> tuple[str, bool]:
    """Find the serial that imported history belongs to, empty is the site as a whole; and whether it is known."""
    serials = await store.read_gateways()
    if given is None:
        return serials[0] if len(serials) == 1 else "", True
    if await knows_gateway(store, given):
        return given, True
    check_serial(given)
    known = f"known are: {', '.join(serials)}" if serials else "it knows none yet"
    say(
        f"The history does not know gateway {given} ({known}). What is imported for it adds to the site as another "
        "gateway's, and goes on with its own counters once it is read: check its serial number."
    )
    return given, False


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _show_plan(plan: ImportPlan, zone: ZoneInfo, *, as_json: bool) -> None:
    for problem in plan.problems[:MOST_PROBLEMS]:
        say(f"not used: {problem}")
    if len(plan.problems) > MOST_PROBLEMS:
        say(f"not used: {len(plan.problems) - MOST_PROBLEMS} more")
    for name in sorted(plan.ignored):
        say(f"left out, as nobody said what it is: {name} (--map '{name}=…')")
    for quantity, count in plan.skipped.items():
        say(f"left out, as the history has it: {quantity}, {_times(count)}")
    for quantity, count in plan.later.items():
        say(f"left out, as the gateway will say it itself: {quantity}, {_times(count)} (--gone if it never will)")
    if plan.repeated:
        say(f"left out, as the files say it twice: {_times(plan.repeated)}")
    span = None if plan.span is None else tuple(moment.astimezone(zone) for moment in plan.span)
    summary = {
        "format": plan.format,
        "start": None if span is None else span[0],
        "end": None if span is None else span[1],
        "energies_wh": plan.energies_wh,
        "skipped": plan.skipped,
        "later": plan.later,
        "problems": [str(problem) for problem in plan.problems],
        "ignored": sorted(plan.ignored),
    }
    if as_json:
        print_json(summary)
    elif span is not None:
        rows = [[quantity, f"{energy_wh / 1000:,.2f}"] for quantity, energy_wh in plan.energies_wh.items()]
        say(f"{plan.format}: {span[0]:%Y-%m-%d %H:%M} to {span[1]:%Y-%m-%d %H:%M}, new:")
        for quantity, energy in rows:
            say(f"  {quantity:10} {energy:>14} kWh")


def _show_records(records: Sequence[ImportRecord], zone: ZoneInfo, *, as_json: bool) -> None:
    if as_json:
        print_json(records)
        return
    for record in records:
        days = (datetime.fromisoformat(text).astimezone(zone) for text in (record.start, record.end))
        energies_wh = (record.energies_wh.get(name) for name in _LISTED)
        row = [
            *(f"{day:%Y-%m-%d}" for day in days),
            *("–" if energy_wh is None else f"{energy_wh / 1000:,.1f}" for energy_wh in energies_wh),
        ]
        title = f"{record.id}: {', '.join(record.files)} ({record.format}), {record.state}"
        print_table(title, ("from", "to", *(f"{name} kWh" for name in _LISTED)), [row])
    if not records:
        say("There are no imports.")


_LISTED = ("solar", "import", "export", "load")
