"""History in files of others and of our own: import and export."""

from openvoy.store.exchange.formats import AUTO, FORMATS
from openvoy.store.exchange.importing import (
    ImportPlan,
    ImportRecord,
    find_import,
    plan_import,
    read_imports,
    revoke_import,
    write_import,
)
from openvoy.store.exchange.observed import QUANTITIES, Reading

__all__ = [
    "AUTO",
    "FORMATS",
    "QUANTITIES",
    "ImportPlan",
    "ImportRecord",
    "Reading",
    "find_import",
    "plan_import",
    "read_imports",
    "revoke_import",
    "write_import",
]
