"""Token login of firmware 7 and later: Bearer on every request, and the session that the token opens."""

from __future__ import annotations

from collections.abc import Generator

from openvoy.errors import CredentialRejected, EndpointRefused
from openvoy.protocol.endpoints.identity import CHECK_JWT
from openvoy.protocol.http import Request, Response
from openvoy.protocol.login.flow import Flow
from openvoy.protocol.login.jwt import HOW_TO_GET_ONE, is_cut
from openvoy.protocol.status import check_status, is_refused

SESSION_COOKIE = "sessionId"


class TokenLogin:
    """Sends the token with every request, since builds differ in whether they honour it or the session.

    The session is opened once. It is opened again only after a refusal, which tells whether the token is still good:
    logging in with every poll ends in "too many sessions".
    """

    def __init__(self, token: str, *, gateway: str) -> None:
        self._token = token.strip()
        self._gateway = gateway
        self._session: str | None = None
        self._opened = False

    def flow(self, request: Request) -> Flow:
        """Send the request; after a refusal ask once whether it is the token or this endpoint that is refused."""
        checked = not self._opened
        if checked:
            yield from self._open()
        response = yield from self._exchange(request)
        if is_refused(response) and not checked:
            ended = self._session
            yield from self._open()
            if self._session != ended:
                if not request.is_reading:
                    raise EndpointRefused(
                        f"{self._gateway} ended the session and refused {request.path}; it was not sent again.",
                        hint="There is a new session: do it once more.",
                    )
                response = yield from self._exchange(request)
        if is_refused(response):
            raise EndpointRefused(
                f"{self._gateway} refuses {request.path} to this token; the token itself is good.",
                hint="It may need an installer's token; without, this part of the data is left out.",
            )
        return response

    def _open(self) -> Generator[Request, Response, None]:
        """Have the token checked, which opens a session."""
        response = yield from self._exchange(Request(path=CHECK_JWT.path))
        if is_refused(response):
            self._opened = False
            hint = _CUT_HINT if is_cut(self._token) else _REJECTED_HINT
            raise CredentialRejected(f"{self._gateway} does not accept the token.", hint=hint)
        if response.status != 404:
            # Builds without the check exist; they are content with the token alone.
            check_status(response, gateway=self._gateway, path=CHECK_JWT.path)
        self._opened = True

    def _exchange(self, request: Request) -> Generator[Request, Response, Response]:
        headers = {**request.headers, "Authorization": f"Bearer {self._token}"}
        if self._session is not None:
            headers["Cookie"] = f"{SESSION_COOKIE}={self._session}"
        response = yield Request(method=request.method, path=request.path, headers=headers, body=request.body)
        # From 8.3.5289 any reply may open the session.
        self._session = response.cookies.get(SESSION_COOKIE, self._session)
        return response


_CUT_HINT = "Its end is missing: copy all of it, to its last sign."
_REJECTED_HINT = f"It may have been issued for another gateway, or the gateway's clock may be wrong. {HOW_TO_GET_ONE}"
