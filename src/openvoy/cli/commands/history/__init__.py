"""`openvoy history …`: one module a command; all of them are loaded with this package."""

from __future__ import annotations

import importlib
import pkgutil

from openvoy.cli.app import group

group("history", "The history: backup, costs, export, import, restore, sql, verify.")

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
