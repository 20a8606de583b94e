"""An account with a second factor: the login succeeds by half and opens no session."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.virtual.cloud.replies import render_json
from openvoy.virtual.cloud.visit import Outcome, Service, Visit
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault

_NONCE_BYTES = 64


@fault("cloud-mfa", "Q61")
@dataclass(frozen=True, kw_only=True)
class CloudMfa(CloudFault):
    """Answers a good login by program with 200, a cookie `login_otp_nonce` and no session; web pages are as ever."""

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Ask for the code that was sent by mail."""
        if visit.service is not Service.LOGIN or outcome.session_id is None:
            return outcome
        visit.office.app_sessions.close(outcome.session_id)
        nonce = visit.office.random_bytes(_NONCE_BYTES).hex()
        cookies = (
            visit.office.render_cookie("_enlighten_4_session", visit.office.random_bytes(16).hex()),
            visit.office.render_cookie("login_otp_nonce", nonce),
            visit.office.render_cookie("locale", "en"),
        )
        return Outcome(reply=render_json({"success": True, "isBlocked": False}, headers=cookies))
