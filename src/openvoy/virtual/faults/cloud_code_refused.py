"""The login from the gateway's own pages, which some accounts could not finish in the spring of 2026."""

from __future__ import annotations

from dataclasses import dataclass, replace

from openvoy.virtual.cloud.troubles import BAD_CODE, refuse
from openvoy.virtual.cloud.visit import Outcome, Service, Visit
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault

_UNAUTHORIZED = replace(BAD_CODE, status=401)


@fault("cloud-code-refused", "Q62")
@dataclass(frozen=True, kw_only=True)
class CloudCodeRefused(CloudFault):
    """Answers every exchange of a code with 401, and so does `/auth/get_jwt` of the gateway."""

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Refuse the code."""
        return refuse(visit, _UNAUTHORIZED) if visit.service is Service.CODE else outcome
