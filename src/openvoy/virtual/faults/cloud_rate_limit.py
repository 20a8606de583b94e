"""A cloud that asks for patience, as it does with who logs in at every poll."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.virtual.cloud.troubles import Trouble, refuse
from openvoy.virtual.cloud.visit import Outcome, Visit
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault


@fault("cloud-rate-limit")
@dataclass(frozen=True, kw_only=True)
class CloudRateLimit(CloudFault):
    """Answers every call of the cloud with 429."""

    retry_after_s: Annotated[int, doc("s", "what the header Retry-After says")] = 60

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Ask for patience."""
        return refuse(visit, Trouble(status=429, text="Retry later", retry_after_s=self.retry_after_s))
