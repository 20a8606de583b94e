from __future__ import annotations

import ssl
from datetime import UTC, datetime

import pytest

from openvoy.virtual.certificate import build_tls, create_certificate


@pytest.fixture(scope="session")
def certificates() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's side of TLS with two different certificates."""
    now = datetime.now(UTC)
    first, second = (build_tls(create_certificate("122200000001", now=now)) for _ in range(2))
    return first, second
