"""An account that logged in too often without its sessions having ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.virtual.cloud.troubles import Trouble, refuse
from openvoy.virtual.cloud.visit import Outcome, Service, Visit
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault


@fault("cloud-too-many-sessions", "Q61")
@dataclass(frozen=True, kw_only=True)
class CloudTooManySessions(CloudFault):
    """Answers a good login by program with `Too many active sessions..` while so many are open."""

    most: Annotated[int, doc("", "sessions that an account may have; they end after an hour")] = 0
    status: Annotated[int, doc("", "status of the refusal; which one is sent is not documented")] = 401

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Refuse a session beyond the most."""
        if visit.service is not Service.LOGIN or outcome.account is None or outcome.session_id is None:
            return outcome
        sessions = visit.office.app_sessions
        if sessions.count_of(outcome.account) <= self.most:
            return outcome
        sessions.close(outcome.session_id)
        return refuse(visit, Trouble(status=self.status, text="Too many active sessions.."))
