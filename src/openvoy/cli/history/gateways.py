"""Which gateways a history knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openvoy.errors import ConfigError

if TYPE_CHECKING:
    from openvoy.store import HistoryStore


async def check_gateway(store: HistoryStore, serial: str | None) -> None:
    """Raise ConfigError for a serial number that the history does not know; None is all of them."""
    known = await store.read_gateways()
    if serial is None or serial in known or await store.read_last_energy(serial) is not None:
        return
    raise ConfigError(
        f"The history knows no gateway {serial}.",
        hint=f"Known are: {', '.join(known) or 'none'}. Or leave --gateway out.",
    )
