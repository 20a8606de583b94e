"""Meters as somebody set them up, with what each one had counted whenever that changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from openvoy.protocol.endpoints.meter_setup import CurrentTransformer
from openvoy.virtual.settings.mappings import with_entry

USUAL_A = 200.0
"""Rating of the transformers that come with a gateway: a meter set to another one scales what it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Lifetime counters of one phase."""

    delivered_wh: float = 0.0
    received_wh: float = 0.0
    lagging_varh: float = 0.0
    leading_varh: float = 0.0
    apparent_vah: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterSetup:
    """How one meter is set up."""

    enabled: bool
    reversed: frozenset[int] = frozenset()
    """Channels, from 0, whose transformer sits the other way round."""
    transformer: CurrentTransformer = field(
        default_factory=lambda: CurrentTransformer(
            attached="none", primary_a=0.0, secondary_a=0.0, burden_ohm=0.0, turns=0
        )
    )

    @property
    def factor(self) -> float:
        """What readings are multiplied by."""
        primary = self.transformer.primary_a
        return primary / USUAL_A if primary else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time during which the setup was the same."""

    since_s: int
    setup: MeterSetup
    counted: tuple[Counts, ...] = ()
    """What the meter had counted when it began, by phase; empty is nothing yet."""
    passed: tuple[Counts, ...] = ()
    """What had really passed when it began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterLedger:
    """One meter, from its first setup to the present one."""

    stretches: tuple[Stretch, ...]

    @property
    def setup(self) -> MeterSetup:
        """The present one."""
        return self.stretches[-1].setup

    @property
    def is_original(self) -> bool:
        """Whether it was never set up anew: then it reads what there is."""
        return len(self.stretches) == 1

    def at(self, at_s: int) -> Stretch:
        """Give the stretch that a moment lies in."""
        starts = [stretch.since_s for stretch in self.stretches]
        return self.stretches[max(bisect_right(starts, at_s) - 1, 0)]

    def set_up(self, stretch: Stretch) -> MeterLedger:
        """Give the ledger with a new setup."""
        return MeterLedger(stretches=(*self.stretches, stretch))


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterSettings:
    """All meters by record number, in the order of the list."""

    ledgers: Mapping[int, MeterLedger]
    is_calibrated: bool = True
    """Storage metering."""

    def with_ledger(self, eid: int, ledger: MeterLedger) -> MeterSettings:
        """Give the settings with another ledger of one meter."""
        return replace(self, ledgers=with_entry(self.ledgers, eid, ledger))
