"""Keeps long-running jobs alive: the one place that catches everything, so that a broken part never stops the rest."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from openvoy.ports import Clock

_LOG = logging.getLogger(__name__)

RESTART_AFTER_S = 10.0


async def supervise(name: str, job: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Run a job for ever; a fault in it is logged with its traceback and the job begins again after a pause."""
    while True:
        try:
            await job()
        except Exception:  # noqa: BLE001 - the one broad catch: a fault of ours must not end collection
            _LOG.exception("%s stopped by a fault of ours; it starts again in %.0f s", name, RESTART_AFTER_S)
        await clock.sleep(RESTART_AFTER_S)
