"""`openvoy history recompute`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from openvoy.cli.app import JsonFlag, command, option
from openvoy.cli.extras import needing
from openvoy.cli.history.folder import HistoryFolder
from openvoy.cli.output import print_json, print_table, say
from openvoy.errors import ConfigError

if TYPE_CHECKING:
    from openvoy.cli.history.comparing import Difference
    from openvoy.collector.recompute import Recomputed
    from openvoy.store import HistoryStore


@command("history recompute")
async def recompute(
    *,
    folder: HistoryFolder,
    gateway: Annotated[str | None, option("--gateway", help="Serial number of one gateway; default: all.")] = None,
    by: Annotated[str, option("--by", help="Show what changes by day or month.")] = "month",
    is_agreed: Annotated[bool, option("--yes", help="Put the new energies in the place of the old ones.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Account energies anew from the raw counters, by today's rules and your corrections.

    Shows what would change. With --yes all of it is applied, gateway by gateway; the energies as they were are kept
    in files beside the history. End `openvoy run` before.

    Examples:
        openvoy history recompute --by day

        openvoy history recompute --gateway 122200000001 --yes
    """
    with needing("service", "History"):
        from openvoy.client.clock import SystemClock  # noqa: PLC0415 - `--help` need not load it
        from openvoy.model.accounting import RULES_VERSION  # noqa: PLC0415 - as above

    if by not in {"day", "month"}:
        raise ConfigError(f"Changes cannot be shown by {by}.", hint="Give --by day or --by month.")
    now = SystemClock().now()
    anew: list[_Anew] = []
    async with folder.open() as store:
        serials = await store.read_gateways() if gateway is None else [gateway]
        # One after the other: a successor goes on from what its predecessor ended with.
        for serial in serials:
            one = await _account(store, serial, folder, by="day" if by == "day" else "month", now=now)
            if one is not None:
                anew.append(await _apply(store, one, folder.folder(), now) if is_agreed else _without_rows(one))
        if anew and is_agreed:
            await store.write_meta("rules_version", str(RULES_VERSION))
    if not anew:
        raise ConfigError(
            f"The history has no raw counters of gateway {', '.join(serials) or 'any kind'}.",
            hint="Let `openvoy run` collect first, check --data, or give a serial number with --gateway.",
        )
    if as_json:
        told = [{"gateway": one.gateway, "kept": one.kept and str(one.kept), "changes": one.changes} for one in anew]
        print_json({"rules_version": RULES_VERSION, "applied": is_agreed, "gateways": told})
        return
    for one in anew:
        _show(one, by, RULES_VERSION, is_agreed=is_agreed)
    if not is_agreed:
        say("Nothing is changed yet; --yes applies it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Anew:
    """What accounting anew amounts to for one gateway."""

    gateway: str
    changes: Sequence[Difference]
    found: Recomputed | None
    """The rows; None once they are written, or not needed."""
    kept: Path | None = None


async def _account(
    store: HistoryStore, serial: str, folder: HistoryFolder, *, by: Literal["day", "month"], now: datetime
) -> _Anew | None:
    from openvoy.cli.history.comparing import Levels, find_differences  # noqa: PLC0415 - `--help` need not load it
    from openvoy.collector.recompute import PORTION  # noqa: PLC0415 - as above
    from openvoy.collector.recompute import recompute as account_anew  # noqa: PLC0415 - as above
    from openvoy.store.periods import build_bounds  # noqa: PLC0415 - as above

    found = await account_anew(store, serial, until=now)
    if found is None:
        return None
    zone = folder.zone()
    bounds = build_bounds(start=found.start, end=found.end, by=by, zone=zone)
    before, after = Levels(bounds), Levels(bounds)
    after.take(found.batch.energy)
    # Its own rows alone: what was imported for it stays as it is.
    at = found.start
    while at < found.end:
        end = min(at + PORTION, found.end)
        before.take(await store.read_energy_rows(start=at, end=end, gateway=serial))
        at = end
    changes = list(find_differences(before, after, bounds[:-1], zone))
    return _Anew(gateway=serial, changes=changes, found=found)


async def _apply(store: HistoryStore, one: _Anew, folder: Path, now: datetime) -> _Anew:
    from openvoy.cli.history.keeping import write_rows  # noqa: PLC0415 - `--help` need not load it

    found = one.found
    assert found is not None
    old = await store.read_energy_rows(start=found.start, end=found.end, gateway=one.gateway)
    kept = write_rows(folder, one.gateway, old, now)
    await store.replace_energy(gateway=one.gateway, start=found.start, end=found.end, batch=found.batch)
    return replace(one, found=None, kept=kept)


def _without_rows(one: _Anew) -> _Anew:
    return replace(one, found=None)


def _show(one: _Anew, by: str, rules_version: int, *, is_agreed: bool) -> None:
    rows = [
        (f"{change.start:%Y-%m-%d}", change.quantity.removesuffix("_wh"), _kwh(change.before_wh), _kwh(change.after_wh))
        for change in sorted(one.changes, key=lambda change: (change.start, change.quantity))
    ]
    title = f"Gateway {one.gateway}, rules {rules_version}: {len(rows)} {'change' if len(rows) == 1 else 'changes'}"
    print_table(title, (by, "energy", "kWh now", "kWh anew"), rows)
    if is_agreed:
        say(f"Applied to {one.gateway}. The energies as they were: {one.kept}")


def _kwh(value_wh: float | None) -> str:
    return "" if value_wh is None else f"{value_wh / 1000:.3f}"
