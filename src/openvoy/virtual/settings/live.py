"""The live stream, which ends by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

ENDS_AFTER_S = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSettings:
    """When the stream was switched on and off."""

    enabled_s: int | None = None
    """None: never."""
    disabled_s: int | None = None
    """When it was switched off before it ended."""
    switches: int = 0
    """How often it was switched."""

    def is_on(self, now_s: int) -> bool:
        """Whether it runs."""
        return self.enabled_s is not None and self.disabled_s is None and now_s < self.enabled_s + ENDS_AFTER_S

    def last_s(self, now_s: int) -> int | None:
        """Give the last second for which it had values; None where it never ran."""
        if self.enabled_s is None:
            return None
        return min(now_s, self.enabled_s + ENDS_AFTER_S if self.disabled_s is None else self.disabled_s)

    def switched(self, now_s: int, *, on: bool) -> LiveSettings:
        """Give the settings after a switch."""
        if on:
            return LiveSettings(enabled_s=now_s, switches=self.switches + 1)
        ended = replace(self, switches=self.switches + 1)
        return replace(ended, disabled_s=now_s) if self.is_on(now_s) else ended
