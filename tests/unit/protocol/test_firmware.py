from __future__ import annotations

import pytest

from openvoy.protocol.endpoints.identity import Info
from openvoy.protocol.firmware import LoginKind, parse_firmware
from openvoy.protocol.identity import build_capabilities


def test_versions_compare_as_integers() -> None:
    assert parse_firmware("D8.2.4264") > parse_firmware("8.2.127")
    assert parse_firmware("R4.10.35") < parse_firmware("D5.0.62")
    assert str(parse_firmware("D7.6.175 (f79c8d)")) == "7.6.175"
    assert parse_firmware("garbage").numbers == ()
    assert parse_firmware("D8." + "9" * 5000).numbers == (8, 999999999)


@pytest.mark.parametrize(
    ("software", "tokens", "login"),
    [
        ("R3.7.0", None, LoginKind.NONE),
        ("R3.9.36", None, LoginKind.DIGEST),
        ("D3.17.3", None, LoginKind.NONE),
        ("D3.18.10", None, LoginKind.NONE),
        ("R4.10.35", None, LoginKind.DIGEST),
        ("D5.0.62", None, LoginKind.DIGEST),
        ("D6.0.92", True, LoginKind.TOKEN),
        ("D7.0.88", True, LoginKind.TOKEN),
        ("D8.3.5433", None, LoginKind.TOKEN),
    ],
)
def test_login_follows_firmware(software: str, tokens: bool | None, login: LoginKind) -> None:
    info = Info(serial="122200000001", software=software, web_tokens=tokens)
    assert build_capabilities(info).login is login
