from __future__ import annotations

import pytest

from openvoy.errors import (
    CertificateChanged,
    CredentialRejected,
    GatewayBusy,
    GatewayTimeout,
    GatewayUnreachable,
    OpenvoyError,
)
from openvoy.protocol.pacing import Breaker


@pytest.mark.parametrize(
    ("error", "pauses_s"),
    [
        (GatewayUnreachable("gone"), [5, 5, 5, 5, 5, 5]),
        (GatewayTimeout("late"), [5, 5, 5, 5, 5, 5]),
        (GatewayBusy("busy"), [5, 5]),
        (GatewayBusy("busy", retry_after_s=30), [30, 30]),
        (GatewayBusy("busy", retry_after_s=1), [5]),
        (GatewayBusy("busy", retry_after_s=86_400), [120]),
        (CredentialRejected("no"), [5, 10, 20, 40, 60, 60]),
        (CertificateChanged("another"), [60, 60]),
    ],
)
def test_the_pause_fits_what_is_wrong(error: OpenvoyError, pauses_s: list[float]) -> None:
    breaker = Breaker()
    assert [breaker.trip(error) for _ in pauses_s] == pauses_s
    assert breaker.is_open
    breaker.reset()
    assert not breaker.is_open
    assert breaker.trip(error) == pauses_s[0]
