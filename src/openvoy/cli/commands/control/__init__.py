"""`openvoy control …`: one command for each control of `openvoy.protocol.controls`, and list, undo, audit."""

from openvoy.cli.app import group

group("control", "Tell a gateway something: checked, sent once, read back, watched, written down, undoable.")

from openvoy.cli.commands.control import audit, listing, settings, undo  # noqa: E402 - the group comes first

__all__ = ["audit", "listing", "settings", "undo"]
