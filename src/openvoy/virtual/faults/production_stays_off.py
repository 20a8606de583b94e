"""A production switch that is slow to allow production again: some sites waited until the next morning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated

from openvoy.codec import DecodeError, decoder, doc
from openvoy.protocol.endpoints.bridge import PRODUCTION_SWITCH, ProductionSwitchRequest
from openvoy.protocol.http import Request
from openvoy.protocol.registry import find_endpoint
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault


@fault("production-stays-off", "Q80")
@dataclass(frozen=True, kw_only=True)
class ProductionStaysOff(Fault):
    """Answers who allows production again with the state that still is, and obeys the next morning."""

    from_h: Annotated[float, doc("h", "hour of the site's clock at which it obeys")] = 6.0

    async def act(self, stage: Stage) -> None:
        """Obey what is due."""
        if "request" in stage.memory and stage.clock.now() >= stage.memory["due"]:
            await stage.source.reply(stage.memory.pop("request"))

    async def admit(self, request: Request, stage: Stage) -> Request:
        """Put off what allows production; what forbids it is done at once, and forgets what was put off."""
        await self.act(stage)
        if request.method != "PUT" or find_endpoint(request.path) is not PRODUCTION_SWITCH:
            return request
        if not _allows(request.body):
            stage.memory.pop("request", None)
            return request
        now = await stage.local_time()
        morning = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=self.from_h)
        stage.memory["due"] = morning if now < morning else morning + timedelta(days=1)
        stage.memory["request"] = replace(request, headers={})
        return replace(request, method="GET", body=b"")


def _allows(body: bytes) -> bool:
    try:
        told: ProductionSwitchRequest = decoder(ProductionSwitchRequest)(body)[0]
    except DecodeError:
        return False
    return told.values == (0,)
