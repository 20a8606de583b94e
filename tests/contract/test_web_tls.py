"""A renewed certificate is shown without a restart; one that cannot be used is not."""

from __future__ import annotations

import asyncio
import logging
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openvoy.collector.feed import LiveFeed
from openvoy.errors import ConfigError
from openvoy.settings.listen import Listen
from openvoy.testing.clock import ManualClock
from openvoy.virtual.certificate import create_certificate
from openvoy.web.server import serve
from openvoy.web.tls import Tls
from tests.contract.web_service import LOOPBACK, Setup, build_web


@pytest.fixture(scope="module")
def certificates() -> tuple[str, str]:
    now = datetime.now(UTC)
    return create_certificate("122200000001", now=now), create_certificate("122200000002", now=now)


async def shown_at(bound: Listen, *, name: str | None = None) -> str:
    """Give the certificate that a browser is shown, as PEM; `name` is the one it asks for, if it says one."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", bound.port, ssl=context, server_hostname=name or "")
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    return ssl.DER_cert_to_PEM_cert(shown)


async def test_a_renewed_certificate_is_shown_from_the_next_connection_on(
    tmp_path: Path, certificates: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "web.pem"
    file.write_text(certificates[0])
    tls = Tls(certificate=file, key=file)
    async with serve(build_web(Setup(), LiveFeed(["home"]), ManualClock()), LOOPBACK, tls=tls) as bound:
        for name in (None, "solar.example"):
            assert await shown_at(bound, name=name) in certificates[0]
        file.write_text(certificates[1].partition("-----END PRIVATE KEY")[0])
        with caplog.at_level(logging.WARNING):
            for _ in range(2):
                assert await shown_at(bound) in certificates[0]
        assert [one.levelname for one in caplog.records if "cannot be used" in one.message] == ["WARNING"]
        file.unlink()
        assert await shown_at(bound) in certificates[0]
        file.write_text(certificates[1])
        for name in (None, "solar.example"):
            assert await shown_at(bound, name=name) in certificates[1]


async def test_what_is_no_certificate_is_told_before_anything_listens(tmp_path: Path) -> None:
    file = tmp_path / "web.pem"
    file.write_text("nothing")
    with pytest.raises(ConfigError, match="cannot be used for TLS"):
        async with serve(
            build_web(Setup(), LiveFeed(["home"]), ManualClock()), LOOPBACK, tls=Tls(certificate=file, key=file)
        ):
            pass
