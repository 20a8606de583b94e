"""Keeps history in an embedded database, for decades and on a small computer."""

from openvoy.store.aside import SetAside
from openvoy.store.history import HistoryStore
from openvoy.store.limits import Limits

__all__ = ["HistoryStore", "Limits", "SetAside"]
