"""The local platform for Enphase Envoy / IQ Gateway solar and storage systems.

`Gateway` is the client; it is loaded when it is first used, so that nothing else pays for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openvoy.errors import (
    BadPayload,
    CertificateChanged,
    CloudUnavailable,
    ConfigError,
    CredentialRejected,
    EndpointMissing,
    EndpointRefused,
    ExportError,
    GatewayBusy,
    GatewayTimeout,
    GatewayUnreachable,
    NotAuthorized,
    OpenvoyError,
    Remedy,
    SecondFactorNeeded,
    StorageError,
    Unavailable,
)
from openvoy.model import Snapshot

if TYPE_CHECKING:
    from openvoy.client import FilePinStore, Gateway

__all__ = [
    "BadPayload",
    "CertificateChanged",
    "CloudUnavailable",
    "ConfigError",
    "CredentialRejected",
    "EndpointMissing",
    "EndpointRefused",
    "ExportError",
    "FilePinStore",
    "Gateway",
    "GatewayBusy",
    "GatewayTimeout",
    "GatewayUnreachable",
    "NotAuthorized",
    "OpenvoyError",
    "Remedy",
    "SecondFactorNeeded",
    "Snapshot",
    "StorageError",
    "Unavailable",
    "__version__",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    if name in {"FilePinStore", "Gateway"}:
        from openvoy import client  # noqa: PLC0415 - the network library costs 0.2 s

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
