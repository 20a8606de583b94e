"""The generator behind the system controller."""

from __future__ import annotations

from dataclasses import dataclass, field

from openvoy.protocol.endpoints.generator import GeneratorConfig, GeneratorMode, GeneratorSchedule


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorSettings:
    """Documents as stored; all empty without a generator."""

    config: GeneratorConfig = field(default_factory=GeneratorConfig)
    mode: GeneratorMode = field(default_factory=GeneratorMode)
    schedule: GeneratorSchedule = field(default_factory=GeneratorSchedule)
    profile: str | None = None
    """Grid profile while it feeds, a JSON document as text."""
    has_meter: bool = False

    @property
    def is_there(self) -> bool:
        """Whether one is configured."""
        return self.config != GeneratorConfig()
