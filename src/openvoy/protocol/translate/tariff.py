"""Prices as the gateway stores them."""

from __future__ import annotations

from openvoy.codec import each
from openvoy.model import DayPlan, Period, Season, Tariff, Tier
from openvoy.protocol.endpoints.tariff import TARIFF, TariffDays, TariffSeason
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.moments import moment


def build_tariff(replies: Replies) -> Tariff | None:
    """Build the tariff; None where the gateway has none."""
    reply = replies.value(TARIFF)
    if reply is None or reply.tariff is None:
        return None
    settings = reply.tariff
    return Tariff(
        currency=None if settings.currency is None else settings.currency.code,
        import_per_kwh=None if settings.single_rate is None else settings.single_rate.rate,
        export_per_kwh=None if settings.single_rate is None else settings.single_rate.sell,
        seasons=tuple(_season(season) for season in each(settings.seasons)),
        export_seasons=tuple(_season(season) for season in each(settings.export_seasons)),
        changed_at=moment(settings.changed_s),
    )


def _season(season: TariffSeason) -> Season:
    return Season(
        start=season.start or "1/1",
        plans=tuple(_plan(days) for days in each(season.days)),
        tiers=tuple(
            Tier(
                limit_kwh=None if tier.limit_kwh is None or tier.limit_kwh < 0 else tier.limit_kwh,
                price_per_kwh=tier.rate,
            )
            for tier in each(season.tiers)
            if tier.rate is not None
        ),
    )


def _plan(days: TariffDays) -> DayPlan:
    return DayPlan(
        days=tuple(day.strip() for day in (days.days or "").split(",") if day.strip()),
        periods=tuple(
            Period(start_min=period.start_min, price_per_kwh=period.rate)
            for period in each(days.periods)
            if period.start_min is not None and period.rate is not None
        ),
    )
