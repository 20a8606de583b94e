"""What history remembers of a gateway when collection begins."""

from __future__ import annotations

import logging
from datetime import datetime

from openvoy.errors import StorageError
from openvoy.model import Energy
from openvoy.model.accounting import Account, Accountant
from openvoy.ports import Store

_LOG = logging.getLogger(__name__)


async def recall(store: Store, gateway: str) -> tuple[Accountant, datetime | None]:
    """Give an accountant that goes on where history ends, and the time of its end."""
    try:
        energy = await store.read_last_energy(gateway)
        counters = await store.read_last_counters(gateway)
    except StorageError as error:
        _LOG.error("Accounting begins anew, history cannot be read: %s", error)
        return Accountant(), None
    if energy is None:
        return Accountant(), None
    known = Energy(
        solar_wh=energy.solar_wh,
        import_wh=energy.import_wh,
        export_wh=energy.export_wh,
        charge_wh=energy.charge_wh,
        discharge_wh=energy.discharge_wh,
        load_wh=energy.load_wh,
    )
    last = [(counter.source, Account(raw_wh=counter.value_wh, at=counter.at)) for counter in counters]
    return Accountant(known, last), energy.at
