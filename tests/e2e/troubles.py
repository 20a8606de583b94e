"""What can go wrong in a house, as its dashboard is to show it: for tests and for the pictures of the documents."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC
from pathlib import Path

from openvoy.virtual.site import read_site
from tests.e2e.lived_in import LivedIn, lived_in, local, with_dead_panel
from tests.support.disks import DISK_BYTES, fill_up, mount

NOON = "2026-06-17T13:20"
HOUR_S = 3600.0
REFUSED = "connection-refused:seconds=0"

Staged = Callable[[Path], AbstractAsyncContextManager[LivedIn]]
HOUSES: dict[str, Staged] = {}


@contextlib.contextmanager
def room_for(name: str, folder: Path) -> Iterator[None]:
    """Make the folder a small disk where it is to get full; raise PermissionError where only root could."""
    if name != "disk-full":
        yield
        return
    if not mount("-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(folder)):
        raise PermissionError("a disk of its own can only be mounted by root")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _house(
    site: str = "demo",
    *,
    at: str = NOON,
    days: int = 3,
    token_s: float | None = None,
    begins_well: bool = True,
    faults: tuple[str, ...] = (),
    dead: int | None = None,
) -> Callable[[Callable[[LivedIn, Path], Awaitable[None]]], Staged]:
    """Stage a house, which runs well at first; the function is what befalls it then."""

    def stage(befall: Callable[[LivedIn, Path], Awaitable[None]]) -> Staged:
        @contextlib.asynccontextmanager
        async def staged(folder: Path) -> AsyncIterator[LivedIn]:
            definition = read_site(site)
            if dead is not None:
                definition = with_dead_panel(definition, dead)
            begin = local(definition, at).astimezone(UTC)
            async with lived_in(folder, site=definition, at=begin, days=days, token_s=token_s, faults=faults) as house:
                if begins_well:
                    await house.until_values()
                await befall(house, folder)
                yield house

        HOUSES[befall.__name__.replace("_", "-")] = staged
        return staged

    return stage


@_house(days=40)
async def well(house: LivedIn, folder: Path) -> None:
    """Nothing is wrong but one panel that ails."""


@_house(token_s=600.0)
async def token_expired(house: LivedIn, folder: Path) -> None:
    """The login ran out a quarter of an hour ago."""
    await house.minutes(2)
    # So long nothing is asked that the gateway ends the session, which a token only opens.
    house.clock.advance(HOUR_S / 2)
    await house.until_state("needs_login")


@_house(token_s=-HOUR_S, begins_well=False, days=0)
async def token_expired_at_first(house: LivedIn, folder: Path) -> None:
    """The login was over before anything was read."""
    await house.until_state("needs_login")


@_house(token_s=12 * 24 * HOUR_S)
async def token_expires_soon(house: LivedIn, folder: Path) -> None:
    """The login is good for two days more."""
    await house.minutes(2)
    house.clock.advance(9.5 * 24 * HOUR_S)
    await house.until_state("degraded")
    # What is asked rarely has its turn again after so long.
    for _ in range(60):
        await house.minutes(1)
        if not (await house.ask("snapshot"))["missing"]:
            break


@_house()
async def unreachable(house: LivedIn, folder: Path) -> None:
    """The gateway has not listened for half an hour."""
    house.suffer(REFUSED)
    house.clock.advance(10)
    await house.until_state("unreachable")
    await house.minutes(30, step_s=60.0)


@_house(begins_well=False, days=0, faults=(REFUSED,))
async def never_reached(house: LivedIn, folder: Path) -> None:
    """The gateway has never answered."""
    await house.until_state("unreachable")


@_house(begins_well=False, faults=(REFUSED,))
async def started_alone(house: LivedIn, folder: Path) -> None:
    """The service was started while the gateway is away; history has its days."""
    await house.until_state("unreachable")


@_house(at="2026-06-17T22:58", faults=("nightly-outage:mode=refuse,minutes=24",))
async def nightly_outage(house: LivedIn, folder: Path) -> None:
    """It is three minutes past eleven at night, and the gateway does its housekeeping.

    That lasts as long as it is taken for that: a slow machine takes minutes for all pages.
    """
    await house.minutes(5)
    await house.until_state("quiet")


@_house(dead=3)
async def dead_panel(house: LivedIn, folder: Path) -> None:
    """A panel makes nothing any more, and another one has not reported for two days."""
    house.suffer("stale-inverter:days=2")
    await house.minutes(6)


@_house(days=0)
async def first_minutes(house: LivedIn, folder: Path) -> None:
    """Nothing is kept yet but a few minutes, of which two energies are known."""
    await house.minutes(12)


@_house(days=0)
async def empty_history(house: LivedIn, folder: Path) -> None:
    """Nothing is kept yet."""


@_house(at="2026-06-17T02:30")
async def night(house: LivedIn, folder: Path) -> None:
    """The sun is not up."""
    await house.minutes(2)


@_house("standard")
async def standard(house: LivedIn, folder: Path) -> None:
    """A gateway without meters."""
    await house.minutes(2)


@_house("large")
async def large(house: LivedIn, folder: Path) -> None:
    """Sixty panels."""
    await house.minutes(2)


@_house(faults=("ct-reversed",))
async def turned_transformer(house: LivedIn, folder: Path) -> None:
    """Somebody has clamped the transformer of the panels the wrong way round."""
    await house.minutes(2)


@_house("three-phase-battery", begins_well=False, faults=("error-object:path=/ivp/meters*",))
async def meters_broken(house: LivedIn, folder: Path) -> None:
    """Some pages of the gateway are broken."""
    await house.until_state("ok", "degraded")
    await house.minutes(2)


@_house()
async def disk_full(house: LivedIn, folder: Path) -> None:
    """There is no room left on the history's disk; `folder` is a small one."""
    fill_up(folder, leave_bytes=2**20)
    for _ in range(40):
        await house.minutes(1)
        state = await house.ask("history/state")
        if not state["is_kept"]:
            break
    await house.minutes(4)
