"""`openvoy control …` and `openvoy provision …`: a command for each control, and list, undo, audit."""

from openvoy.cli.app import group

group("control", "Tell a gateway something: checked, sent once, read back, watched, written down, undoable.")
group("provision", "What installers do: devices, phases, grid profile; as safely as `openvoy control`.")

from openvoy.cli.commands.control import audit, checks, listing, settings, undo  # noqa: E402 - the group comes first

__all__ = ["audit", "checks", "listing", "settings", "undo"]
