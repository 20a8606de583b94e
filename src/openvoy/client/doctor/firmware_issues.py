"""Known issues by firmware. The source is the number in the project's list of measured gateway behaviours."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.client.doctor.finding import Severity

Version = tuple[int, ...]

_NOTHING = "Nothing: Openvoy knows it. Other programs may show wrong numbers."


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue of a range of versions, `until` not included."""

    since: Version
    until: Version | None
    what: str
    advice: str
    source: str
    severity: Severity = Severity.NOTE
    metered: bool | None = None
    """Only with (True) or without (False) a metering board; None is both."""
    needs: str = ""
    """`batteries` or `no transformers`: only where the reading shows that."""


ISSUES: tuple[Issue, ...] = (
    Issue(
        since=(3,),
        until=(4,),
        what="After a loss of power it answers with zeros and an empty list of panels for some minutes.",
        advice=_NOTHING,
        source="Q14",
    ),
    Issue(
        since=(7, 0),
        until=(7, 1),
        what="Its stream of meter values comes in bursts of some 22 s.",
        advice="Nothing: values by request are not delayed.",
        source="Q71",
    ),
    Issue(
        since=(7, 3, 130),
        until=(7, 3, 131),
        what="It refuses batteries and grid relay to owners' tokens.",
        advice="Use an installer's token, or have the firmware updated.",
        source="Q45",
        severity=Severity.WARNING,
    ),
    Issue(
        since=(7,),
        until=(8, 2, 4264),
        what="The lifetime energy of all panels together wraps at 1 193 kWh (32-bit joules).",
        advice=_NOTHING,
        source="Q1",
    ),
    Issue(
        since=(7, 6),
        until=(8,),
        what="Its stream of meter values needs an installer's token.",
        advice="With an owner's token values come by request, every 5 s; that loses nothing else.",
        source="Q71",
    ),
    Issue(
        since=(8, 2, 4264),
        until=None,
        what="The lifetime energy of each panel wraps at 1 193 kWh, so the sum falls now and then.",
        advice=_NOTHING,
        source="Q1",
    ),
    Issue(
        since=(8, 2, 4264),
        until=None,
        what="Without current transformers its production page stands still; only the panels' own reports count.",
        advice=_NOTHING,
        source="Q12",
        metered=True,
        needs="no transformers",
    ),
    Issue(
        since=(8, 2, 4200),
        until=None,
        what="Changes of the storage mode are accepted and ignored while the vendor's cloud schedules the battery.",
        advice="Switch the schedule off in the vendor's app before you control the battery from here.",
        source="Q80",
        needs="batteries",
    ),
    Issue(
        since=(8, 3, 5286),
        until=None,
        what="The port of http:// is closed.",
        advice="Write addresses without http://. Programs that need it have to be updated.",
        source="Q47",
    ),
    Issue(
        since=(8, 3, 5422),
        until=None,
        what="Without a metering board /api/v1/production answers with zeros.",
        advice=_NOTHING,
        source="Q11",
        metered=False,
    ),
    Issue(
        since=(8, 3, 5433),
        until=(8, 3, 5434),
        what="With a total-consumption meter its consumption page shows net values, and days show lifetimes.",
        advice=_NOTHING,
        source="Q9",
        severity=Severity.WARNING,
        metered=True,
    ),
    Issue(
        since=(8, 3, 5528),
        until=(8, 3, 5529),
        what="Shortly after the nightly outage (23:00) its meters are inactive and show wrong values for a moment.",
        advice=_NOTHING,
        source="Q10",
        severity=Severity.WARNING,
        metered=True,
    ),
)
