"""Total consumption that is net consumption: 8.3.5433 with a meter of total consumption."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed, each
from openvoy.protocol.endpoints.production import ProductionPage, ProductionRow
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, counted_from, map_lines, map_rows
from openvoy.virtual.faults import fault


@fault("total-is-net", "Q9")
@dataclass(frozen=True, kw_only=True)
class TotalIsNet(DataFault):
    """Gives net values as total consumption; today and seven days of it are its lifetime."""

    def edits(self, stage: Stage) -> Edits:
        """Change the row of total consumption."""
        return dict.fromkeys(PAGES, _on_page)


def _on_page(page: ProductionPage) -> ProductionPage:
    net = next((row for row in each(page.consumption) if row.measurement == "net-consumption"), None)
    if net is None:
        return page
    return map_rows(page, lambda row: _as_net(row, net), kind="eim")


def _as_net(row: ProductionRow, net: ProductionRow) -> ProductionRow:
    if row.measurement != "total-consumption":
        return row
    total = changed(net, measurement=row.measurement)
    return map_lines(counted_from(total, None), lambda line: counted_from(line, None))
