"""Ride-through curves: how long an inverter bears a frequency or voltage, as a profile says it."""

from __future__ import annotations

from openvoy.protocol.endpoints.profiles import (
    CountAttribute,
    CurveAttribute,
    CurveAttributes,
    CurvePoint,
    MultiModeDocument,
    MultiModeParameters,
    MultiModeProfile,
    TripCurve,
)

_FOR_EVER_MS = 300_000
_FREQUENCY = {"PTUF1": ((160, -3.5), (_FOR_EVER_MS, -1.5)), "PTOF1": ((160, 2.0), (_FOR_EVER_MS, 1.2))}
"""Milliseconds and hertz beside nominal, as IEEE 1547-2018 has them by default."""
_VOLTAGE = {"PTUV1": ((160, 45.0), (2000, 70.0)), "PTOV1": ((160, 120.0), (2000, 110.0))}
"""Milliseconds and per cent of nominal voltage, from the same table."""
_WIDER = {"OnGrid": 1.0, "OffGrid": 2.0}
"""An island swings more, so its curves are wider."""


def build_multi_mode(mode: str, hertz: int) -> MultiModeDocument:
    """Build the document of OnGrid or OffGrid."""
    factor = _WIDER[mode]
    frequency = {
        name: _curve("FRT", name, [(time, hertz + offset * factor) for time, offset in steps])
        for name, steps in _FREQUENCY.items()
    }
    voltage = {
        name: _curve("VRT", name, [(time, 100 + (level - 100) * factor) for time, level in steps])
        for name, steps in _VOLTAGE.items()
    }
    return MultiModeDocument(
        profile=MultiModeProfile(
            kind="Private profile",
            name=f"Multi Mode {mode} Profile Parameters",
            description=f"Multi Mode Profile Parameters for {mode}",
            parameters=MultiModeParameters(frequency=frequency, voltage=voltage),
        )
    )


def _curve(group: str, name: str, steps: list[tuple[int, float]]) -> TripCurve:
    """Build a staircase: from one level to the next at the time of the earlier one."""
    (first_ms, first), (last_ms, last) = steps
    corners = ((first_ms, first), (last_ms, first), (last_ms, last))
    points = tuple(CurvePoint(time_ms=time, value=max(value, 0.0), z=0) for time, value in corners)
    return TripCurve(
        attributes=CurveAttributes(
            curve=CurveAttribute(objref=f"{group}/{name}.MD.crvPts", kind="::agf::model::PointArr", points=points),
            count=CountAttribute(objref=f"{group}/{name}.MD.numPts", kind="::agf::model::BtInt16u", value=len(points)),
        )
    )
