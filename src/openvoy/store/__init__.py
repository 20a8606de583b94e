"""Keeps history in an embedded database, for decades and on a small computer."""

from openvoy.store.database import Limits
from openvoy.store.history import HistoryStore
from openvoy.store.opening import SetAside

__all__ = ["HistoryStore", "Limits", "SetAside"]
