"""A gateway that does not listen, as for minutes to hours while it restarts or is stuck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault


@fault("connection-refused", "Q48")
@dataclass(frozen=True, kw_only=True)
class ConnectionRefused(Fault):
    """Refuses every connection, those to the switches under /__virtual/ too; then it listens again."""

    seconds: Annotated[float, doc("s", "how long, by the gateway's clock; 0 is until it is switched off")] = 60.0

    def is_refusing(self, stage: Stage) -> bool:
        """Refuse from the switching on."""
        since_s: float = stage.memory.setdefault("since_s", stage.clock.monotonic())
        return not self.seconds or stage.clock.monotonic() - since_s < self.seconds
