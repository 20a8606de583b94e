"""Tokens from the vendor's cloud: obtained, kept and renewed."""

from openvoy.client.cloud.attempts import FileAttempts, MemoryAttempts
from openvoy.client.cloud.client import CloudClient
from openvoy.client.cloud.store import FileTokenStore, MemoryTokenStore, TokenStore
from openvoy.client.cloud.tokens import CloudTokens

__all__ = [
    "CloudClient",
    "CloudTokens",
    "FileAttempts",
    "FileTokenStore",
    "MemoryAttempts",
    "MemoryTokenStore",
    "TokenStore",
]
