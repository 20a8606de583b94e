from __future__ import annotations

from datetime import UTC, datetime

import pytest

from openvoy.errors import ConfigError, CredentialRejected, EndpointRefused
from openvoy.protocol.firmware import Capabilities, LoginKind, parse_firmware
from openvoy.protocol.http import Request, Response
from openvoy.protocol.login import Credentials, NoLogin, TokenLogin, build_login
from tests.unit.protocol.login.gateways import DigestGateway, drive, make_token

NOW = datetime(2025, 6, 21, 12, tzinfo=UTC)
SERIAL = "122200000001"


def capabilities(firmware: str, login: LoginKind) -> Capabilities:
    return Capabilities(serial=SERIAL, part_number=None, firmware=parse_firmware(firmware), metered=True, login=login)


TOKENS, DIGEST, OPEN = (
    capabilities("D8.2.4345", LoginKind.TOKEN),
    capabilities("R4.10.35", LoginKind.DIGEST),
    capabilities("R3.7.0", LoginKind.NONE),
)


def test_token_firmware_without_token_says_how_to_get_one() -> None:
    with pytest.raises(ConfigError, match=r"envoy\.local has firmware 8\.2\.4345, which needs a token") as told:
        build_login(TOKENS, Credentials(user="envoy"), gateway="envoy.local", now=NOW)
    assert "entrez" in told.value.hint
    assert "--token-file" in told.value.hint


@pytest.mark.parametrize(
    "token", ["nonsense", make_token(aud="1"), make_token(aud=SERIAL, exp=1)], ids=["none", "another", "expired"]
)
def test_a_token_that_cannot_work_is_refused_before_it_is_sent(token: str) -> None:
    with pytest.raises(CredentialRejected):
        build_login(TOKENS, Credentials(token=token), gateway="envoy.local", now=NOW)


def test_a_fitting_token_is_used() -> None:
    login = build_login(TOKENS, Credentials(token=make_token(aud=SERIAL)), gateway="envoy.local", now=NOW)
    assert isinstance(login, TokenLogin)


@pytest.mark.parametrize("credentials", [Credentials(), Credentials(token="unused")])
def test_old_firmware_needs_nothing_but_its_serial_number(credentials: Credentials) -> None:
    login = build_login(DIGEST, credentials, gateway="envoy.local", now=NOW)
    assert drive(login.flow(Request(path="/production")), DigestGateway("000001"))[0].status == 200


def test_a_changed_password_may_be_given() -> None:
    login = build_login(DIGEST, Credentials(password="changed"), gateway="envoy.local", now=NOW)
    assert drive(login.flow(Request(path="/production")), DigestGateway("changed"))[0].status == 200


def test_an_installer_needs_a_password() -> None:
    with pytest.raises(ConfigError, match="user installer needs a password"):
        build_login(DIGEST, Credentials(user="installer"), gateway="envoy.local", now=NOW)


def test_the_oldest_firmware_asks_for_nothing() -> None:
    login = build_login(OPEN, Credentials(), gateway="envoy.local", now=NOW)
    assert isinstance(login, NoLogin)
    assert drive(login.flow(Request(path="/info")), lambda _request: Response(status=200))[0].status == 200
    with pytest.raises(EndpointRefused, match="refuses /ivp/meters"):
        drive(login.flow(Request(path="/ivp/meters")), lambda _request: Response(status=401))


def test_credentials_do_not_show_in_their_representation() -> None:
    assert "hunter2" not in repr(Credentials(token="hunter2", password="hunter2"))
