"""Handing out a token: the same questions whoever asks and however."""

from __future__ import annotations

from openvoy.virtual.cloud.accounts import Account, Grant, Kind, Route, build_grant
from openvoy.virtual.cloud.troubles import FOREIGN_GATEWAY, NO_SERIAL, UNKNOWN_GATEWAY, Trouble
from openvoy.virtual.cloud.visit import Visit
from openvoy.virtual.login.tokens import UNCOMMISSIONED


def find_trouble(visit: Visit, account: Account, serial: str) -> Trouble | None:
    """Say what speaks against a token of this account for this gateway; None where nothing does."""
    if not serial:
        return NO_SERIAL
    if serial == UNCOMMISSIONED:
        return FOREIGN_GATEWAY if account.kind is Kind.OWNER else None
    system = visit.office.directory.system_of(serial)
    if system is None:
        return UNKNOWN_GATEWAY
    return None if account.kind in system.owners else FOREIGN_GATEWAY


def issue(visit: Visit, account: Account, serial: str, route: Route) -> tuple[str, Grant]:
    """Issue a token, once nothing speaks against it."""
    grant = build_grant(account, route)
    return visit.office.issue_token(account, serial, grant), grant
