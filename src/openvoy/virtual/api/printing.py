"""How a reply is printed: each process of the gateway has its own style, and clients see through it."""

from __future__ import annotations

import re
from typing import Any

from openvoy import codec
from openvoy.protocol.endpoint import Endpoint, Handler
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.endpoints.inventory import INVENTORY_RAW
from openvoy.protocol.endpoints.meters import GRID_READING, METER_READINGS, METER_REPORTS, PV_READING
from openvoy.protocol.endpoints.tariff import TARIFF
from openvoy.protocol.firmware import Firmware
from openvoy.virtual.api.versions import EIGHT_THREE

METER_PROCESS: tuple[Endpoint[Any], ...] = (METER_READINGS, METER_REPORTS, GRID_READING, PV_READING)
COMPACT: tuple[Endpoint[Any], ...] = (TARIFF, INVENTORY_RAW)
INDENTS = {Handler.NATIVE: 4, Handler.EMUWEB: 2}
_DECIMAL = re.compile(rb'"(\w+)": (-?\d+\.\d+)')
_TWO_DECIMALS = (b"pwrFactor", b"freqHz")
"""In reports; everything else that the meter process measures has three."""
_WHOLE = re.compile(
    rb'("(?:warm_up_mins|cool_down_mins|min_gen_loading_perc|max_gen_efficiency_perc|pv_limit_pct|diag_duration_mins'
    rb'|sleep_min_soc|sleep_max_soc)": ?-?\d+)\.0\b'
)
"""Settings that are kept as whole numbers, however they were written."""


def print_reply(endpoint: Endpoint[Any], value: object, firmware: Firmware) -> bytes:
    """Print a reply as this endpoint's process does."""
    if endpoint is INFO:
        return _print_info(endpoint.encode(value), firmware)
    indent = None if endpoint in COMPACT else INDENTS.get(endpoint.handler)
    body = _WHOLE.sub(rb"\1", codec.encode_json(value, indent=indent))
    if endpoint in METER_PROCESS:
        is_report = endpoint is METER_REPORTS
        body = _DECIMAL.sub(lambda found: _decimals(found, is_report=is_report), body)
    return body + b"\n"


def print_like(endpoint: Endpoint[Any], value: object, firmware: Firmware, said: bytes) -> bytes:
    """Print a reply that says something else than `said`: what was a whole number there still is.

    Where that is no JSON it is printed as any other.
    """
    try:
        before = codec.parse(said, object)
    except codec.DecodeError:
        return print_reply(endpoint, value, firmware)
    return print_reply(endpoint, _whole_as(before, codec.plain(value)), firmware)


def _whole_as(before: Any, after: Any) -> Any:
    """Give what comes after with whole numbers where there were some; a row more is like the one before it."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {name: _whole_as(before.get(name), member) for name, member in after.items()}
    if isinstance(before, list) and isinstance(after, list | tuple) and before:
        return [_whole_as(before[min(number, len(before) - 1)], row) for number, row in enumerate(after)]
    is_whole = isinstance(before, int) and isinstance(after, float) and after.is_integer()
    return int(after) if is_whole else after


def _decimals(found: re.Match[bytes], *, is_report: bool) -> bytes:
    digits = 2 if is_report and found[1] in _TWO_DECIMALS else 3
    return b'"%s": %s' % (found[1], f"{float(found[2]):.{digits}f}".encode())


def _print_info(body: bytes, firmware: Firmware) -> bytes:
    """From 8.3 on the page is written anew: tabs, double quotes."""
    return body.replace(b"  ", b"\t").replace(b"'", b'"') if firmware >= EIGHT_THREE else body
