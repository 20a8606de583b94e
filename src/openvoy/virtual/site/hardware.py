"""What the vendor's devices are: ratings and part numbers, from data sheets and recordings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterModel:
    """One model of microinverter."""

    rated_w: float
    """Most that it feeds into the grid."""
    part_number: str
    image: str
    """Part number and version of the firmware that it runs."""
    parameters: str
    """Part number and version of its parameter table."""
    assembly: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryModel:
    """One model of battery."""

    capacity_wh: float
    rated_w: float
    revision: int
    part_number: str
    firmware: str
    spans_phases: bool = False
    """Each unit feeds all three phases, so that an island of three phases can be held."""


def _iq7(rated_w: float, part_number: str) -> InverterModel:
    return InverterModel(
        rated_w=rated_w,
        part_number=part_number,
        image="520-00082-r01-v04.30.32",
        parameters="540-00169-r01-v04.27.09",
        assembly="880-00791-r09",
    )


def _iq8(rated_w: float, part_number: str) -> InverterModel:
    return InverterModel(
        rated_w=rated_w,
        part_number=part_number,
        image="521-00005-r06-v02.61.01",
        parameters="549-00040-r01-v02.61.01",
        assembly="885-01325-r12",
    )


INVERTERS: Mapping[str, InverterModel] = {
    "IQ7": _iq7(250, "800-01127-r02"),
    "IQ7+": _iq7(290, "800-01135-r02"),
    "IQ7A": _iq7(366, "800-01714-r02"),
    "IQ8": _iq8(245, "800-01330-r02"),
    "IQ8+": _iq8(300, "800-01331-r02"),
    "IQ8M": _iq8(330, "800-01332-r02"),
    "IQ8A": _iq8(366, "800-01374-r02"),
    "IQ8H": _iq8(384, "800-01375-r02"),
}

BATTERIES: Mapping[str, BatteryModel] = {
    "IQ 3T": BatteryModel(
        capacity_wh=3500, rated_w=1280, revision=2, part_number="830-01760-r37", firmware="2.6.5973_rel/22.11"
    ),
    "IQ 3": BatteryModel(
        capacity_wh=3360, rated_w=1280, revision=2, part_number="836-00750-r32", firmware="2.0.6727_rel/22.15"
    ),
    "IQ 10T": BatteryModel(
        capacity_wh=10500, rated_w=3840, revision=2, part_number="830-00703-r75", firmware="2.6.5973_rel/22.11"
    ),
    "IQ 5P": BatteryModel(
        capacity_wh=5000, rated_w=3840, revision=3, part_number="830-01822-r37", firmware="2.7.6360_rel/31.33"
    ),
    "IQ 5P FlexPhase": BatteryModel(
        capacity_wh=5000,
        rated_w=3840,
        revision=3,
        part_number="830-02101-r12",
        firmware="3.0.8448_rel/31.44",
        spans_phases=True,
    ),
}
ACB_CAPACITY_WH = 1240.0
ACB_RATED_W = 260.0
ACB_PART_NUMBER = "800-00930-r03"
