"""The production page of 3.x, a table for people: the only source of the oldest gateways."""

from __future__ import annotations

import re

from openvoy.codec import DecodeError
from openvoy.protocol.endpoint import Decoded, Endpoint, Handler, Poll, Role
from openvoy.protocol.endpoints.production import ProductionTotals
from openvoy.protocol.firmware import parse_firmware
from openvoy.units import scaled

_ROW = r"<td[^>]*>\s*{label}\s*</td>\s*<td[^>]*>\s*(-?\d{{1,9}}(?:\.\d{{1,9}})?)\s*([kMG]?)W(?:h)?\s*</td>"


def parse_production_table(body: bytes) -> Decoded[ProductionTotals]:
    """Parse the table, three significant digits at best; raise DecodeError where a page has none."""
    html = body.decode("utf-8", "replace")
    values = {label: _value(html, label) for label in ("Currently", "Today", "Past Week", "Since Installation")}
    if all(value is None for value in values.values()):
        raise DecodeError("no production table in the page")
    return Decoded(
        ProductionTotals(
            now_w=values["Currently"],
            today_wh=values["Today"],
            seven_days_wh=values["Past Week"],
            lifetime_wh=values["Since Installation"],
        )
    )


def _value(html: str, label: str) -> float | None:
    match = re.search(_ROW.format(label=label), html)
    return None if match is None else scaled(float(match[1]), match[2])


PRODUCTION_TABLE: Endpoint[ProductionTotals] = Endpoint(
    name="production_table",
    path="/production",
    summary="Production now, today, last week and since installation, as a table for people.",
    reply=ProductionTotals,
    poll=Poll.FIVE_MINUTES,
    role=Role.NONE,
    handler=Handler.SCRIPTED,
    until=parse_firmware("4"),
    parse=parse_production_table,
)
