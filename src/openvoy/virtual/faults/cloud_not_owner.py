"""A gateway that belongs to somebody else, as until support has moved the system to the account."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.virtual.cloud.troubles import FOREIGN_GATEWAY, refuse
from openvoy.virtual.cloud.visit import Outcome, Visit
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault


@fault("cloud-not-owner", "Q61")
@dataclass(frozen=True, kw_only=True)
class CloudNotOwner(CloudFault):
    """Answers who asks for a token with 403."""

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Refuse in place of a token."""
        return refuse(visit, FOREIGN_GATEWAY) if outcome.is_token else outcome
