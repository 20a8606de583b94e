from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from openvoy.client.pins import MemoryPinStore
from openvoy.client.transport import AiohttpTransport
from openvoy.errors import CertificateChanged, OpenvoyError
from tests.unit.client.servers import Log, keeping, ok, serve
from tests.unit.client.transports import INFO, WRITE, free_port, send, transport_to

OLD_PIN = "ab" * 32


@dataclass(frozen=True)
class Changed:
    """A gateway that shows another certificate than the one that is known of it."""

    log: Log
    pins: MemoryPinStore

    @property
    def pin(self) -> str | None:
        return self.pins.read_pin(f"127.0.0.1:{self.log.port}")

    def transport(self, **options: bool) -> AiohttpTransport:
        return transport_to(self.log.port, "https", pins=self.pins, **options)


@pytest_asyncio.fixture
async def changed(certificates: tuple[ssl.SSLContext, ssl.SSLContext]) -> AsyncIterator[Changed]:
    async with serve(keeping(ok(b"1")), tls=certificates[1]) as log:
        found = Changed(log, MemoryPinStore())
        found.pins.write_pin(f"127.0.0.1:{log.port}", OLD_PIN)
        yield found


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

    async def test_another_certificate_gets_nothing(self, changed: Changed) -> None:
        for request in (INFO, WRITE):
            with pytest.raises(CertificateChanged, match="another certificate than before") as told:
                await send(changed.transport(), request)
        assert "--accept-new-certificate" in told.value.hint
        assert changed.log.requests == []
        assert changed.pin == OLD_PIN

    async def test_a_new_certificate_may_be_accepted_once(self, changed: Changed) -> None:
        transport = changed.transport(accept_new_certificate=True)
        assert (await transport.send(INFO, timeout_s=5)).body == b"1"
        assert changed.pin != OLD_PIN
        await send(changed.transport(), INFO)
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
        self, changed: Changed
    ) -> None:
        transport = changed.transport()
        with pytest.raises(CertificateChanged):
            await transport.send(INFO, timeout_s=5)
        await send(changed.transport(accept_new_certificate=True), INFO)
        assert (await transport.send(INFO, timeout_s=5)).status == 200
        await transport.close()
