from __future__ import annotations

import pytest

from openvoy.errors import ConfigError
from openvoy.settings.listen import Listen, parse_listen
from openvoy.web.listen import build_host_rule, check_protected


@pytest.mark.parametrize(
    ("text", "host", "port", "url"),
    [
        ("127.0.0.1:8400", "127.0.0.1", 8400, "http://127.0.0.1:8400/"),
        (" localhost:0 ", "localhost", 0, "http://localhost:0/"),
        ("[::1]:80", "::1", 80, "http://[::1]:80/"),
        ("solar-pi.local:65535", "solar-pi.local", 65535, "http://solar-pi.local:65535/"),
    ],
)
def test_addresses_to_listen_at(text: str, host: str, port: int, url: str) -> None:
    listen = parse_listen(text)
    assert (listen.host, listen.port, listen.url) == (host, port, url)
    assert parse_listen(str(listen)) == listen


@pytest.mark.parametrize(
    "text", ["", "8400", ":8400", "a:b", "1.2.3.4:65536", "::1:80", "http://a:80", "a:80/x", "u@a:80"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_listen(text)
    assert "host:port" in caught.value.hint


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "localhost", "a.localhost"])
def test_loopback_needs_no_permission(host: str) -> None:
    check_protected(Listen(host=host, port=1), is_protected=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "solar-pi.local", "fe80::1", "localhost.example"])
def test_other_addresses_need_permission(host: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_protected(Listen(host=host, port=1), is_protected=False)
    assert "allow_unprotected = true" in caught.value.hint
    check_protected(Listen(host=host, port=1), is_protected=True)


LOCAL = ["127.0.0.1", "127.0.0.1:8400", "localhost:1", "LOCALHOST", "localhost.", "[::1]:8400", "a.localhost:8400"]


@pytest.mark.parametrize("header", LOCAL)
def test_loopback_names_are_always_answered(header: str) -> None:
    assert build_host_rule(parse_listen("127.0.0.1:8400")).allows(header)


@pytest.mark.parametrize(
    "header",
    [None, "", "evil.example", "127.0.0.1.evil.example", "evil.example:8400", "127.0.0.1@evil.example", "192.168.1.5",
     "[::1", "a b", "localhost\t", "evil.example, localhost", "[fd00::1]:8400", "xlocalhost"],
)  # fmt: skip
def test_other_names_are_not_answered(header: str | None) -> None:
    assert not build_host_rule(parse_listen("127.0.0.1:8400")).allows(header)


def test_names_of_the_configuration_are_answered() -> None:
    rule = build_host_rule(parse_listen("127.0.0.1:8400"), ["Solar.lan"])
    assert rule.allows("solar.lan")
    assert rule.allows("SOLAR.LAN.:443")
    assert not rule.allows("x.solar.lan")


def test_a_wildcard_is_called_by_any_address_but_by_no_name() -> None:
    for listen in ("0.0.0.0:8400", "[::]:8400"):
        rule = build_host_rule(parse_listen(listen))
        assert rule.allows("192.168.1.5:8400")
        assert rule.allows("[fd00::1]:8400")
        assert not rule.allows("evil.example")
    assert not build_host_rule(parse_listen("192.168.1.5:8400")).allows("192.168.1.6:8400")
    assert build_host_rule(parse_listen("192.168.1.5:8400")).allows("192.168.1.5:8400")
