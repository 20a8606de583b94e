"""Tariff and settings of storage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reference._comparison import Field, Group
from reference.pyenphase_fields._common import single
from reference.pyenphase_fields.reasons import MORE, NO_BATTERY, NO_TARIFF_TEXT


def _tariff(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from single("tariff", data.tariff, snapshot.tariff)


def _storage_settings(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    settings = None if data.tariff is None else data.tariff.storage_settings
    yield from single("storage", settings, snapshot.storage)


def _season(season: Mapping[str, Any]) -> object:
    plans = tuple(
        (
            tuple(day.strip() for day in days["days"].split(",") if day.strip()),
            tuple((period["start"], period["rate"]) for period in days.get("periods") or ()),
        )
        for day_group in [season.get("days") or ()]
        for days in day_group
    )
    return season.get("start"), plans, tuple((tier["limit"], tier["rate"]) for tier in season.get("tiers") or ())


def _our_seasons(seasons: Iterable[Any]) -> object:
    return [
        (
            season.start,
            tuple((plan.days, tuple((p.start_min, p.price_per_kwh) for p in plan.periods)) for plan in season.plans),
            tuple((-1 if tier.limit_kwh is None else tier.limit_kwh, tier.price_per_kwh) for tier in season.tiers),
        )
        for season in seasons
    ]


GROUPS = (
    Group(
        title="Tariff",
        pairs=_tariff,
        fields=(
            Field(
                theirs="currency", ours="currency", read=lambda pair: pair.theirs.currency.get("code"), note="its code"
            ),
            Field(theirs="logger", ours=None, why=NO_TARIFF_TEXT),
            Field(
                theirs="date", ours="changed_at", same=lambda at: str(round(at.timestamp())), note="Unix time as text"
            ),
            Field(
                theirs="single_rate",
                ours="import_per_kwh",
                read=lambda pair: pair.theirs.single_rate.get("rate"),
                note="its `rate`; `sell` is `export_per_kwh`",
            ),
            Field(
                theirs="seasons",
                ours="seasons",
                read=lambda pair: [_season(season) for season in pair.theirs.seasons],
                same=_our_seasons,
                note="start, days, periods, tiers; a limit of -1 is none",
            ),
            Field(
                theirs="seasons_sell",
                ours="export_seasons",
                read=lambda pair: [_season(season) for season in pair.theirs.seasons_sell or ()],
                same=_our_seasons,
                note="the same",
            ),
        ),
        reasons=(MORE,),
    ),
    Group(
        title="Storage settings",
        pairs=_storage_settings,
        fields=(
            Field(
                theirs="mode",
                ours="mode",
                same=lambda word: {"savings": "economy"}.get(word, word),
                note="`savings` is `economy` here",
            ),
            Field(theirs="reserved_soc", ours="reserve_soc_pct"),
            Field(theirs="very_low_soc", ours="very_low_soc_pct"),
            Field(theirs="charge_from_grid", ours="charge_from_grid"),
            Field(
                theirs="date", ours="settings_at", same=lambda at: str(round(at.timestamp())), note="Unix time as text"
            ),
            Field(theirs="opt_schedules", ours="cloud_scheduled"),
            Field(theirs="operation_mode_sub_type", ours=None, why="Empty on every build seen; the cloud fills it."),
        ),
        reasons=(NO_BATTERY, MORE),
    ),
)
