"""The storage settings inside the tariff: read from it and written back with all of it."""

from __future__ import annotations

from typing import Any

from openvoy.model.control import Setting
from openvoy.protocol.control import State, build_request, like
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY
from openvoy.protocol.endpoints.inverters import INVERTERS
from openvoy.protocol.endpoints.tariff import TARIFF, StorageSettings
from openvoy.protocol.firmware import parse_firmware
from openvoy.protocol.http import Request
from openvoy.protocol.plan import has_ac_batteries, has_devices

STORAGE_SINCE = parse_firmware("7")
"""Before, the tariff has prices only."""
NEEDS = (ENSEMBLE_INVENTORY, INVERTERS)
CLOUD_RULES = (
    "The vendor's cloud plans the batteries and takes changes back: end that with cloud-schedule off, or change it in"
    " the vendor's app."
)


def why_no_storage(state: State) -> str:
    """Tell why there are no storage settings; empty where there are."""
    if not (has_devices(state.replies, "ENCHARGE") or has_ac_batteries(state.replies)):
        return "The site has no batteries."
    if not isinstance(_storage(state.document(TARIFF)), dict):
        return "The tariff of this firmware has no storage settings."
    return ""


def storage_of(state: State) -> StorageSettings:
    """Give the storage settings, all unsaid where there are none."""
    reply = state.value(TARIFF)
    storage = None if reply is None or reply.tariff is None else reply.tariff.storage
    return StorageSettings() if storage is None else storage


def is_cloud_scheduled(state: State) -> bool:
    """Whether the cloud plans: a written mode is then echoed and ignored (quirk Q80)."""
    return storage_of(state).cloud_scheduled is True


def why_taken_back(state: State) -> str:
    """Tell why a change may not last."""
    return CLOUD_RULES if is_cloud_scheduled(state) else ""


def tariff_request(state: State, **members: Setting) -> Request:
    """Build the write of the whole tariff with other storage settings; the schedule is the gateway's to derive."""
    document = state.document(TARIFF)
    storage = _storage(document)
    for name, value in members.items():
        storage[name] = like(storage.get(name), value)
    return build_request(TARIFF, "PUT", {"tariff": document["tariff"]})


def _storage(document: Any) -> Any:
    tariff = document.get("tariff") if isinstance(document, dict) else None
    return tariff.get("storage_settings") if isinstance(tariff, dict) else None
