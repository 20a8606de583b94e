"""Entrez for programs: a session's id and a serial number give a token as plain text (4.4)."""

from __future__ import annotations

from openvoy.virtual.cloud.accounts import Route
from openvoy.virtual.cloud.counter import find_trouble, issue
from openvoy.virtual.cloud.replies import render_plain
from openvoy.virtual.cloud.troubles import NO_SESSION, refuse
from openvoy.virtual.cloud.visit import Outcome, Service, Visit


def issue_token(visit: Visit) -> Outcome:
    """Issue a token: nothing else in the body, no quotes, no newline."""
    account = visit.office.app_sessions.use(visit.fields.get("session_id", ""))
    if account is None:
        return refuse(visit, NO_SESSION)
    serial = visit.fields.get("serial_num", "")
    trouble = find_trouble(visit, account, serial)
    if trouble is not None:
        return refuse(visit, trouble)
    token, _ = issue(visit, account, serial, Route.PROGRAM)
    return Outcome(reply=render_plain(token), account=account, serial=serial, token=token)


ROUTES = {("POST", "/tokens"): (Service.TOKEN, issue_token)}
