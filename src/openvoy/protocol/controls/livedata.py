"""The stream of live values."""

from __future__ import annotations

from openvoy.model.control import Argument, Setting
from openvoy.protocol.control import ONLY, Control, Plan, State, Values, build_request
from openvoy.protocol.endpoints.livedata import LIVEDATA_STATUS, LIVEDATA_STREAM

_STATES: dict[str | None, Setting] = {"enabled": True, "disabled": False}


def _current(state: State) -> Values:
    reply = state.value(LIVEDATA_STATUS)
    stream = None if reply is None or reply.connection is None else reply.connection.stream
    return {ONLY: {"enabled": _STATES.get(stream)}}


LIVEDATA = Control(
    name="livedata.stream",
    summary="Have the gateway measure live values every second, for about 15 minutes.",
    example="on",
    arguments=(Argument(name="enabled", kind="flag", summary="on starts it, or keeps it alive.", is_required=True),),
    reads=(LIVEDATA_STATUS,),
    current=_current,
    plan=lambda _state, wanted: Plan(
        requests=(build_request(LIVEDATA_STREAM, "POST", {"enable": 1 if wanted["enabled"] else 0}),)
    ),
    reason=lambda _state, _wanted: "To some owner's tokens the gateway does nothing; an installer's helps then.",
    settles_s=15.0,
    watch_s=0.0,
    always_sends=True,
)
