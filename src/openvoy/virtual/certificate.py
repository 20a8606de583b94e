"""The self-signed certificate and the TLS settings of a gateway. The only file that names cryptography."""

from __future__ import annotations

import ssl
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_VALID_FOR = timedelta(days=365)
"""Gateways renew theirs each year; the name in it is not the host's (both seen on 7.6.175)."""


def create_certificate(serial: str, *, now: datetime) -> str:
    """Create key and certificate as PEM text: RSA 2048, CN envoy-<serial>."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"envoy-{serial}")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode()


def is_current(pem: str, *, now: datetime) -> bool:
    """Whether the text holds a certificate that is valid now."""
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return False
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc


def build_tls(pem: str) -> ssl.SSLContext:
    """Build the server's side of TLS, 1.2 as gateways speak it; ValueError where `pem` holds no key and certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gateway.pem"
        path.touch(mode=0o600)
        path.write_text(pem)
        try:
            context.load_cert_chain(path)
        except ssl.SSLError as error:
            message = f"no private key with its certificate: {error.reason}"
            raise ValueError(message) from error
    return context
