"""Sessions that end before they are used: between login and token, or from one day to the next."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.virtual.cloud.troubles import NO_SESSION, refuse
from openvoy.virtual.cloud.visit import Outcome, Service, Visit
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault

_NEED_SESSION = {Service.TOKEN, Service.TOKEN_BY_URL, Service.ACCOUNT, Service.WEB_TOKEN}


@fault("cloud-session-expired")
@dataclass(frozen=True, kw_only=True)
class CloudSessionExpired(CloudFault):
    """Refuses every session at the calls that need one; logins go on to succeed."""

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Refuse what a session was good for."""
        is_used = visit.service in _NEED_SESSION and outcome.account is not None
        return refuse(visit, NO_SESSION) if is_used else outcome
