"""Hashing of passwords. The only file that names argon2."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

_ROUNDS, _MEMORY_KIB = 2, 19_456
_HASHER = PasswordHasher(time_cost=_ROUNDS, memory_cost=_MEMORY_KIB, parallelism=1, salt_len=16, hash_len=32)
"""Argon2id with 19 MiB, as OWASP's cheat sheet of 2023 has it; a Raspberry Pi takes some 0.2 s for it."""


def hash_password(password: str) -> str:
    """Hash a password with a salt of its own; slow on purpose, so not for the event loop."""
    return _HASHER.hash(password)


def is_password(password: str, hashed: str) -> bool:
    """Whether a password belongs to a hash; as slow for a wrong one."""
    try:
        return _HASHER.verify(hashed, password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


UNKNOWN = f"$argon2id$v=19$m={_MEMORY_KIB},t={_ROUNDS},p=1${'A' * 22}${'A' * 43}"
"""Checked for a name that has no account, so that a reply's time does not tell which names there are; no password's."""
