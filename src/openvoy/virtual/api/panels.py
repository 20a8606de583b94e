"""Which inverters belong to the gateway now: those of the site, less and plus what was provisioned since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from openvoy.virtual.api.eids import inverter_channel_eid, inverter_eid
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.site.hardware import InverterModel
from openvoy.virtual.site.state import PanelState

PHASES = ("ph-a", "ph-b", "ph-c")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverter:
    """One inverter with its place, which its record numbers are made of."""

    place: int
    """From 0."""
    panel: PanelState
    model: InverterModel
    since_s: int
    is_removed: bool = False
    is_new: bool = False
    """Registered, and never heard of."""

    @property
    def eid(self) -> int:
        """Its record number."""
        return inverter_eid(self.place)

    @property
    def channel_eid(self) -> int:
        """That of its channel."""
        return inverter_channel_eid(self.place)


def panels(moment: Moment) -> tuple[PanelState, ...]:
    """List the inverters that report, in the order of their record numbers."""
    return tuple(row.panel for row in inverters(moment) if not row.is_new)


def inverters(moment: Moment, *, with_removed: bool = False) -> tuple[Inverter, ...]:
    """List the inverters, with those that were registered and never reported; those that are gone where asked for."""
    rows = [*_commissioned(moment), *_added(moment)]
    return tuple(row for row in rows if with_removed or not row.is_removed)


def _commissioned(moment: Moment) -> Iterator[Inverter]:
    removed = moment.settings.fleet.removed_inverters
    for place, panel in enumerate(moment.state.panels):
        if panel.service != "planned":
            yield Inverter(
                place=place,
                panel=panel,
                model=model_of(moment, place),
                since_s=max(panel.since_s, moment.commissioned_s),
                is_removed=panel.service == "retired" or panel.serial in removed,
            )


def _added(moment: Moment) -> Iterator[Inverter]:
    fleet, first = moment.settings.fleet, len(moment.state.panels)
    for place, (serial, since_s) in enumerate(fleet.added_inverters.items(), first):
        yield Inverter(
            place=place,
            panel=PanelState(serial=serial, power_w=0.0, lifetime_j=0.0, report=None, most_w=0.0),
            model=model_of(moment, 0),
            since_s=since_s,
            is_removed=serial in fleet.removed_inverters,
            is_new=True,
        )


def model_of(moment: Moment, place: int) -> InverterModel:
    """Give the model of an inverter, by its place."""
    return moment.site.array[int(moment.simulation.plant.array[place])].inverter_model


def detected_phase(moment: Moment, place: int) -> str:
    """Tell on which phase an inverter is: the first of those that it feeds most."""
    share = moment.simulation.plant.share
    return PHASES[int(np.argmax(share[:, place]))] if place < share.shape[1] else PHASES[0]


def phase_of(moment: Moment, inverter: Inverter) -> str:
    """Tell its phase as the gateway takes it: what somebody set comes first."""
    return moment.settings.profiles.manual_phases.get(inverter.panel.serial, detected_phase(moment, inverter.place))
