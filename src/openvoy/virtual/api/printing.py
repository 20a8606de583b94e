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


def print_reply(endpoint: Endpoint[Any], value: object, firmware: Firmware) -> bytes:
    """Print a reply as this endpoint's process does."""
    if endpoint is INFO:
        return _print_info(endpoint.encode(value), firmware)
    indent = None if endpoint in COMPACT else INDENTS.get(endpoint.handler)
    body = codec.encode_json(value, indent=indent)
    if endpoint in METER_PROCESS:
        is_report = endpoint is METER_REPORTS
        body = _DECIMAL.sub(lambda found: _decimals(found, is_report=is_report), body)
    return body + b"\n"


def _decimals(found: re.Match[bytes], *, is_report: bool) -> bytes:
    digits = 2 if is_report and found[1] in _TWO_DECIMALS else 3
    return b'"%s": %s' % (found[1], f"{float(found[2]):.{digits}f}".encode())


def _print_info(body: bytes, firmware: Firmware) -> bytes:
    """From 8.3 on the page is written anew: tabs, double quotes."""
    return body.replace(b"  ", b"\t").replace(b"'", b'"') if firmware >= EIGHT_THREE else body
