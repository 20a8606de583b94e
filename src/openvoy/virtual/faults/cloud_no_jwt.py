"""A token service that answers with 200 and something that is no token."""

from __future__ import annotations

from dataclasses import dataclass, replace

from openvoy.virtual.cloud.visit import Outcome, Visit
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault

_TEXT = b"Failed to generate the access token"


@fault("cloud-no-jwt", "Q61")
@dataclass(frozen=True, kw_only=True)
class CloudNoJwt(CloudFault):
    """Puts a sentence where a token should be."""

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Replace the token in the reply."""
        if outcome.token is None:
            return outcome
        body = outcome.reply.body.replace(outcome.token.encode(), _TEXT)
        return replace(outcome, reply=replace(outcome.reply, body=body), token=None)
