"""A cloud that does not know the gateway, as right after its replacement."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.virtual.cloud.troubles import UNKNOWN_GATEWAY, refuse
from openvoy.virtual.cloud.visit import Outcome, Visit
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault


@fault("cloud-unknown-serial")
@dataclass(frozen=True, kw_only=True)
class CloudUnknownSerial(CloudFault):
    """Answers who asks for a token as if no gateway had this serial number."""

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Refuse in place of a token."""
        return refuse(visit, UNKNOWN_GATEWAY) if outcome.is_token else outcome
