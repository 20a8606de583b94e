from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openvoy.client.address import Origin, parse_address, redirected
from openvoy.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "host", "port", "scheme"),
    [
        ("envoy.local", "envoy.local", None, None),
        (" Envoy.Local ", "envoy.local", None, None),
        ("192.168.1.5", "192.168.1.5", None, None),
        ("192.168.1.5:8443", "192.168.1.5", 8443, None),
        ("my_envoy:80", "my_envoy", 80, None),
        ("fd00::5", "fd00::5", None, None),
        ("::1", "::1", None, None),
        ("[fd00::5]", "fd00::5", None, None),
        ("[fd00::5]:8443", "fd00::5", 8443, None),
        ("https://envoy.local", "envoy.local", None, "https"),
        ("HTTP://envoy.local:8080/", "envoy.local", 8080, "http"),
        ("https://[fd00::5]:8443/home#x", "fd00::5", 8443, "https"),
        ("https://192.168.1.5/ivp/meters?x=1", "192.168.1.5", None, "https"),
        ("solar.müller.example", "solar.müller.example", None, None),
    ],
)
def test_what_people_write(text: str, host: str, port: int | None, scheme: str | None) -> None:
    address = parse_address(text)
    assert (address.host, address.port, address.scheme) == (host, port, scheme)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "a b", "ftp://envoy.local", "https://", "envoy:port", "envoy:0", "envoy:65536", "envoy:-1", "[fd00::5",
     "user:hunter2@envoy.local", "https://user:hunter2@envoy.local", "envoy..local", "/info", "en\nvoy", "x" * 300,
     "a:b:c", "envoy.local\\info", "192.168.1.300", "192.168.1", "https://10.0.0.5.6:8443", "12"],
)  # fmt: skip
def test_what_is_no_address_is_said_without_secrets(text: str) -> None:
    with pytest.raises(ConfigError, match="is no address of a gateway") as told:
        parse_address(text)
    assert "hunter2" not in str(told.value)
    assert "envoy.local" in told.value.hint


def test_a_name_may_end_with_a_digit() -> None:
    assert parse_address("envoy-1.home2").host == "envoy-1.home2"


@pytest.mark.parametrize(
    ("text", "written"),
    [("HTTP://Envoy.local/home", "http://envoy.local"), ("HTTPS://[FD00::5]:8443", "https://[fd00::5]:8443"),
     ("https://[fd00::5]", "https://[fd00::5]"), ("envoy:8080/", "envoy:8080"), ("fd00::5", "fd00::5")],
)  # fmt: skip
def test_an_address_is_written_as_people_do(text: str, written: str) -> None:
    assert parse_address(text).written == written
    assert parse_address(written) == parse_address(text)


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        address = parse_address(text)
    except ConfigError:
        return
    assert all(1 <= origin.port <= 65535 for origin in address.origins())


def test_https_is_tried_first() -> None:
    assert [origin.url for origin in parse_address("envoy.local").origins()] == [
        "https://envoy.local:443",
        "http://envoy.local:80",
    ]
    assert [origin.url for origin in parse_address("[fd00::5]:8443").origins()] == [
        "https://[fd00::5]:8443",
        "http://[fd00::5]:8443",
    ]
    assert [origin.url for origin in parse_address("http://10.0.0.5").origins()] == ["http://10.0.0.5:80"]


HTTP = Origin(scheme="http", host="10.0.0.5", port=8080)


@pytest.mark.parametrize(
    ("location", "port"),
    [
        ("https://10.0.0.5/home", 443),
        ("https://10.0.0.5:8443/", 8443),
        ("https://localhost/", 443),
        ("https://localhost:9/", 443),
        ("https://elsewhere.example/", 443),
    ],
)
def test_a_redirect_never_leads_to_another_host(location: str, port: int) -> None:
    assert redirected(HTTP, location) == Origin(scheme="https", host="10.0.0.5", port=port)


@pytest.mark.parametrize("location", ["", "/home", "http://10.0.0.5/home", "https://10.0.0.5:bad/", "https://[/"])
def test_other_redirects_lead_nowhere(location: str) -> None:
    assert redirected(HTTP, location) is None
    assert redirected(Origin(scheme="https", host="10.0.0.5", port=443), "https://10.0.0.5/") is None
