"""Batteries of one kind together."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.codec import each
from openvoy.model import Bank, Battery
from openvoy.protocol.endpoints.ensemble import SECONDARY_CONTROL, SecondaryControl
from openvoy.protocol.endpoints.production import PRODUCTION_DETAILS, ProductionRow
from openvoy.protocol.replies import Replies
from openvoy.units import measured


def build_banks(replies: Replies, batteries: tuple[Battery, ...]) -> tuple[Bank, ...]:
    """Build one bank for each kind of battery that is there."""
    return tuple(_banks(replies, batteries))


def _banks(replies: Replies, batteries: tuple[Battery, ...]) -> Iterator[Bank]:
    control = replies.value(SECONDARY_CONTROL)
    control = SecondaryControl() if control is None else control
    iq = [battery for battery in batteries if battery.kind == "iq"]
    if iq:
        powers_w = [battery.power_w for battery in iq if battery.power_w is not None]
        yield Bank(
            kind="iq",
            batteries=len(iq),
            soc_pct=control.iq_soc_pct,
            available_wh=control.short_available_wh if control.iq_available_wh is None else control.iq_available_wh,
            capacity_wh=control.iq_usable_wh,
            power_w=measured(sum(powers_w)) if len(powers_w) == len(iq) else None,
        )
    row = find_acb_row(replies)
    if row is not None or len(iq) < len(batteries):
        row = ProductionRow() if row is None else row
        yield Bank(
            kind="acb",
            batteries=row.active_count,
            soc_pct=control.acb_soc_pct if row.soc_pct is None else row.soc_pct,
            available_wh=control.acb_available_wh if row.stored_wh is None else row.stored_wh,
            power_w=row.now_w,
            state=row.state,
        )


def find_acb_row(replies: Replies) -> ProductionRow | None:
    """Find the AC Batteries' row of the production page; with none installed its count is 0."""
    return replies.derive(_acb_row)


def _acb_row(replies: Replies) -> ProductionRow | None:
    page = replies.value(PRODUCTION_DETAILS)
    rows = () if page is None else each(page.storage)
    return next((row for row in rows if row.kind == "acb" and row.active_count), None)
