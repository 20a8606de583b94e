from __future__ import annotations

from openvoy.client.capture import Tape
from openvoy.client.capture.login import login_secrets
from openvoy.client.capture.private import Kind, Original
from openvoy.client.capture.recorder import recorded_endpoints
from openvoy.protocol.firmware import parse_firmware
from openvoy.protocol.http import Request, Response
from openvoy.protocol.login import Credentials
from openvoy.testing.clock import ManualClock


def paths_of(firmware: str, *skipped: str) -> set[str]:
    return {endpoint.path for endpoint in recorded_endpoints(parse_firmware(firmware), skipped=skipped)}


def test_everything_is_asked_that_the_firmware_has_and_that_only_reads() -> None:
    new, old = paths_of("8.3.5169"), paths_of("3.9.36")
    assert {"/info", "/home", "/ivp/meters/readings", "/ivp/pdm/device_data", "/admin/lib/tariff"} <= new
    assert {"/info", "/production", "/api/v1/production/inverters"} <= old
    assert "/ivp/meters" not in old
    for path in new | old:
        assert "{" not in path
        assert not path.startswith("/stream/")
    assert {"/installer/pcu_comm_check", "/ivp/adc/relaxedparams/add", "/ivp/zb/commission"}.isdisjoint(new)


def test_a_path_may_be_left_out() -> None:
    assert paths_of("8.3.5169") - paths_of("8.3.5169", "/home") == {"/home"}


def test_the_good_reply_is_kept_and_readings_only() -> None:
    tape = Tape(lambda _origin: None, ManualClock())  # type: ignore[arg-type, return-value]
    for path, method, status in (
        ("/a", "GET", 401), ("/a", "GET", 200), ("/a", "GET", 503), ("/b", "GET", 404), ("/c", "POST", 200),
    ):  # fmt: skip
        tape.note("https", Request(path=path, method=method), Response(status=status))
    assert [(kept.path, kept.response.status) for kept in tape.exchanges()] == [("/a", 200), ("/b", 404)]
    assert tape.has("/a")
    assert not tape.has("/b")


def test_what_a_login_holds_is_private() -> None:
    """The claims say aud 122200123456, username jo@example.net, jti 4f0c-11."""
    payload = "eyJhdWQiOiAiMTIyMjAwMTIzNDU2IiwgInVzZXJuYW1lIjogImpvQGV4YW1wbGUubmV0IiwgImp0aSI6ICI0ZjBjLTExIn0"
    token = f"eyJhbGciOiJFUzI1NiJ9.{payload}.c2lnbmF0dXJl"
    secrets = set(login_secrets(Credentials(token=token), "192.168.1.20"))
    assert secrets == {
        Original(Kind.SECRET, token),
        Original(Kind.SECRET, payload),
        Original(Kind.SECRET, "c2lnbmF0dXJl"),
        Original(Kind.EMAIL, "jo@example.net"),
        Original(Kind.TEXT, "4f0c-11"),
        Original(Kind.ADDRESS, "192.168.1.20"),
    }


def test_a_password_and_a_name_of_ones_own_are_private_too() -> None:
    credentials = Credentials(user="installer", password="hunter2")
    assert set(login_secrets(credentials, "sun.smith.example")) == {
        Original(Kind.SECRET, "hunter2"),
        Original(Kind.HOST, "sun.smith.example"),
    }
    assert set(login_secrets(Credentials(token="no token", user="envoy"), "envoy.local")) == {
        Original(Kind.SECRET, "no token")
    }
