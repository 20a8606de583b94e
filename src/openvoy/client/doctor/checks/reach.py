"""Whether the gateway answers, and what answers in its place."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.address import parse_address
from openvoy.client.connect import GIVE_ADDRESS
from openvoy.client.doctor.check import check
from openvoy.client.doctor.facts import Answerer, Facts
from openvoy.client.doctor.finding import Finding, Severity
from openvoy.errors import CertificateChanged, ConfigError, CredentialRejected, GatewayUnreachable, OpenvoyError
from openvoy.protocol.firmware import LoginKind

_FIRST_WITH_CLOSED_PORT = (8, 3, 5286)


@check("reach")
def find(facts: Facts) -> Iterator[Finding]:
    """Explain why nothing could be read."""
    error = facts.failure
    if error is not None:
        what, advice = _explain(facts, error)
        yield Finding(
            check="reach", severity=Severity.ERROR, what=what, evidence=error.message, advice=advice or error.hint
        )


@check("tls")
def find_downgrade(facts: Facts) -> Iterator[Finding]:
    """Find a token that crosses the network in clear text."""
    if facts.capabilities is not None and facts.capabilities.login is LoginKind.TOKEN and facts.scheme == "http":
        yield Finding(
            check="tls",
            severity=Severity.WARNING,
            what="The gateway is asked without TLS, though its firmware has it: the token can be read on the way.",
            evidence=f"firmware {facts.capabilities.firmware} at http://{facts.host.removeprefix('http://')}",
            advice="Write the address without http://, or with https://.",
        )


def _explain(facts: Facts, error: OpenvoyError) -> tuple[str, str]:
    if facts.answerer is not None:
        return _explain_answerer(facts, facts.answerer)
    if isinstance(error, CertificateChanged):
        return "The gateway shows another certificate than the one that is trusted.", ""
    if isinstance(error, CredentialRejected):
        return "The gateway does not accept the login.", ""
    if isinstance(error, GatewayUnreachable):
        return f"Nothing can be reached at {facts.host}.", _when_unreachable(facts, error)
    what = "The address or the login cannot be right." if isinstance(error, ConfigError) else "It cannot be read now."
    return what, ""


def _explain_answerer(facts: Facts, answerer: Answerer) -> tuple[str, str]:
    if answerer is Answerer.TLS:
        right = f"https://{parse_address(facts.host)}"
        return f"The port of {facts.host} speaks TLS, and was asked without.", f"Write {right}."
    if answerer is Answerer.OPENVOY:
        what = f"At {facts.host} is Openvoy's own dashboard, not a gateway."
    else:
        what = f"At {facts.host} is a web server that is no gateway."
    return what, GIVE_ADDRESS


def _when_unreachable(facts: Facts, error: OpenvoyError) -> str:
    if facts.is_http_wanted:
        closed = ".".join(map(str, _FIRST_WITH_CLOSED_PORT))
        return f"{error.hint} Firmware from about {closed} closes the port of http://; write https:// instead."
    return f"{error.hint} `openvoy discover` lists the gateways on this network."
