"""`openvoy history correct …`: what a person knows better than the counters."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from openvoy.cli.app import JsonFlag, argument, command, group, option
from openvoy.cli.extras import needing
from openvoy.cli.history.folder import HistoryFolder
from openvoy.cli.history.span import check_span, parse_moment
from openvoy.cli.output import print_json, print_table, say
from openvoy.errors import ConfigError

if TYPE_CHECKING:
    from openvoy.model.records import CorrectionRecord
    from openvoy.store import HistoryStore

group("history correct", "Corrections: events that accounting takes into account; raw counters are never edited.")

QUANTITIES = ("solar", "import", "export", "charge", "discharge", "generator", "total")
_NEXT = "`openvoy history recompute --gateway {gateway}` shows what it changes."

Serial = Annotated[str, option("--gateway", help="Serial number of the gateway.")]


@command("history correct bad-range")
async def bad_range(
    *,
    folder: HistoryFolder,
    gateway: Serial,
    start: Annotated[str, option("--start", help="First moment whose readings are wrong.")],
    end: Annotated[str, option("--end", help="Moment after the last one.")],
    quantity: Annotated[str | None, option("--quantity", help=f"One of {', '.join(QUANTITIES)}; default: all.")] = None,
) -> None:
    """Ignore the counters' readings of a time; its energy then follows from those before and after it.

    Examples:
        openvoy history correct bad-range --gateway 122200000001 --start 2025-06-21T10:00 --end 2025-06-21T14:00
    """
    zone = folder.zone()
    first, last = parse_moment(start, "--start", zone), parse_moment(end, "--end", zone)
    if last <= first:
        raise ConfigError("The range ends before it starts.", hint="Give a later --end.")
    if quantity is not None and quantity not in QUANTITIES:
        raise ConfigError(f"{quantity} is no energy that is counted.", hint=f"One of {', '.join(QUANTITIES)}.")
    await _keep(folder, gateway, "bad_range", (first, last), {} if quantity is None else {"quantity": quantity})


@command("history correct replaced-gateway")
async def replaced_gateway(
    *,
    folder: HistoryFolder,
    old: Annotated[str, option("--old", help="Serial number of the gateway that was there before.")],
    new: Annotated[str, option("--new", help="Serial number of the one that took its place.")],
) -> None:
    """Join the series of two gateways, so that nothing is missing or double where one took the other's place.

    Examples:
        openvoy history correct replaced-gateway --old 122200000001 --new 122300000002
    """
    if old == new:
        raise ConfigError("A gateway cannot take its own place.", hint="Give two serial numbers.")
    async with folder.open() as store:
        ends = {serial: await store.read_last_energy(serial) for serial in (old, new)}
    for serial, energy in ends.items():
        if energy is None:
            raise ConfigError(f"The history knows no gateway {serial}.", hint="Check its serial number.")
    before = ends[old]
    assert before is not None, "checked above"
    await _keep(folder, new, "replaced_gateway", (before.at, before.at), {"predecessor": old})


@command("history correct list")
async def list_corrections(*, folder: HistoryFolder, as_json: JsonFlag = False) -> None:
    """List the corrections, with the number by which each can be revoked.

    Examples:
        openvoy history correct list
    """
    zone = folder.zone()
    async with folder.look() as store:
        corrections = await store.read_corrections()
    if as_json:
        print_json(corrections)
        return
    rows = [
        (
            str(number),
            one.gateway,
            one.kind,
            f"{one.start.astimezone(zone):%Y-%m-%d %H:%M}",
            f"{one.end.astimezone(zone):%Y-%m-%d %H:%M}",
            ", ".join(f"{name} {value}" for name, value in one.details.items()),
            "revoked" if one.revoked else "",
        )
        for number, one in enumerate(corrections, start=1)
    ]
    print_table("Corrections", ("number", "gateway", "kind", "start", "end", "details", ""), rows)


@command("history correct revoke")
async def revoke(
    *, number: Annotated[int, argument(help="Number in `openvoy history correct list`.")], folder: HistoryFolder
) -> None:
    """Take a correction back; it stays in the list as revoked.

    Examples:
        openvoy history correct revoke 2
    """
    async with folder.open() as store:
        corrections = await store.read_corrections()
        if not 1 <= number <= len(corrections):
            raise ConfigError(
                f"There is no correction {number}.",
                hint="`openvoy history correct list` shows them with their numbers.",
            )
        chosen: CorrectionRecord = corrections[number - 1]
        await store.write_corrections([replace(chosen, revoked=True)])
    say(f"Correction {number} is revoked. {_NEXT.format(gateway=chosen.gateway)}")


async def _keep(
    folder: HistoryFolder, gateway: str, kind: str, span: tuple[datetime, datetime], details: dict[str, str]
) -> None:
    with needing("service", "History"):
        from openvoy.client.clock import SystemClock  # noqa: PLC0415 - `--help` need not load it
        from openvoy.model.records import CorrectionRecord  # noqa: PLC0415 - as above

    now = SystemClock().now()
    if kind == "bad_range":
        check_span(*span, now)
    async with folder.open() as store:
        if await store.read_last_energy(gateway) is None:
            raise ConfigError(f"The history knows no gateway {gateway}.", hint="Check its serial number.")
        correction = CorrectionRecord(
            gateway=gateway, at=now, kind=kind, start=span[0], end=span[1], details=dict(details)
        )
        await store.write_corrections([correction])
        has_effect = kind != "bad_range" or await _is_counted(store, gateway, span)
    if has_effect:
        say(f"Kept. {_NEXT.format(gateway=gateway)}")
    else:
        say(
            f"Kept, though it changes nothing: the history has no readings of counters of gateway {gateway} of this "
            "time (energy that was imported, or simulated for a demo, has none). Check the time and its zone."
        )


async def _is_counted(store: HistoryStore, gateway: str, span: tuple[datetime, datetime]) -> bool:
    columns = await store.read_counters(start=span[0], end=span[1], gateway=gateway)
    return any(len(values) for values in columns.values())
