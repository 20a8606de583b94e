"""The virtual cloud: finds the service for a request, and lets the troubles that are switched on have their say."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from openvoy.ports import Clock
from openvoy.protocol.http import Request
from openvoy.virtual.cloud import enlighten, entrez, oauth, tokens
from openvoy.virtual.cloud.accounts import ACCOUNTS, Directory
from openvoy.virtual.cloud.books import Codes, Sessions
from openvoy.virtual.cloud.fields import parse_cookies, parse_fields
from openvoy.virtual.cloud.troubles import NO_PAGE, WRONG_METHOD, refuse
from openvoy.virtual.cloud.visit import Office, Outcome, Service, Visit
from openvoy.virtual.fault_board import FaultBoard
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.login.tokens import TokenAuthority
from openvoy.virtual.source import Reply

Function = Callable[[Visit], Outcome]

ROUTES: Mapping[tuple[str, str], tuple[Service, Function]] = (
    enlighten.ROUTES | tokens.ROUTES | entrez.ROUTES | oauth.ROUTES
)
"""Method and path of each service; a path that ends in a slash stands for all below it."""


class VirtualCloud:
    """Answers for both hosts of the vendor's cloud; tokens come from the gateway's own authority."""

    def __init__(
        self,
        authority: TokenAuthority,
        *,
        serial: str,
        clock: Clock,
        faults: FaultBoard,
        random_bytes: Callable[[int], bytes],
        is_secure: bool,
    ) -> None:
        self.user = ACCOUNTS[0].address
        """Whom to log in as; the other accounts have the same password."""
        self.password = random_bytes(8).hex()
        self._faults = faults
        self._office = Office(
            directory=Directory(serial, self.password),
            app_sessions=Sessions(clock, random_bytes),
            web_sessions=Sessions(clock, random_bytes),
            codes=Codes(clock, random_bytes),
            authority=authority,
            clock=clock,
            random_bytes=random_bytes,
            is_secure=is_secure,
        )

    async def reply(self, request: Request) -> Reply:
        """Answer a request."""
        service, function = _find(request)
        visit = Visit(
            office=self._office,
            service=service,
            request=request,
            fields=parse_fields(request),
            cookies=parse_cookies(request),
        )
        outcome = function(visit)
        for fault, stage in self._faults.active(CloudFault):
            if await fault.is_hit(visit, stage):
                outcome = fault.disturb(visit, outcome)
        return outcome.reply


def _find(request: Request) -> tuple[Service, Function]:
    method = "GET" if request.method == "HEAD" else request.method
    page = request.path.partition("?")[0]
    known = {key: found for key, found in ROUTES.items() if _is_at(page, key[1])}
    if not known:
        return Service.PAGE, _no_page
    return next((found for (known_method, _), found in known.items() if known_method == method), _WRONG_METHOD)


def _is_at(page: str, path: str) -> bool:
    if path != "/" and path.endswith("/"):
        return page.startswith(path)
    return page == path or page.rstrip("/") == path


def _no_page(visit: Visit) -> Outcome:
    return refuse(visit, NO_PAGE)


def _wrong_method(visit: Visit) -> Outcome:
    return refuse(visit, WRONG_METHOD)


_WRONG_METHOD = (Service.PAGE, _wrong_method)
