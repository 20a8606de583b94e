"""`POST /auth/get_jwt`: the gateway exchanges an authorisation code at the cloud (endpoints.md 4.9)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from openvoy import codec
from openvoy.protocol.endpoints.code_login import REDEEM_CODE, LoginCode
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request
from openvoy.virtual.pages import render_reply, render_wrong_method
from openvoy.virtual.source import Reply
from openvoy.virtual.ui.view import CloudLink

GET_JWT = REDEEM_CODE.path

_PASSED_ON = LoginCode.__struct_fields__


async def redeem(identity: Capabilities, request: Request, cloud: CloudLink | None) -> Reply:
    """Exchange the code of a request; whatever goes wrong is said as `{"message": …}`."""
    if request.method != "POST":
        return render_wrong_method(identity)
    try:
        asked: dict[str, Any] = codec.decoder(dict[str, Any])(request.body)[0]
    except codec.DecodeError:
        return _say(identity, {"message": "The body is no JSON object"}, 400)
    if cloud is None:
        return _say(identity, {"message": "The token service cannot be reached"}, 502)
    fields = {"grant_type": "authorization_code", **{name: str(asked.get(name, "")) for name in _PASSED_ON}}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    reply = await cloud.redeem(
        Request(method="POST", path="/oauth/token", headers=headers, body=urlencode(fields, errors="replace").encode())
    )
    try:
        said: dict[str, Any] = codec.decoder(dict[str, Any])(reply.body)[0]
    except codec.DecodeError:
        said = {}
    if reply.status == 200 and "access_token" in said:
        return _say(identity, said, 200)
    problem = said.get("error_description", f"The token service answered with status {reply.status}")
    return _say(identity, {"message": problem}, reply.status)


def _say(identity: Capabilities, value: object, status: int) -> Reply:
    return render_reply(identity, GET_JWT, codec.encode_json(value), status=status, content_type="application/json")
