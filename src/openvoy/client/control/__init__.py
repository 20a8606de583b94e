"""Telling a gateway things, safely: checked, sent once, read back, watched, written down, undoable."""

from openvoy.client.control.controller import ControlSettings, GatewayController
from openvoy.client.control.journal import FileAudit, MemoryAudit

__all__ = ["ControlSettings", "FileAudit", "GatewayController", "MemoryAudit"]
