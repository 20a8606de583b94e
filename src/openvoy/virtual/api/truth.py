"""What is really so, for tests that compare: exact, unrounded, in the words of this project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from openvoy.virtual.api.moment import Moment
from openvoy.virtual.settings.fleet import FleetSettings
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.state import SiteState

POWERS = (Branch.SOLAR, Branch.GRID, Branch.BATTERY, Branch.GENERATOR, Branch.LOAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """One subject of the settings that was set anew."""

    at: datetime
    subject: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One second of a site."""

    at: datetime
    serial: str
    firmware: str
    power: Mapping[str, float]
    """solar_w, grid_w, battery_w, generator_w, load_w: they balance to the last bit."""
    energy: Mapping[str, float]
    """Lifetime energies in Wh, counted by phase as meters do."""
    soc_pct: float | None
    state: SiteState
    """Everything, branch by branch and phase by phase, and panel by panel."""
    changes: tuple[Set, ...]
    """What was set on the gateway, newest last; without keys."""


def build_truth(moment: Moment) -> Truth:
    """Tell what is so at this second."""
    state = moment.truth
    flows = {branch: getattr(state, branch.name.lower()).all for branch in Branch}
    return Truth(
        at=datetime.fromtimestamp(moment.now_s, UTC),
        serial=moment.identity.serial,
        firmware=str(moment.firmware),
        power={f"{branch.name.lower()}_w": flows[branch].active_w for branch in POWERS},
        energy={
            "solar_wh": flows[Branch.SOLAR].delivered_wh,
            "import_wh": flows[Branch.GRID].delivered_wh,
            "export_wh": flows[Branch.GRID].received_wh,
            "charge_wh": flows[Branch.BATTERY].received_wh,
            "discharge_wh": flows[Branch.BATTERY].delivered_wh,
            "load_wh": flows[Branch.LOAD].delivered_wh,
        },
        soc_pct=None if state.storage is None else state.storage.soc_pct,
        state=state,
        changes=tuple(
            Set(
                at=datetime.fromtimestamp(row.at_s, UTC),
                subject=row.subject,
                before=_without_keys(row.before),
                after=_without_keys(row.after),
            )
            for row in moment.book.changes
        ),
    )


def _without_keys(subject: object) -> object:
    """Leave the radio keys of registered devices out."""
    if not isinstance(subject, FleetSettings):
        return subject
    return replace(subject, joiners=tuple(replace(row, link_key=None) for row in subject.joiners))
