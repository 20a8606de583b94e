"""`openvoy history recompute`."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from openvoy.cli.app import JsonFlag, command, option
from openvoy.cli.extras import needing
from openvoy.cli.history.folder import HistoryFolder
from openvoy.cli.output import print_json, print_table, say
from openvoy.errors import ConfigError, StorageError

if TYPE_CHECKING:
    from openvoy.cli.history.comparing import Difference, Levels
    from openvoy.model.records import Batch, EnergyRecord
    from openvoy.ports import Columns
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

    Shows what would change. With --yes all of it is applied, gateway by gateway, each at once: broken off before, the
    history is as it was. The energies as they were are kept in files beside the history; where nothing changes,
    nothing is written. End `openvoy run` before.

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
    found: list[_Found] = []
    async with folder.open() as store:
        serials = await store.read_gateways() if gateway is None else [gateway]
        # One after the other: a successor goes on from what its predecessor ended with.
        try:
            for serial in serials:
                account = _Account(store, serial, folder, by="day" if by == "day" else "month", now=now)
                if (one := await account.run(is_agreed=is_agreed)) is not None:
                    found.append(one)
                    if not as_json:
                        _show(one, by, RULES_VERSION, is_agreed=is_agreed)
        finally:
            # What was applied before one went wrong is told all the same.
            if as_json and found:
                _print(found, RULES_VERSION, is_agreed=is_agreed)
        if any(one.kept for one in found):
            await store.write_meta("rules_version", str(RULES_VERSION))
    if not found:
        raise ConfigError(
            f"The history has no raw counters of gateway {', '.join(serials) or 'any kind'}.",
            hint="Let `openvoy run` collect first, check --data, or give a serial number with --gateway.",
        )
    if not is_agreed and not as_json:
        is_any = any(one.changes for one in found)
        say("Nothing is changed yet; --yes applies it." if is_any else _UNCHANGED)


_UNCHANGED = "Accounted anew, energies are as they are."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What accounting anew amounts to for one gateway; `kept` is None where nothing was written."""

    gateway: str
    changes: Sequence[Difference]
    kept: Path | None = None


class _Account:
    """Accounts one gateway anew and compares; only a portion of the rows is in memory."""

    def __init__(
        self, store: HistoryStore, serial: str, folder: HistoryFolder, *, by: Literal["day", "month"], now: datetime
    ) -> None:
        from openvoy.cli.history.sameness import Fingerprint  # noqa: PLC0415 - `--help` need not load it
        from openvoy.collector.recompute import Anew  # noqa: PLC0415 - as above

        self._said, self._says = Fingerprint(), Fingerprint()
        self._store = store
        self._anew = Anew(store, serial, until=now)
        self._folder = folder.kept()
        self._zone = folder.zone()
        self._by = by
        self._now = now
        self._bounds: Sequence[float] = ()
        self._after: Levels | None = None

    async def run(self, *, is_agreed: bool) -> _Found | None:
        """Give what changes, and apply it if that is agreed; None where there are no raw counters."""
        try:
            return await self._run(is_agreed=is_agreed)
        finally:
            if is_agreed:
                # Broken off, parts would take room for nothing. What the disk refuses now is done at the next start.
                with contextlib.suppress(StorageError):
                    await self._store.drop_parts()

    async def _run(self, *, is_agreed: bool) -> _Found | None:
        from openvoy.cli.history.comparing import Levels, find_differences  # noqa: PLC0415 - as above

        count = 0
        async for batch in self._anew.batches():
            self._take(batch)
            if is_agreed:
                await self._write_part(batch, count)
                count += 1
        if self._after is None:
            return None
        before = Levels(self._bounds)
        async for rows in self._rows():
            before.take(rows)
        changes = list(find_differences(before, self._after, self._bounds[:-1], self._zone))
        is_due = is_agreed and await self._is_other()
        return _Found(gateway=self._anew.gateway, changes=changes, kept=await self._put(count) if is_due else None)

    async def _is_other(self) -> bool:
        """Whether any row differs, be it of a device or by its mark: by day or month, energies may look the same."""
        from openvoy.cli.history.sameness import KINDS  # noqa: PLC0415 - as above

        for kind in KINDS:
            async for columns in self._kept(kind):
                self._said.take_columns(kind, columns)
        return self._said != self._says

    async def _write_part(self, batch: Batch, number: int) -> None:
        try:
            await self._store.write_part(batch, gateway=self._anew.gateway, number=number)
        except StorageError as error:
            raise StorageError(
                error.message,
                hint=f"Energies of gateway {self._anew.gateway} are as they were. Make room or give rights on the disk "
                "of the history, then run the command again.",
            ) from error

    def _take(self, batch: Batch) -> None:
        from openvoy.cli.history.comparing import Levels  # noqa: PLC0415 - as above
        from openvoy.store.periods import build_bounds  # noqa: PLC0415 - as above

        if self._after is None:
            assert self._anew.start is not None
            self._bounds = build_bounds(start=self._anew.start, end=self._now, by=self._by, zone=self._zone)
            self._after = Levels(self._bounds)
        self._after.take(batch.energy)
        self._says.take_batch(batch)

    async def _rows(self) -> AsyncIterator[Sequence[EnergyRecord]]:
        """Read the gateway's own energies as they are: what was imported for it stays."""
        for start, end in self._portions():
            yield await self._store.read_energy_rows(start=start, end=end, gateway=self._anew.gateway)

    async def _kept(self, kind: str) -> AsyncIterator[Columns]:
        for start, end in self._portions():
            yield await self._store.read_rows(kind, start=start, end=end, gateway=self._anew.gateway)

    def _portions(self) -> Iterator[tuple[datetime, datetime]]:
        from openvoy.collector.recompute import PORTION  # noqa: PLC0415 - as above

        at, end = self._anew.start, self._anew.end
        assert at is not None
        while at < end:
            yield at, min(at + PORTION, end)
            at += PORTION

    async def _put(self, count: int) -> Path:
        from openvoy.cli.history.keeping import keeping_rows  # noqa: PLC0415 - as above

        with keeping_rows(self._folder, self._anew.gateway, self._now) as (path, keep):
            async for rows in self._rows():
                keep(rows)
        assert self._anew.start is not None
        await self._store.put_parts(gateway=self._anew.gateway, start=self._anew.start, end=self._anew.end, count=count)
        return path


def _print(found: Sequence[_Found], rules_version: int, *, is_agreed: bool) -> None:
    told = [{"gateway": one.gateway, "kept": one.kept and str(one.kept), "changes": one.changes} for one in found]
    is_applied = is_agreed and any(one.kept for one in found)
    print_json({"rules_version": rules_version, "applied": is_applied, "gateways": told})


def _show(one: _Found, by: str, rules_version: int, *, is_agreed: bool) -> None:
    rows = [
        (f"{change.start:%Y-%m-%d}", change.quantity.removesuffix("_wh"), _kwh(change.before_wh), _kwh(change.after_wh))
        for change in sorted(one.changes, key=lambda change: (change.start, change.quantity))
    ]
    title = f"Gateway {one.gateway}, rules {rules_version}: {len(rows)} {'change' if len(rows) == 1 else 'changes'}"
    print_table(title, (by, "energy", "kWh now", "kWh anew") if rows else (), rows)
    if is_agreed and one.kept is None:
        say(f"Nothing changes for {one.gateway}: the history was left as it is.")
    elif is_agreed:
        say(f"Applied to {one.gateway}. The energies as they were: {one.kept}")


def _kwh(value_wh: float | None) -> str:
    return "" if value_wh is None else f"{value_wh / 1000:.3f}"
