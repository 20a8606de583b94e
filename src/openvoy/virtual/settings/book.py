"""What was set on a gateway over time: the present settings, what was ordered, what happened."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from openvoy.virtual.settings.events import EventLog, News
from openvoy.virtual.settings.state import Settings
from openvoy.virtual.site.orders import Orders
from openvoy.virtual.site.switchgear import OrderBook

KEPT_CHANGES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One subject that was set anew."""

    at_s: int
    """Unix seconds of the gateway's clock."""
    subject: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Everything at one moment; the next moment has another book."""

    settings: Settings
    orders: OrderBook
    events: EventLog
    changes: tuple[Change, ...] = ()
    """Newest last."""

    def turned(self, settings: Settings, orders: Orders, news: tuple[News, ...], now_s: int) -> Book:
        """Give the book after something was set or happened."""
        changes = (
            Change(at_s=now_s, subject=row.name, before=before, after=after)
            for row in fields(Settings)
            if (before := getattr(self.settings, row.name)) != (after := getattr(settings, row.name))
        )
        return replace(
            self,
            settings=settings,
            orders=self.orders if orders == self.orders.orders[-1] else self.orders.added(orders, now_s),
            events=self.events.added(news, now_s),
            changes=(*self.changes, *changes)[-KEPT_CHANGES:],
        )
