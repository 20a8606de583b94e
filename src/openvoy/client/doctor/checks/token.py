"""Whether the token is there, of this gateway, of the right kind and good for a while."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.doctor.check import check
from openvoy.client.doctor.facts import Facts, TokenFacts
from openvoy.client.doctor.finding import Finding, Severity
from openvoy.client.token_source import is_ending, render_left
from openvoy.protocol.login import TokenInfo
from openvoy.protocol.login.jwt import HOW_TO_GET_ONE

_RENEW = "Get a new one with `openvoy token fetch`, or on the web page https://entrez.enphaseenergy.com."


@check("token")
def find(facts: Facts) -> Iterator[Finding]:
    """Find what is wrong with the token, or soon will be."""
    token = facts.token
    if token is None:
        return
    if token.problem is not None:
        is_lost = token.info is None
        what = "There is no token that can be used." if is_lost else "The token works, and is not renewed."
        severity = Severity.ERROR if is_lost else Severity.WARNING
        yield _finding(severity, what, token.problem.message, token.problem.hint)
    elif token.info is None:
        yield _finding(
            Severity.ERROR, "There is no token, and this firmware needs one.", _firmware(facts), HOW_TO_GET_ONE
        )
    if token.is_open_to_others:
        yield _finding(
            Severity.WARNING,
            "Others on this machine can read the token, which is good for control too.",
            "rights of the file",
            "Run chmod 600 on the file.",
        )
    if token.info is not None:
        yield from _explain(facts, token, token.info)


def _explain(facts: Facts, token: TokenFacts, info: TokenInfo) -> Iterator[Finding]:
    serial = None if facts.capabilities is None else facts.capabilities.serial
    if serial is not None and not info.is_for(serial):
        yield _finding(
            Severity.ERROR,
            "The token is for another gateway.",
            f"it names {', '.join(info.serials)}, this is {serial}",
            f"Give the token of {serial}, or the host of the gateway that the token is for.",
        )
    if info.is_expired(facts.now):
        yield _finding(Severity.ERROR, "The token has expired.", f"it was good until {info.expires_at}", _RENEW)
    elif is_ending(info, facts.now) and not token.renews_itself:
        assert info.expires_at is not None
        left = render_left(info.expires_at - facts.now)
        yield _finding(Severity.WARNING, "The token expires soon.", f"{left} left", _RENEW)
    if facts.wanted_role is not None and info.role not in (None, facts.wanted_role):
        yield _finding(
            Severity.ERROR,
            f"The token is of kind {info.role}, and {facts.wanted_role} is wanted.",
            "its claim enphaseUser",
            f"Fetch one with `openvoy token fetch --role {facts.wanted_role}`, with an account that may have it.",
        )


def _finding(severity: Severity, what: str, evidence: str, advice: str) -> Finding:
    return Finding(check="token", severity=severity, what=what, evidence=evidence, advice=advice or _RENEW)


def _firmware(facts: Facts) -> str:
    return "firmware not known" if facts.capabilities is None else f"firmware {facts.capabilities.firmware}"
