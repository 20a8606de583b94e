"""A gateway's pages without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from openvoy.protocol.endpoint import Role
from openvoy.protocol.http import Request
from openvoy.virtual.source import Reply
from openvoy.virtual.ui.front import Front
from tests.unit.virtual.recordings import entry, recording

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
PRODUCTION = {
    "production": [
        {"type": "inverters", "activeCount": 2, "readingTime": 1700000000, "wNow": 412, "whLifetime": 5_089_571},
        {
            "type": "eim",
            "activeCount": 1,
            "measurementType": "production",
            "readingTime": 1700000060,
            "wNow": 4321.9,
            "whToday": 13_370,
            "whLastSevenDays": 86_300,
            "whLifetime": 1_240_000,
        },
    ],
    "consumption": [
        {"type": "eim", "activeCount": 1, "measurementType": "net-consumption", "wNow": -236.4, "whLifetime": -99}
    ],
}
INVENTORY = [
    {
        "type": "PCU",
        "devices": [
            {
                "serial_num": "122200000101",
                "part_num": "800-01714-r02",
                "device_status": ["envoy.global.ok"],
                "communicating": True,
                "producing": False,
                "last_rpt_date": "1718045903",
            },
            {"serial_num": "<b>", "device_status": ["envoy.cond_flags.obs_strs.failure"], "last_rpt_date": "0"},
        ],
    },
    {"type": "ACB", "devices": []},
]
HOME = {
    "timezone": "Europe/Paris",
    "current_date": "06/10/2024",
    "current_time": "12:00",
    "network": {"web_comm": True, "interfaces": [{"type": "ethernet", "ip": "192.0.2.10", "carrier": True}]},
    "comm": {"pcu": {"num": 10, "level": 5}, "encharge": [{"num": 1, "level": 3}]},
}
V1 = {"wattsNow": 999, "wattHoursToday": 1, "wattHoursSevenDays": 2, "wattHoursLifetime": 3}


def recorded(path: str, value: object) -> dict[str, Any]:
    return entry(path, json.dumps(value))


def front(firmware: str = "8.2.4345", *entries: Mapping[str, Any]) -> Front:
    return Front(recording(firmware, *entries))


async def look(
    front: Front,
    path: str,
    *,
    accept: str | None = BROWSER,
    role: Role | None = Role.INSTALLER,
    method: str = "GET",
    **more: Any,
) -> Reply | None:
    headers = {"host": "envoy.local:8443"} if accept is None else {"host": "envoy.local:8443", "accept": accept}
    return await front.reply(Request(method=method, path=path, headers=headers, **more), role)


async def page(front: Front, path: str, *, role: Role | None = Role.INSTALLER) -> str:
    reply = await look(front, path, role=role)
    assert reply is not None
    assert (reply.status, dict(reply.headers)["Content-Type"]) == (200, "text/html")
    return reply.body.decode()
