"""A login that is refused although address and password are right, as after a changed password."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.virtual.cloud.troubles import WRONG_PASSWORD, refuse
from openvoy.virtual.cloud.visit import Outcome, Service, Visit
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault


@fault("cloud-login-refused")
@dataclass(frozen=True, kw_only=True)
class CloudLoginRefused(CloudFault):
    """Answers every login with 401."""

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Refuse a good login."""
        if visit.service not in {Service.LOGIN, Service.WEB_LOGIN} or outcome.account is None:
            return outcome
        if outcome.session_id is not None:
            visit.office.app_sessions.close(outcome.session_id)
            visit.office.web_sessions.close(outcome.session_id)
        return refuse(visit, WRONG_PASSWORD)
