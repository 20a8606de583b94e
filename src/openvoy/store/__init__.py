"""Keeps history in an embedded database, for decades and on a small computer."""

from openvoy.store.aside import SetAside
from openvoy.store.database import Limits
from openvoy.store.history import HistoryStore

__all__ = ["HistoryStore", "Limits", "SetAside"]
