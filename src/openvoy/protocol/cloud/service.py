"""Where the vendor's cloud is; both places can be replaced, so that a virtual cloud can stand in."""

from __future__ import annotations

from dataclasses import dataclass

BASE_URL = "https://enlighten.enphaseenergy.com"
TOKENS_URL = "https://entrez.enphaseenergy.com"

TOKENS_PATH = "/tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudService:
    """The two hosts, as base URLs without a slash at their ends."""

    base_url: str = BASE_URL
    """Logs accounts in."""
    tokens_url: str = TOKENS_URL
    """Issues tokens; its base, or the address of the call itself, which ends in /tokens."""

    @property
    def tokens_base_url(self) -> str:
        """Base of all pages of the token service."""
        return self.tokens_url.rstrip("/").removesuffix(TOKENS_PATH)
