"""The WWW-Authenticate header: finds a digest challenge that can be answered, whatever stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ALGORITHM = "md5"
"""The only one that gateways use; it is meant where none is named."""

_SCHEMES = frozenset({"digest", "basic", "bearer", "negotiate", "ntlm"})
"""Words that start a challenge. Other words without value are garbage, which 3.9.36 sends between the members."""

_PIECE = re.compile(r'([A-Za-z][\w-]*)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s,"]+)))?', re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a digest answer is computed from."""

    realm: str
    nonce: str
    opaque: str | None = None
    algorithm: str | None = None
    """As the gateway spelled it, to be repeated."""
    has_qop: bool = False
    """Whether the answer protects with qop=auth; without, it has the older form of RFC 2069."""
    stale: bool = False
    """The nonce was too old, the password is not in question."""


def parse_challenge(header: str) -> Challenge | None:
    """Give the first digest challenge that can be answered; None where there is none."""
    for scheme, parameters in _challenges(header):
        challenge = _build_challenge(parameters) if scheme == "digest" else None
        if challenge is not None:
            return challenge
    return None


def _challenges(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    scheme, parameters = "", dict[str, str]()
    for piece in _PIECE.finditer(header):
        name, quoted, bare = piece[1].lower(), piece[2], piece[3]
        if quoted is not None:
            parameters.setdefault(name, re.sub(r"\\(.)", r"\1", quoted))
        elif bare is not None:
            parameters.setdefault(name, bare)
        elif name in _SCHEMES:
            yield scheme, parameters
            scheme, parameters = name, {}
    yield scheme, parameters


def _build_challenge(parameters: dict[str, str]) -> Challenge | None:
    nonce, realm = parameters.get("nonce"), parameters.get("realm")
    algorithm, qop = parameters.get("algorithm"), parameters.get("qop")
    qops = [] if qop is None else [word.strip().lower() for word in qop.split(",")]
    if not nonce or realm is None or (algorithm or _ALGORITHM).lower() != _ALGORITHM:
        return None
    if qops and "auth" not in qops:
        return None
    return Challenge(
        realm=realm,
        nonce=nonce,
        opaque=parameters.get("opaque"),
        algorithm=algorithm,
        has_qop="auth" in qops,
        stale=parameters.get("stale", "").lower() == "true",
    )
