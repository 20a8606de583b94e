"""`openvoy history sql`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from openvoy.cli.app import JsonFlag, argument, command, option
from openvoy.cli.extras import needing
from openvoy.cli.history.folder import HistoryFolder
from openvoy.cli.history.lacking import tell_damaged
from openvoy.cli.output import amount, print_json, print_table, say
from openvoy.errors import ConfigError


@command("history sql", also=("query",))
async def sql(
    *,
    query: Annotated[str, argument(help="One SELECT, in DuckDB's SQL.")],
    folder: HistoryFolder,
    as_csv: Annotated[bool, option("--csv", help="Print comma-separated values.")] = False,
    as_json: JsonFlag = False,
) -> int:
    """Ask the history with SQL; nothing can be changed. Times are UTC.

    Tables: power, energy, meter_reading, inverter_report, battery_reading, counter_reading, counter_step,
    device_energy, phase_energy, event, gap, correction, live, device. While the service runs, a copy is asked.
    The exit code is 5 if a part of the history is damaged, which is left out.

    Examples:
        openvoy history sql "SELECT date_trunc('day', time) AS day, max(solar_w) FROM power GROUP BY 1 ORDER BY 1"

        openvoy history sql --csv "SELECT time, serial, power_w FROM inverter_report ORDER BY time DESC LIMIT 24"
    """
    with needing("service", "History"):
        from openvoy.store.faults import Fault, StoreFault  # noqa: PLC0415 - `--help` need not load it
        from openvoy.store.looking import looking_at  # noqa: PLC0415 - as above

    async with looking_at(folder.kept()) as looked:
        if looked.copied_as is not None:
            say(f"A copy of the history is asked, as {looked.copied_as}.")
        try:
            names, rows = await looked.store.ask(query)
        except StoreFault as fault:
            if fault.fault is Fault.NOT_A_QUERY:
                raise ConfigError(fault.message, hint=fault.hint) from fault
            raise
        set_aside = looked.store.set_aside
    if as_json:
        print_json([dict(zip(names, _plain_row(row), strict=True)) for row in rows])
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(_plain_row(row) for row in rows)
    else:
        title = amount(len(rows), "row")
        print_table(title, names, [["" if value is None else str(value) for value in row] for row in rows])
    return tell_damaged(set_aside)


def _plain_row(row: Sequence[Any]) -> list[Any]:
    return [_plain(value) for value in row]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
