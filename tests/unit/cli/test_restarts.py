"""What is known of a configuration that was changed and has still to come into force."""

from __future__ import annotations

import asyncio

from openvoy.cli.setup import Restarts
from openvoy.settings.listen import Listen

BOUND = Listen(host="127.0.0.1", port=8400)


async def test_what_is_asked_for_is_pending_until_it_is_in_force() -> None:
    restarts = Restarts(asyncio.Event())
    restarts.begin()
    restarts.note_in_force(BOUND)
    assert not restarts.is_pending
    restarts.ask()
    assert restarts.is_pending
    assert await restarts.wait()
    restarts.begin()
    assert restarts.is_pending
    restarts.note_in_force(BOUND)
    assert (restarts.is_pending, restarts.count) == (False, 2)


async def test_what_is_asked_for_while_another_comes_into_force_is_still_pending() -> None:
    restarts = Restarts(asyncio.Event())
    restarts.ask()
    assert await restarts.wait()
    restarts.ask()
    restarts.begin()
    restarts.note_in_force(BOUND)
    assert restarts.is_pending
    assert await restarts.wait()
    restarts.begin()
    restarts.note_in_force(BOUND)
    assert not restarts.is_pending
