"""What a gateway said, for controls to decide by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from openvoy.model.control import Setting, Settings
from openvoy.protocol.control import Control, Plan, State, Verdict
from openvoy.protocol.control_registry import find_control
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.firmware import Capabilities, LoginKind, parse_firmware
from openvoy.protocol.registry import REGISTRY
from openvoy.protocol.replies import Replies

CAPABILITIES = Capabilities(
    serial="122200000001",
    part_number=None,
    firmware=parse_firmware("8.3.5433"),
    metered=True,
    login=LoginKind.TOKEN,
)
STORAGE = [
    {"type": "ENCHARGE", "devices": [{"serial_num": "122200000201"}]},
    {"type": "ENPOWER", "devices": [{"serial_num": "122200000301"}]},
]


def state_of(documents: Mapping[Endpoint[Any] | str, Any]) -> State:
    """Make a state of replies by endpoint, or by its name."""
    replies, kept = Replies(), {}
    for named, document in documents.items():
        endpoint = REGISTRY[named] if isinstance(named, str) else named
        replies.note(endpoint, endpoint.decode(json.dumps(document).encode()))
        kept[endpoint] = document
    return State(capabilities=CAPABILITIES, replies=replies, documents=kept)


def planned(name: str, state: State, /, **wanted: Setting) -> tuple[str, str, Any]:
    """Method, path and body of the one request that a control plans."""
    (request,) = plan_of(name, state, **wanted).requests
    return request.method, request.path, json.loads(request.body)


def plan_of(name: str, state: State, /, **wanted: Setting) -> Plan:
    return find_control(name).plan(state, dashed(wanted))


def verdict_of(name: str, state: State, /, **wanted: Setting) -> Verdict:
    control: Control = find_control(name)
    return control.confirm(control, state, dashed(wanted))


def dashed(wanted: Settings) -> Settings:
    return {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
