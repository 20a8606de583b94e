"""One gateway, many announcements: cards, names, addresses."""

from __future__ import annotations

from openvoy.client.address import parse_address
from openvoy.client.discovery import Announced, merge

SERIAL = "122200000001"


def announced(
    name: str, *addresses: str, serial: str | None = SERIAL, port: int = 443, version: str | None = "8.2.4345"
) -> Announced:
    return Announced(name=name, host=f"{name}.local", port=port, addresses=addresses, serial=serial, version=version)


def test_wifi_and_cable_are_one_gateway() -> None:
    (found,) = merge([announced("envoy", "192.168.1.5"), announced("envoy-2", "192.168.1.6", "192.168.1.5")])
    assert found.addresses == ("192.168.1.5", "192.168.1.6")
    assert (found.host, found.names, found.firmware) == ("192.168.1.5", ("envoy.local", "envoy-2.local"), "8.2.4345")


def test_an_old_name_without_address_does_not_win() -> None:
    (found,) = merge([announced("envoy"), announced("envoy-4", "192.168.1.5")])
    assert found.host == "192.168.1.5"
    assert found.names == ("envoy-4.local", "envoy.local")
    (lost,) = merge([announced("envoy-4")])
    assert lost.host is None
    assert lost.serial == SERIAL


def test_link_local_addresses_come_last_and_keep_their_interface() -> None:
    (found,) = merge([announced("envoy", "fe80::1%eth0", "fd00::5", "169.254.3.4", "10.0.0.9")])
    assert found.addresses == ("10.0.0.9", "169.254.3.4", "fd00::5", "fe80::1%eth0")
    (only,) = merge([announced("envoy", "fe80::1%eth0")])
    assert only.host == "fe80::1%eth0"
    assert parse_address(only.host).host == "fe80::1%eth0"


def test_the_port_is_named_where_it_would_not_be_tried() -> None:
    (tls,) = merge([announced("envoy", "10.0.0.9", port=8443)])
    (plain,) = merge([announced("envoy", "10.0.0.9", port=80, version="5.0.62")])
    (six,) = merge([announced("envoy", "fe80::1%eth0", port=8443)])
    assert (tls.host, plain.host, six.host) == ("10.0.0.9:8443", "10.0.0.9", "[fe80::1%eth0]:8443")
    assert parse_address(six.host or "").port == 8443


def test_gateways_without_serial_number_are_told_apart_by_name() -> None:
    found = merge(
        [announced("envoy", "10.0.0.1", serial=None), announced("envoy-2", "10.0.0.2", serial=None, version=None)]
    )
    assert [(one.serial, one.host) for one in found] == [(None, "10.0.0.1"), (None, "10.0.0.2")]
    assert merge([]) == ()
