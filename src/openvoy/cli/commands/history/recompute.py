"""`openvoy history recompute`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from openvoy.cli.app import JsonFlag, command, option
from openvoy.cli.extras import needing
from openvoy.cli.history.folder import HistoryFolder
from openvoy.cli.output import print_json, print_table, say
from openvoy.errors import ConfigError


@command("history recompute")
async def recompute(
    *,
    folder: HistoryFolder,
    gateway: Annotated[
        str | None, option("--gateway", help="Serial number of the gateway; default: the only one.")
    ] = None,
    by: Annotated[str, option("--by", help="Show what changes by day or month.")] = "month",
    is_agreed: Annotated[bool, option("--yes", help="Put the new energies in the place of the old ones.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Account energies anew from the raw counters, by today's rules and your corrections.

    Shows what would change. With --yes all of it is applied at once; the energies as they were are kept in a file
    beside the history. End `openvoy run` before.

    Examples:
        openvoy history recompute --by day

        openvoy history recompute --gateway 122200000001 --yes
    """
    with needing("service", "History"):
        from openvoy.cli.history.comparing import find_differences  # noqa: PLC0415 - `--help` need not load it
        from openvoy.cli.history.keeping import write_rows  # noqa: PLC0415 - as above
        from openvoy.client.clock import SystemClock  # noqa: PLC0415 - as above
        from openvoy.collector.recompute import recompute as account_anew  # noqa: PLC0415 - as above
        from openvoy.model.accounting import RULES_VERSION  # noqa: PLC0415 - as above

    if by not in {"day", "month"}:
        raise ConfigError(f"Changes cannot be shown by {by}.", hint="Give --by day or --by month.")
    period: Literal["day", "month"] = "day" if by == "day" else "month"
    zone, now = folder.zone(), SystemClock().now()
    async with folder.open() as store:
        gateway = _only(await store.read_gateways()) if gateway is None else gateway
        found = await account_anew(store, gateway, until=now)
        if found is None:
            raise ConfigError(
                f"The history has no raw counters of gateway {gateway}.", hint="Give its serial number with --gateway."
            )
        known = await store.read_energy(
            start=found.start, end=found.end, by=period, time_zone=zone.key, gateway=gateway
        )
        changes = list(find_differences(found.batch.energy, known, zone, by=period))
        kept = None
        if is_agreed:
            old = await store.read_energy_rows(start=found.start, end=found.end, gateway=gateway)
            kept = write_rows(folder.folder(), gateway, old, now)
            await store.replace_energy(gateway=gateway, start=found.start, end=found.end, batch=found.batch)
            await store.write_meta("rules_version", str(RULES_VERSION))
    if as_json:
        print_json({"rules_version": RULES_VERSION, "applied": is_agreed, "kept": kept, "changes": changes})
        return
    rows = [
        (f"{one.start:%Y-%m-%d}", one.quantity.removesuffix("_wh"), _kwh(one.before_wh), _kwh(one.after_wh))
        for one in sorted(changes, key=lambda one: (one.start, one.quantity))
    ]
    print_table(f"Rules {RULES_VERSION}: {len(rows)} changes", (by, "energy", "kWh now", "kWh anew"), rows)
    say(f"Applied. The energies as they were: {kept}" if is_agreed else "Nothing is changed yet; --yes applies it.")


def _only(gateways: Sequence[str]) -> str:
    if len(gateways) == 1:
        return gateways[0]
    if not gateways:
        raise ConfigError("The history has no gateway yet.", hint="Let `openvoy run` collect first, or check --data.")
    raise ConfigError(
        "The history has more than one gateway.", hint=f"Choose one with --gateway: {', '.join(gateways)}."
    )


def _kwh(value_wh: float | None) -> str:
    return "" if value_wh is None else f"{value_wh / 1000:.3f}"
