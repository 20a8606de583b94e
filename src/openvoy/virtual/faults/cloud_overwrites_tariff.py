"""The cloud that takes a change of the tariff back one or two minutes later, with a new date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc, encode_json
from openvoy.protocol.endpoints.tariff import TARIFF, TariffReply, TariffRequest, TariffSettings
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("cloud-overwrites-tariff", "Q80")
@dataclass(frozen=True, kw_only=True)
class CloudOverwritesTariff(Fault):
    """Writes the tariff that stood before a change again, through the gateway's own API."""

    seconds: Annotated[float, doc("s", "how long a change lasts, by the gateway's clock")] = 90.0

    async def act(self, stage: Stage) -> None:
        """Take a change back that is due."""
        if "before" in stage.memory and stage.clock.monotonic() >= stage.memory["due_s"]:
            await self._restore(stage)

    async def admit(self, request: Request, stage: Stage) -> Request:
        """Remember what a change replaces."""
        await self.act(stage)
        if request.method == "PUT" and request.path.startswith(TARIFF.path) and "before" not in stage.memory:
            stage.memory["before"] = await self._tariff(stage)
            stage.memory["due_s"] = stage.clock.monotonic() + self.seconds
        return request

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Forget a change that was refused."""
        if request.method == "PUT" and request.path.startswith(TARIFF.path) and reply.status != 200:
            stage.memory.pop("before", None)
        return reply

    async def _tariff(self, stage: Stage) -> TariffSettings | None:
        found: TariffReply | None = await stage.ask(TARIFF)
        return None if found is None else found.tariff

    async def _restore(self, stage: Stage) -> None:
        before: TariffSettings | None = stage.memory.pop("before")
        if before is not None:
            dated = changed(before, changed_s=str(int(stage.clock.now().timestamp())))
            body = encode_json(TariffRequest(tariff=dated))
            await stage.source.reply(Request(method="PUT", path=TARIFF.path, body=body))
