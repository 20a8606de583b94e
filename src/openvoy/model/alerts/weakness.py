"""Whether a panel gives less than it used to: its share of a day against its own share of the days before.

A panel that looks east, or stands in the shade, has always given another share, and is no trouble.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from statistics import median

from openvoy.model.alerts.condition import Condition, Judgement

LEAST_DAYS = 4
"""Days before that can be compared with."""
LEAST_WH = 300.0
"""Of the panel in the middle: on darker days, and under snow, shares are chance."""
WEAK_SHARE = 0.6
"""Of what the panel used to give: shade of a growing tree is slow, a broken cell takes a third at once."""
FEWEST_PANELS = 3
"""With one neighbour alone nobody knows which of the two has changed."""
LONGEST_REPORT_S = 3600.0

Day = Mapping[str, float]
"""Wh by serial number."""


def sum_day(at: Sequence[float], serials: Sequence[str], powers_w: Sequence[float | None]) -> Day:
    """Sum a day's reports, each a mean power since the one before; the first of each panel stands for nothing."""
    before: dict[str, float] = {}
    total: dict[str, float] = defaultdict(float)
    for time_s, serial, power_w in sorted(zip(at, serials, powers_w, strict=True), key=lambda row: row[0]):
        if serial in before and power_w is not None:
            total[serial] += power_w * min(time_s - before[serial], LONGEST_REPORT_S) / 3600
        before[serial] = time_s
    return total


def judge_day(name: str, day: Day, earlier: Sequence[Day], usual: Mapping[str, float]) -> tuple[Judgement, Day]:
    """Find the weak panels of a day, and the share that each of them used to have.

    `usual` has those shares of panels that were weak before: days of weakness are no standard.
    """
    shares = _shares(day, usual.keys())
    known = [one for one in (_shares(before, usual.keys()) for before in earlier) if one is not None]
    if shares is None:
        return Judgement(undecided=(f"weak/{name}/",)), usual
    found, undecided, weak = [], [], dict[str, float]()
    for serial in sorted({*shares, *usual}):
        before = [one[serial] for one in known if serial in one]
        share = usual.get(serial, median(before) if len(before) >= LEAST_DAYS else None)
        if share is None or serial not in shares:
            undecided.append(f"weak/{name}/{serial}")
            weak.update({} if share is None else {serial: share})
        elif shares[serial] < WEAK_SHARE * share:
            found.append(_weak(name, serial, shares[serial] / share))
            weak[serial] = share
    return Judgement(conditions=tuple(found), undecided=tuple(undecided)), weak


def _shares(day: Day, weak: AbstractSet[str]) -> Day | None:
    """Divide what each panel gave by what the others in the middle gave, without those that are known to be weak."""
    if len(day) < FEWEST_PANELS or median(day.values()) < LEAST_WH:
        return None
    shares = {}
    for serial, wh in day.items():
        others_wh = [other_wh for other, other_wh in day.items() if other not in {serial, *weak}]
        if others_wh and median(others_wh) > 0:
            shares[serial] = wh / median(others_wh)
    return shares


def _weak(name: str, serial: str, ratio: float) -> Condition:
    return Condition(
        key=f"weak/{name}/{serial}",
        topic="panel",
        title=f"Panel {serial} is weak",
        text=f"Panel {serial} gave {100 * ratio:.0f} % yesterday of what it gives usually beside its neighbours.",
        over=f"Panel {serial} gives its share again.",
        hint="Look for shade, dirt or snow on it; if there is none, have it measured.",
    )
