"""The way of a person's login in a browser: the gateway redeems a code at the vendor's cloud (endpoints.md 4.9)."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc
from openvoy.protocol.endpoint import Endpoint, Poll, Role
from openvoy.protocol.firmware import parse_firmware


class RedeemedCode(WireStruct):
    """The token that a code was good for, or why it was not."""

    access_token: Annotated[str | None, doc("", "the token")] = None
    message: Annotated[str | None, doc("", "why there is none")] = None


class LoginCode(WireStruct):
    """A code that the cloud gave to a browser, and the proof of who asked for it (RFC 7636)."""

    client_id: Annotated[str | None, doc("", "envoy-ui-1")] = None
    redirect_uri: Annotated[str | None, doc("", "the page to which the cloud sent the code: /auth/callback")] = None
    code_verifier: Annotated[str | None, doc("", "what the challenge was made of")] = None
    code: Annotated[str | None, doc("", "the code")] = None


REDEEM_CODE: Endpoint[RedeemedCode] = Endpoint(
    name="redeem_code",
    path="/auth/get_jwt",
    summary="Redeems the code of a login in a browser; the page /auth/callback posts it. Opens no session.",
    reply=RedeemedCode,
    request=LoginCode,
    poll=Poll.ON_DEMAND,
    role=Role.NONE,
    since=parse_firmware("7"),
    methods=("POST",),
)
