"""Notices that a setting of a gateway is another one than before, whoever has set it."""

from __future__ import annotations

from collections.abc import Mapping

from openvoy.model import Snapshot


class SettingsWatch:
    """Compares what a gateway says of its settings with what it said before."""

    def __init__(self) -> None:
        self._known: dict[str, object] = {}

    def take(self, snapshot: Snapshot) -> bool:
        """Whether a setting has changed since the snapshot before; what is not said now may be as it was."""
        said = {name: value for name, value in _settings_of(snapshot).items() if value is not None}
        has_changed = any(name in self._known and self._known[name] != value for name, value in said.items())
        self._known.update(said)
        return has_changed


def _settings_of(snapshot: Snapshot) -> Mapping[str, object]:
    storage, grid = snapshot.storage, snapshot.grid
    return {
        "mode": None if storage is None else storage.mode,
        "reserve": None if storage is None else storage.reserve_soc_pct,
        "charge-from-grid": None if storage is None else storage.charge_from_grid,
        "cloud-schedule": None if storage is None else storage.cloud_scheduled,
        "relay": None if grid is None else grid.relay,
        "relay-wanted": None if grid is None else grid.relay_admin,
        "profile": None if grid is None else grid.profile,
        "contacts": snapshot.contacts or None,
        "generator": snapshot.generator,
    }
