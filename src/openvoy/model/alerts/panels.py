"""Whether panels are silent or ill: each against its neighbours, by daylight only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median

from openvoy.model.alerts.condition import HOUR_S, MINUTE_S, Condition, Judgement
from openvoy.model.devices import Inverter

REPORTS_WITHIN = timedelta(minutes=75)
"""Reports come every 5 to 15 minutes, of some hourly."""
SILENT_PATIENCE_S = 2 * HOUR_S
ALL_SILENT_PATIENCE_S = HOUR_S
IDLE_PATIENCE_S = 2 * HOUR_S
AWAKE_W = 20.0
"""What a neighbour gives in the middle: below it, it is dusk, or snow lies on all of them."""
IDLE_SHARE = 0.02
FEWEST = 2
"""Working neighbours, for a panel to be judged by them."""


def judge_panels(name: str, panels: Sequence[Inverter], *, now: datetime, is_daylight: bool | None) -> Judgement:
    """Judge the panels of the gateway of this name.

    At night, and under a sky in which nobody works, nothing can be known: what was wrong stays so.
    """
    prefix = f"panel/{name}/"
    reporting = [panel for panel in panels if _is_heard(panel, now)]
    if not panels or is_daylight is False:
        return Judgement(undecided=(prefix,))
    if not reporting:
        if not is_daylight or all(panel.at is None for panel in panels):
            return Judgement(undecided=(prefix,))
        return Judgement(conditions=(_all_silent(prefix, len(panels)),), undecided=(f"{prefix}one/",))
    powers = [panel.power_w for panel in reporting if panel.power_w is not None]
    if len(powers) < FEWEST or median(powers) < AWAKE_W:
        return Judgement(undecided=(f"{prefix}one/",))
    return Judgement(conditions=tuple(_ill(prefix, panels, usual_w=median(powers), now=now)))


def _is_heard(panel: Inverter, now: datetime) -> bool:
    return panel.communicating is not False and panel.at is not None and now - panel.at <= REPORTS_WITHIN


def _ill(prefix: str, panels: Sequence[Inverter], *, usual_w: float, now: datetime) -> Iterator[Condition]:
    for panel in panels:
        if not _is_heard(panel, now) and (panel.at is not None or panel.communicating is False):
            since = "" if panel.at is None else f" since {panel.at:%Y-%m-%d %H:%M} UTC"
            yield _one(
                prefix, panel, "is silent", f"has not reported{since}, while its neighbours do.", SILENT_PATIENCE_S
            )
        elif _is_heard(panel, now) and panel.power_w is not None and panel.power_w < IDLE_SHARE * usual_w:
            text = f"gives {panel.power_w:.0f} W, while its neighbours give {usual_w:.0f} W."
            yield _one(prefix, panel, "does not produce", text, IDLE_PATIENCE_S)


def _one(prefix: str, panel: Inverter, title: str, text: str, patience_s: float) -> Condition:
    said = "" if panel.status in {None, "ok"} else f" The gateway says: {panel.status}."
    return Condition(
        key=f"{prefix}one/{panel.serial}",
        topic="panel",
        title=f"Panel {panel.serial} {title}",
        text=f"Panel {panel.serial} {text}{said}",
        over=f"Panel {panel.serial} works again.",
        hint="If it stays so for days, have its inverter and plug looked at.",
        patience_s=patience_s,
    )


def _all_silent(prefix: str, total: int) -> Condition:
    return Condition(
        key=f"{prefix}all",
        topic="panel",
        title="No panel reports",
        text=f"None of {total} panels has reported for {REPORTS_WITHIN.seconds // int(MINUTE_S)} minutes, by daylight.",
        over="Panels report again.",
        hint="Look at the breaker of the array, and whether the gateway hears its panels.",
        patience_s=ALL_SILENT_PATIENCE_S,
    )
