"""The seams: small protocols that join the floors above to the outside. Read this package first.

`Transport` carries one request to a gateway, `Reader` is what the collector needs of a client, `Clock` is time, `Store`
keeps history, `Feed` is what the collector offers to dashboard and exporters, `Exporter` hands data on,
`Upstream` is a gateway behind a mirror. `Controller` tells a gateway things, `Audit` keeps what it was told.
"""

from openvoy.ports.clock import Clock
from openvoy.ports.control import Audit, Controller
from openvoy.ports.exporter import Exporter, ExporterKind, Exporters, ExporterStatus, Household, Page, Progress
from openvoy.ports.feed import Feed, GatewayStatus, HistoryStatus, Update
from openvoy.ports.reader import Reader
from openvoy.ports.store import Accounts, Columns, History, Store
from openvoy.ports.transport import Transport
from openvoy.ports.upstream import Upstream

__all__ = [
    "Accounts",
    "Audit",
    "Clock",
    "Columns",
    "Controller",
    "Exporter",
    "ExporterKind",
    "ExporterStatus",
    "Exporters",
    "Feed",
    "GatewayStatus",
    "History",
    "HistoryStatus",
    "Household",
    "Page",
    "Progress",
    "Reader",
    "Store",
    "Transport",
    "Update",
    "Upstream",
]
