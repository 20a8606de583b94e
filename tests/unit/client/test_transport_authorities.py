"""TLS of services with a proper certificate: what the machine's authorities vouch for, and nothing else."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from openvoy.client import SystemClock
from openvoy.client.address import Origin
from openvoy.client.transport import AiohttpTransport
from openvoy.errors import GatewayUnreachable
from tests.unit.client.servers import keeping, ok, serve
from tests.unit.client.transports import INFO


def certificate_for(address: str, folder: Path) -> Path:
    """Make an authority that vouches for itself at an address; key and certificate in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "authority.pem"
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


def server_tls(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def ask(port: int) -> bytes:
    origin = Origin(scheme="https", host="127.0.0.1", port=port)
    transport = AiohttpTransport(origin, pins=None, clock=SystemClock())
    try:
        return (await transport.send(INFO, timeout_s=5)).body
    finally:
        await transport.close()


async def test_a_known_authority_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = certificate_for("127.0.0.1", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with serve(keeping(ok(b"1")), tls=server_tls(file)) as log:
        assert await ask(log.port) == b"1"


@pytest.mark.parametrize(("address", "is_known"), [("127.0.0.1", False), ("127.0.0.2", True)])
async def test_an_unknown_authority_or_another_host_gets_nothing(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_known: bool
) -> None:
    file = certificate_for(address, tmp_path)
    if is_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with serve(keeping(ok(b"1")), tls=server_tls(file)) as log:
        with pytest.raises(GatewayUnreachable, match="no authority vouches for") as caught:
            await ask(log.port)
        assert log.requests == []
    assert "SSL_CERT_FILE" in caught.value.hint
