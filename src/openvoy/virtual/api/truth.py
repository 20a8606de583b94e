"""What is really so, for tests that compare: exact, unrounded, in the words of this project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from openvoy.virtual.api.moment import Moment
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.state import SiteState


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


def build_truth(moment: Moment) -> Truth:
    """Tell what is so at this second."""
    state = moment.truth
    flows = {branch: getattr(state, branch.name.lower()).all for branch in Branch}
    return Truth(
        at=datetime.fromtimestamp(moment.now_s, UTC),
        serial=moment.identity.serial,
        firmware=str(moment.firmware),
        power={f"{branch.name.lower()}_w": flows[branch].active_w for branch in Branch if branch is not Branch.TOTAL},
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
    )
