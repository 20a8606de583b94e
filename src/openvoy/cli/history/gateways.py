"""Which gateways a history knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openvoy.errors import ConfigError

if TYPE_CHECKING:
    from openvoy.store import HistoryStore


_SERIAL = re.compile(r"\d{12}", re.ASCII)


async def check_gateway(store: HistoryStore, serial: str | None) -> None:
    """Raise ConfigError for a serial number that the history does not know; None is all of them."""
    if serial is None or await knows_gateway(store, serial):
        return
    known = await store.read_gateways()
    raise ConfigError(
        f"The history knows no gateway {serial}.",
        hint=f"Known are: {', '.join(known) or 'none'}. Or leave --gateway out.",
    )


async def knows_gateway(store: HistoryStore, serial: str) -> bool:
    """Whether a gateway was ever read, or energies were imported for it."""
    from openvoy.store.exchange import read_imports  # noqa: PLC0415 - `--help` need not load it

    if serial in await store.read_gateways() or await store.read_last_energy(serial) is not None:
        return True
    return any(record.gateway == serial for record in await read_imports(store) if record.state != "revoked")


def check_serial(serial: str) -> None:
    """Raise ConfigError for what cannot be the serial number of a gateway that is yet to be read."""
    if _SERIAL.fullmatch(serial) is None:
        raise ConfigError(
            f"The history knows no gateway {serial}, and that is no serial number.",
            hint="Give the twelve digits that stand on the gateway; `openvoy discover` shows them.",
        )
