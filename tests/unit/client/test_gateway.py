from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from openvoy import Gateway
from openvoy.client.address import Origin
from openvoy.client.gateway import NATIVE_TIMEOUT_S, SCRIPTED_TIMEOUT_S
from openvoy.client.token_source import ReadTokens
from openvoy.errors import (
    BadPayload,
    ConfigError,
    CredentialRejected,
    EndpointMissing,
    GatewayTimeout,
    GatewayUnreachable,
    OpenvoyError,
)
from openvoy.ports import Transport
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.endpoints.meters import METERS
from openvoy.protocol.endpoints.production import PRODUCTION_DETAILS
from openvoy.protocol.http import Request, Response
from openvoy.testing.clock import ManualClock
from tests.unit.protocol.login.gateways import make_token

SERIAL = "122200000001"
OWNER = make_token(aud=SERIAL, enphaseUser="owner", exp=datetime(2026, 1, 1, tzinfo=UTC).timestamp())

Answer = Callable[[Request], Response | OpenvoyError]


def info(firmware: str = "D8.2.4345") -> bytes:
    return (
        f"<envoy_info><device><sn>{SERIAL}</sn><software>{firmware}</software><imeter>true</imeter></device></envoy_info>"
    ).encode()


class Network:
    """Transports in memory: each place answers as told, all others refuse the connection."""

    def __init__(self, **places: Answer) -> None:
        self.places = places
        self.sent: list[tuple[str, Request, float]] = []
        self.open: list[Origin] = []

    def __call__(self, origin: Origin) -> Transport:
        self.open.append(origin)
        return _Line(self, origin)

    @property
    def paths(self) -> list[str]:
        return [request.path for _, request, _ in self.sent]


class _Line:
    def __init__(self, network: Network, origin: Origin) -> None:
        self._network, self._origin = network, origin

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        self._network.sent.append((self._origin.url, request, timeout_s))
        answer = self._network.places.get(f"{self._origin.scheme}{self._origin.port}")
        reply = GatewayUnreachable(f"{self._origin.place} refused") if answer is None else answer(request)
        if isinstance(reply, OpenvoyError):
            raise reply
        return reply

    async def close(self) -> None:
        if self._origin in self._network.open:
            self._network.open.remove(self._origin)


def answering(firmware: str = "D8.2.4345", /, **bodies: bytes) -> Answer:
    def answer(request: Request) -> Response:
        if request.path == "/info":
            return Response(status=200, body=info(firmware))
        if request.path == "/auth/check_jwt":
            return Response(status=200, cookies={"sessionId": "abc"})
        body = bodies.get(request.path.rpartition("/")[2])
        return Response(status=404) if body is None else Response(status=200, body=body)

    return answer


def gateway(network: Network, host: str = "envoy.local", **login: str) -> Gateway:
    return Gateway(host, open_transport=network, clock=ManualClock(), **login)  # type: ignore[arg-type]


def test_a_token_and_a_source_of_tokens_contradict_each_other() -> None:
    source = ReadTokens(lambda: OWNER, clock=ManualClock())
    with pytest.raises(ConfigError, match="Give one of them"):
        Gateway("envoy.local", token=OWNER, tokens=source)


class TestConnect:
    async def test_https_is_tried_first(self) -> None:
        network = Network(https443=answering(), http80=answering())
        async with gateway(network, token=OWNER) as connected:
            assert str(connected.capabilities.firmware) == "8.2.4345"
        assert [url for url, _, _ in network.sent] == ["https://envoy.local:443"]
        assert network.open == []

    async def test_old_firmware_is_found_by_http(self) -> None:
        network = Network(http80=answering("R4.10.35"))
        async with gateway(network) as connected:
            assert connected.capabilities.secure is False
        assert [url for url, _, _ in network.sent] == ["https://envoy.local:443", "http://envoy.local:80"]
        assert network.open == []

    async def test_nothing_secret_is_sent_to_find_out_what_answers(self) -> None:
        network = Network(https443=answering())
        async with gateway(network, token=OWNER):
            pass
        assert network.paths == ["/info"]
        assert all(request.headers == {} for _, request, _ in network.sent)

    async def test_a_redirect_means_https_on_the_same_host(self) -> None:
        moved = Response(status=301, headers={"location": "https://localhost/info"})
        network = Network(http80=lambda _request: moved, https443=answering())
        async with gateway(network, "http://10.0.0.5", token=OWNER):
            pass
        assert [url for url, _, _ in network.sent] == ["http://10.0.0.5:80", "https://10.0.0.5:443"]
        assert network.open == []

    async def test_where_nothing_answers_both_places_are_named(self) -> None:
        network = Network()
        with pytest.raises(GatewayUnreachable, match=r"envoy\.local:443 refused envoy\.local:80 refused"):
            await gateway(network).connect()
        assert network.open == []

    async def test_a_late_answer_is_no_reason_to_try_http(self) -> None:
        network = Network(https443=lambda _request: GatewayTimeout("late"), http80=answering())
        with pytest.raises(GatewayTimeout):
            await gateway(network, token=OWNER).connect()
        assert network.open == []

    async def test_a_token_is_not_sent_in_clear_text_unless_that_is_said(self) -> None:
        network = Network(http80=answering())
        with pytest.raises(ConfigError, match="without TLS") as told:
            await gateway(network, token=OWNER).connect()
        assert "http://envoy.local:80" in told.value.hint
        assert network.open == []
        await gateway(network, "http://envoy.local", token=OWNER).connect()

    @pytest.mark.parametrize(
        ("reply", "error"),
        [
            (Response(status=404, body=b"nginx"), GatewayUnreachable),
            (Response(status=401), GatewayUnreachable),
            (Response(status=200, body=b"<html><body>Router</body></html>"), GatewayUnreachable),
            (Response(status=200, body=b"<?xml version='1.0'?><rss></rss>"), GatewayUnreachable),
            (Response(status=200, body=b'{"a": 1}'), GatewayUnreachable),
            (Response(status=200, body=b""), BadPayload),
            (Response(status=200, body=b"<?xml version='1.0' encoding='UTF-8'?>\n<envoy_info>\n  <ti"), BadPayload),
        ],
    )
    async def test_what_is_no_gateway_is_said(self, reply: Response, error: type[OpenvoyError]) -> None:
        network = Network(https443=lambda _request: reply)
        with pytest.raises(error) as told:
            await gateway(network, token=OWNER).connect()
        if reply.status == 200:
            is_cut = error is BadPayload
            assert ("breaks off" if is_cut else "a web server that is no gateway") in told.value.message
            assert ("Try again" if is_cut else "Give the address of the gateway") in told.value.hint
        assert network.open == []

    @pytest.mark.parametrize(
        ("token", "message", "asked"),
        [
            ("nonsense", "What was given is no token", []),
            (make_token(aud=SERIAL, exp=1), r"The token for envoy\.local expired", []),
            (make_token(aud="122200000002"), r"122200000002, but envoy\.local is 122200000001", ["/info"]),
        ],
    )
    async def test_a_token_that_cannot_work_is_never_sent(self, token: str, message: str, asked: list[str]) -> None:
        network = Network(https443=answering())
        with pytest.raises(CredentialRejected, match=message) as told:
            await gateway(network, token=token).connect()
        assert network.paths == asked
        assert token not in str(told.value)
        assert network.open == []

    async def test_a_missing_token_is_asked_for(self) -> None:
        with pytest.raises(ConfigError, match=r"envoy\.local has firmware 8\.2\.4345, which needs a token"):
            await gateway(Network(https443=answering())).connect()

    async def test_a_closed_gateway_connects_anew(self) -> None:
        network = Network(https443=answering(meters=b"[]"))
        connected = gateway(network, token=OWNER)
        for _ in range(2):
            await connected.fetch(METERS)
            await connected.close()
        assert network.paths == ["/info", "/auth/check_jwt", "/ivp/meters"] * 2

    def test_before_it_is_connected_nothing_is_known(self) -> None:
        with pytest.raises(ConfigError, match=r"envoy\.local is not connected"):
            _ = gateway(Network()).capabilities


class TestFetch:
    async def test_one_endpoint_is_typed(self) -> None:
        row = b'[{"eid": 704643328, "state": "enabled", "measurementType": "production", "phaseCount": "2"}]'
        network = Network(https443=answering(meters=row))
        async with gateway(network, token=OWNER) as connected:
            decoded = await connected.fetch(METERS)
        assert [meter.eid for meter in decoded.value] == [704643328]
        assert network.sent[-1][1].headers["Accept"] == "application/json"

    async def test_scripted_pages_get_more_time(self) -> None:
        network = Network(https443=answering(meters=b"[]", **{"production.json?details=1": b"{}"}))
        async with gateway(network, token=OWNER) as connected:
            await connected.fetch(METERS)
            await connected.fetch(PRODUCTION_DETAILS)
        times = {request.path: timeout_s for _, request, timeout_s in network.sent}
        assert times[METERS.path] == NATIVE_TIMEOUT_S
        assert times[PRODUCTION_DETAILS.path] == SCRIPTED_TIMEOUT_S

    @pytest.mark.parametrize("body", [b"", b"   ", b"<html></html>", b"[{", b'"text"', b"\xff\xfe"])
    async def test_what_is_not_the_endpoints_reply_is_a_bad_payload(self, body: bytes) -> None:
        async with gateway(Network(https443=answering(meters=body)), token=OWNER) as connected:
            with pytest.raises(BadPayload, match="/ivp/meters") as told:
                await connected.fetch(METERS)
        assert told.value.endpoint == "meters"

    async def test_a_missing_endpoint_names_the_gateway(self) -> None:
        async with gateway(Network(https443=answering()), token=OWNER) as connected:
            with pytest.raises(EndpointMissing, match=r"envoy\.local answered /ivp/meters with status 404"):
                await connected.fetch(METERS)

    async def test_a_raw_reply_comes_as_it_is(self) -> None:
        network = Network(https443=answering())
        async with gateway(network, token=OWNER) as connected:
            response = await connected.fetch_raw("/ivp/unknown?a=1", method="PUT", body=b"{}")
        assert response.status == 404
        _, request, timeout_s = network.sent[-1]
        assert (request.method, request.path, request.body) == ("PUT", "/ivp/unknown?a=1", b"{}")
        assert timeout_s == SCRIPTED_TIMEOUT_S

    @pytest.mark.parametrize(
        "path", ["", "ivp/meters", "/ivp/../admin", "/a b", "/a\r\nX-Header: 1", "/é", "http://elsewhere/", "/a#b"]
    )
    async def test_what_is_no_path_is_not_sent(self, path: str) -> None:
        network = Network(https443=answering())
        with pytest.raises(ConfigError, match="is no path"):
            await gateway(network, token=OWNER).fetch_raw(path)
        assert network.sent == []


async def test_a_snapshot_is_of_the_moment_it_was_taken() -> None:
    clock = ManualClock(datetime(2025, 6, 21, 10, tzinfo=UTC))
    network = Network(https443=answering(meters=b"[]"))
    async with Gateway("envoy.local", token=OWNER, open_transport=network, clock=clock) as connected:
        snapshot = await connected.snapshot()
    assert snapshot.at == clock.now()
    assert snapshot.gateway.serial == SERIAL
    assert snapshot.power.solar_w is None
    assert INFO.path in network.paths
