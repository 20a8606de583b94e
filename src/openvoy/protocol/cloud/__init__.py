"""Obtaining tokens from the vendor's cloud, without any I/O: each flow yields steps and is sent their responses."""

from openvoy.protocol.cloud.exchange import Account, CloudFlow, CloudHost, CloudStep
from openvoy.protocol.cloud.obtain import ROLES, Route, TokenWish, obtain_token
from openvoy.protocol.cloud.renewal import Attempt, explain_renewal, may_attempt_at, renewal_due_at
from openvoy.protocol.cloud.service import CloudService

__all__ = [
    "ROLES",
    "Account",
    "Attempt",
    "CloudFlow",
    "CloudHost",
    "CloudService",
    "CloudStep",
    "Route",
    "TokenWish",
    "explain_renewal",
    "may_attempt_at",
    "obtain_token",
    "renewal_due_at",
]
