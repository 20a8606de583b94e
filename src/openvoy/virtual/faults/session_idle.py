"""Sessions that live longer without use: sources disagree whether it is 10 minutes or 30."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.errors import ConfigError
from openvoy.virtual.fault import Fault
from openvoy.virtual.faults import fault


@fault("session-idle", "Q60")
@dataclass(frozen=True, kw_only=True)
class SessionIdle(Fault):
    """Ends sessions after another time without use than ten minutes, on every path and at all times."""

    idle_min: Annotated[float, doc("min", "how long a session lives unused, by the gateway's clock")] = 30.0

    def __post_init__(self) -> None:
        """Raise ConfigError for a time that cannot be."""
        super().__post_init__()
        if self.idle_min <= 0:
            raise ConfigError(f"idle_min={self.idle_min} is no time", hint="Give more than 0 minutes, such as 30.")
