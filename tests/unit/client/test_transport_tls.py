from __future__ import annotations

import ssl

import pytest

from openvoy.client.pins import MemoryPinStore
from openvoy.errors import CertificateChanged, OpenvoyError
from tests.unit.client.servers import (
    keeping,
    ok,
    serve,
)
from tests.unit.client.transports import INFO, WRITE, free_port, send, transport_to


class TestCertificates:
    async def test_the_first_certificate_is_pinned_and_used(
        self, certificates: tuple[ssl.SSLContext, ssl.SSLContext]
    ) -> None:
        pins = MemoryPinStore()
        async with serve(keeping(ok(b"1")), tls=certificates[0]) as log:
            for _ in range(2):
                responses = await send(transport_to(log.port, "https", pins=pins), INFO, INFO)
                assert [response.body for response in responses] == [b"1", b"1"]
            pin = pins.read_pin(f"127.0.0.1:{log.port}")
        assert pin is not None
        assert len(bytes.fromhex(pin)) == 32
        assert len(log.requests) == 4

    async def test_another_certificate_gets_nothing(self, certificates: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
        pins = MemoryPinStore()
        async with serve(keeping(ok(b"1")), tls=certificates[1]) as log:
            pins.write_pin(f"127.0.0.1:{log.port}", "ab" * 32)
            for request in (INFO, WRITE):
                with pytest.raises(CertificateChanged, match="another certificate than before") as told:
                    await send(transport_to(log.port, "https", pins=pins), request)
        assert "--accept-new-certificate" in told.value.hint
        assert log.requests == []
        assert pins.read_pin(f"127.0.0.1:{log.port}") == "ab" * 32

    async def test_a_new_certificate_may_be_accepted_once(
        self, certificates: tuple[ssl.SSLContext, ssl.SSLContext]
    ) -> None:
        pins = MemoryPinStore()
        async with serve(keeping(ok(b"1")), tls=certificates[1]) as log:
            place = f"127.0.0.1:{log.port}"
            pins.write_pin(place, "ab" * 32)
            transport = transport_to(log.port, "https", pins=pins, accept_new_certificate=True)
            assert (await transport.send(INFO, timeout_s=5)).body == b"1"
            assert pins.read_pin(place) != "ab" * 32
            await send(transport_to(log.port, "https", pins=pins), INFO)
            await transport.close()

    async def test_a_certificate_that_changes_between_two_connections_is_noticed(
        self, certificates: tuple[ssl.SSLContext, ssl.SSLContext]
    ) -> None:
        pins, port = MemoryPinStore(), free_port()
        errors: list[OpenvoyError] = []
        transport = transport_to(port, "https", pins=pins, accept_new_certificate=True)
        for tls in certificates:
            async with serve(keeping(ok(b"1")), tls=tls, port=port):
                try:
                    await transport.send(INFO, timeout_s=5)
                except CertificateChanged as error:
                    errors.append(error)
                await transport.close()
        assert len(errors) == 1

    async def test_a_new_certificate_that_is_accepted_elsewhere_counts_from_the_next_request_on(
        self, certificates: tuple[ssl.SSLContext, ssl.SSLContext]
    ) -> None:
        pins = MemoryPinStore()
        async with serve(keeping(ok(b"1")), tls=certificates[1]) as log:
            place = f"127.0.0.1:{log.port}"
            pins.write_pin(place, "ab" * 32)
            transport = transport_to(log.port, "https", pins=pins)
            with pytest.raises(CertificateChanged):
                await transport.send(INFO, timeout_s=5)
            await send(transport_to(log.port, "https", pins=pins, accept_new_certificate=True), INFO)
            assert (await transport.send(INFO, timeout_s=5)).status == 200
            await transport.close()
