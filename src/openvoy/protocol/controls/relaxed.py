"""Relaxed parameters: a document of the inverters' maker that overrides parts of the grid profile."""

from __future__ import annotations

import json
from typing import Any

from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Settings, render_json
from openvoy.protocol.control import ONLY, Control, Plan, State, Undoing, Values, build_request
from openvoy.protocol.endpoint import Role
from openvoy.protocol.endpoints.parameters import RELAXED_ADD, RELAXED_DELETE
from openvoy.protocol.http import Request


def _stored(state: State) -> Any:
    """Give the document; some gateways give it as text under the name of its file."""
    document = state.document(RELAXED_ADD)
    values = list(document.values()) if isinstance(document, dict) else []
    if len(values) == 1 and isinstance(values[0], str):
        try:
            return json.loads(values[0])
        except ValueError:
            return document
    return document


def _current(state: State) -> Values:
    stored = _stored(state)
    return {ONLY: {"stored": bool(stored), "document": render_json(stored) if stored else None}}


def _plan(_state: State, wanted: Settings) -> Plan:
    if not wanted["stored"]:
        return Plan(requests=(Request(method="PUT", path=RELAXED_DELETE.path),))
    document = json.loads(str(wanted.get("document", "null")))
    if not isinstance(document, dict) or not document:
        raise ConfigError(
            "There is no document to store.", hint="Give document, a JSON object of the maker's. Nothing was sent."
        )
    return Plan(requests=(build_request(RELAXED_ADD, "PUT", document),))


def _undo(undoing: Undoing) -> Settings | None:
    if undoing.before.get("stored") is False:
        return {"stored": False}
    document = undoing.before.get("document")
    return None if document is None else {"stored": True, "document": document}


RELAXED_PARAMETERS = Control(
    name="parameters.relaxed",
    family="provision",
    summary="Store a document of relaxed parameters for the inverters, or remove it.",
    risk="It overrides what the grid operator prescribes: only with his leave, and the maker's document.",
    arguments=(
        Argument(name="stored", kind="flag", summary="on stores it, off removes it.", is_required=True),
        Argument(name="document", kind="json", summary="The document."),
    ),
    example="off",
    role=Role.PROVISIONING,
    reads=(RELAXED_ADD,),
    current=_current,
    plan=_plan,
    undo=_undo,
)
