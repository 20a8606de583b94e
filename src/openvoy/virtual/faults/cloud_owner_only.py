"""A token service that gives owners' tokens to installers too."""

from __future__ import annotations

from dataclasses import dataclass, replace

from openvoy.virtual.cloud.accounts import OWNER_GRANT
from openvoy.virtual.cloud.replies import render_plain
from openvoy.virtual.cloud.visit import Outcome, Service, Visit
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault


@fault("cloud-owner-only", "Q62")
@dataclass(frozen=True, kw_only=True)
class CloudOwnerOnly(CloudFault):
    """Gives the owner's kind of token at `/tokens`, whoever asks."""

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Issue the other token instead."""
        if visit.service is not Service.TOKEN or outcome.account is None or outcome.serial is None:
            return outcome
        token = visit.office.issue_token(outcome.account, outcome.serial, OWNER_GRANT)
        return replace(outcome, reply=render_plain(token), token=token)
