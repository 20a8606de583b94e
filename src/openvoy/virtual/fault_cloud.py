"""Troubles of the cloud: they disturb calls of the cloud and leave the gateway alone."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.virtual.cloud.visit import Outcome, Visit
from openvoy.virtual.fault import Fault, Stage

_SEEN = "seen"


@dataclass(frozen=True, kw_only=True)
class CloudFault(Fault):
    """Base of the troubles of the cloud; the option `path` is one of the cloud's."""

    def is_for(self, path: str) -> bool:  # noqa: ARG002 - whatever it is
        """Hit no path of the gateway."""
        return False

    async def is_hit(self, visit: Visit, stage: Stage) -> bool:
        """Whether it is on for this call; counts the call."""
        if not super().is_for(visit.request.path) or not await self.is_on(stage):
            return False
        stage.memory[_SEEN] = stage.memory.get(_SEEN, 0) + 1
        return bool(stage.memory[_SEEN] % self.every == 0)

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Give what comes of the call instead of `outcome`."""
        raise AssertionError(f"{type(self).__name__} does not say what it does to {visit.service} and {outcome}")
