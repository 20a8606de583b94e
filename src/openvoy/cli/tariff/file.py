"""Reads a file of prices into a plan; every error names file and line, and all of a file are told together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from openvoy.cli.tariff import kinds as own
from openvoy.cli.tariff.sections import (
    DemandSection,
    FeesSection,
    PeriodSection,
    SeriesSection,
    TierSection,
    TopSection,
)
from openvoy.errors import ConfigError
from openvoy.model.prices import PricePlan, PriceSeries, RatePeriod, Rates, RateSeason, RateTier, parse_series
from openvoy.model.prices.doubts import find_doubts
from openvoy.model.prices.plan import DAY_MIN, find_gaps
from openvoy.settings.lines import find_lines
from openvoy.settings.syntax import syntax_error
from openvoy.settings.table import Place, SettingError, Source, Table, did_you_mean, read_section, settings_of

T = TypeVar("T")

TABLES = ("fees", "demand", "co2", "import", "export")
LISTS = ("season", "period", "tier")
SYNTAX = "A setting is a line such as price_per_kwh = 0.25, a table one such as [import]."
ALL_YEAR = "all year"
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "a holiday")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSeries:
    """Values that have to be fetched before the plan is complete."""

    part: str
    """import, export or co2."""
    url: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffFile:
    """A file of prices: its plan, and what has to be fetched for it."""

    plan: PricePlan
    remote: tuple[RemoteSeries, ...] = ()
    zone: ZoneInfo

    @property
    def doubts(self) -> Sequence[str]:
        """Prices that are hardly meant, a sentence each."""
        return find_doubts(self.plan)

    def complete(self, fetched: Mapping[str, PriceSeries]) -> PricePlan:
        """Give the plan with what was fetched, by part."""
        plan = self.plan
        if "import" in fetched:
            plan = replace(plan, imports=replace(plan.imports, series=fetched["import"]))
        if "export" in fetched and plan.exports is not None:
            plan = replace(plan, exports=replace(plan.exports, series=fetched["export"]))
        return replace(plan, co2_series=fetched["co2"]) if "co2" in fetched else plan


def load_tariff(file: Path, zone: ZoneInfo) -> TariffFile:
    """Read a file of prices; raise ConfigError."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be read: {error.strerror}.",
            hint="Correct --tariff or the site's tariff = …, or make the file.",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8 text.", hint="Save it as UTF-8.") from error
    return parse_tariff(text, file=file.absolute(), zone=zone)


def parse_tariff(text: str, *, file: Path, zone: ZoneInfo) -> TariffFile:
    """Parse and check a file of prices; CSV files that it names are read relative to it. Raises ConfigError."""
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, ArithmeticError) as error:
        raise syntax_error(file, text, error, example=SYNTAX) from error
    mistakes: list[ConfigError] = []
    root = Place(source=Source(file=file, lines=find_lines(text), warnings=[], mistakes=mistakes), key=())
    return _Parser(root, values, zone, mistakes).parse()


class _Parser:
    """Goes on behind a mistake; what only follows from one is not told besides."""

    def __init__(self, root: Place, values: Mapping[str, Any], zone: ZoneInfo, mistakes: list[ConfigError]) -> None:
        self._root = root
        self._mistakes = mistakes
        self._values = values
        self._zone = zone
        self._remote: list[RemoteSeries] = []

    def parse(self) -> TariffFile:
        tables = {name: table for name in TABLES if (table := self._table(name)) is not None}
        top = read_section(TopSection, self._top())
        is_misspelt = any(isinstance(value, dict) and name not in TABLES for name, value in self._values.items())
        if "import" not in self._values and not is_misspelt:
            self._note(self._root.at("import"), "There is no [import].", "Add [import] with price_per_kwh = … below.")
        fees = read_section(FeesSection, tables.get("fees", self._none("fees")))
        demand = read_section(DemandSection, tables.get("demand", self._none("demand")))
        co2 = self._co2(tables.get("co2"))
        imports, exports = (
            self._rates(part, tables[part]) if part in tables else None for part in ("import", "export")
        )
        if imports is None or self._mistakes:
            raise _join(self._root.source.file, self._mistakes)
        plan = PricePlan(
            name=self._root.source.file.name,
            currency=top.currency,
            imports=imports,
            exports=exports,
            is_netted=top.net_metering,
            fee_per_day=fees.per_day,
            fee_per_month=fees.per_month,
            demand_per_kw=demand.price_per_kw,
            tax_pct=top.tax_pct,
            holidays=top.holidays,
            co2_per_kwh=co2[0],
            co2_series=co2[1],
        )
        return TariffFile(plan=plan, remote=tuple(self._remote), zone=self._zone)

    def _top(self) -> Table:
        plain = {name: value for name, value in self._values.items() if name not in TABLES}
        known = settings_of(TopSection)
        for name, value in plain.items():
            if isinstance(value, dict):
                self._note(self._root.at(name), f"There is no table [{name}].", did_you_mean(name, TABLES))
            elif name not in known:
                self._note(self._root.at(name), f"There is no setting '{name}'.", did_you_mean(name, known))
        return Table(place=self._root, values={name: plain[name] for name in known if name in plain})

    def _note(self, place: Place, message: str, hint: str) -> None:
        self._mistakes.append(place.error(message, hint))

    def _noted(self, build: Callable[[], T | None]) -> T | None:
        with self._root.source.noting():
            return build()
        return None

    def _table(self, name: str) -> Table | None:
        value = self._values.get(name)
        if value is None or isinstance(value, dict):
            return None if value is None else Table(place=self._root.at(name), values=value)
        self._note(self._root.at(name), f"{name} is a table.", f"Write [{name}] above its settings.")
        return None

    def _none(self, name: str) -> Table:
        return Table(place=self._root.at(name), values={})

    def _rates(self, part: str, table: Table) -> Rates:
        count = len(self._mistakes)
        flat = self._noted(lambda: own.money(table, "price_per_kwh"))
        seasons = self._lists(table, "season")
        whole_year = Table(
            place=table.place,
            values={name: table.values[name] for name in LISTS[1:] if name in table.values},
        )
        if seasons and (whole_year.values or flat is not None):
            self._note(
                table.place, "There are seasons, and prices beside them.", "Put every price into one of the seasons."
            )
        self._refuse_unknown(table, {"price_per_kwh", "prices", *LISTS})
        if flat is not None and self._lists(table, "period"):
            self._note(
                table.place.at("price_per_kwh"),
                "There are periods, and a price for all of them.",
                "Keep one; a period without times is for the rest.",
            )
        if seasons:
            built = tuple(self._season(season) for season in seasons)
        elif flat is not None:
            period = RatePeriod(name="all day", price_per_kwh=flat)
            built = (RateSeason(name=ALL_YEAR, periods=(period,), tiers=self._tiers(whole_year)),)
        else:
            built = (self._whole_year(whole_year),) if whole_year.values else ()
        series, factor = self._series(part, table)
        is_remote = any(remote.part == part for remote in self._remote)
        is_withheld = part == "export" and bool(self._values.get("net_metering"))
        is_sound = len(self._mistakes) == count
        if is_sound and not built and series is None and not is_remote and not is_withheld:
            self._note(table.place, f"[{part}] has no price.", "Add price_per_kwh = …, or [[import.period]] below it.")
        if is_sound:
            self._check_seasons(built, table.place)
        return Rates(seasons=tuple(sorted(built, key=lambda one: one.start)), series=series, series_factor=factor)

    def _season(self, table: Table) -> RateSeason:
        self._refuse_unknown(table, {"name", "start", "period", "tier", "price_per_kwh"})
        if "start" not in table.values:
            self._note(table.place, "The season has no start.", 'Add start = "11-01", month and day.')
        start = self._noted(lambda: own.yearly_day(table, "start")) or (1, 1)
        count = len(self._mistakes)
        name = str(table.values.get("name") or f"{start[0]:02d}-{start[1]:02d}")
        flat = self._noted(lambda: own.money(table, "price_per_kwh"))
        periods = self._periods(table)
        if flat is not None:
            periods = (*periods, RatePeriod(name="else", price_per_kwh=flat))
        season = RateSeason(name=name, start=start, periods=periods, tiers=self._tiers(table))
        if len(self._mistakes) == count:
            self._check_gaps(season, table.place)
            if not season.periods and not season.tiers:
                self._note(table.place, f"The season {name} has no price.", "Add price_per_kwh = … or periods.")
        return season

    def _whole_year(self, table: Table) -> RateSeason:
        count = len(self._mistakes)
        season = RateSeason(name=ALL_YEAR, periods=self._periods(table), tiers=self._tiers(table))
        if len(self._mistakes) == count:
            self._check_gaps(season, table.place)
        return season

    def _periods(self, table: Table) -> tuple[RatePeriod, ...]:
        periods = []
        for one in self._lists(table, "period"):
            count = len(self._mistakes)
            section = read_section(PeriodSection, one)
            if len(self._mistakes) > count:
                continue
            if section.start == section.end:
                self._note(one.place, "The period has no length.", 'Give start = "…" and end = "…" that differ.')
            if section.price_per_kwh is None:
                self._note(one.place, "The period has no price.", "Add price_per_kwh = 0.25.")
                continue
            periods.append(
                RatePeriod(
                    name=section.name,
                    price_per_kwh=section.price_per_kwh,
                    days=section.days,
                    start_min=section.start % DAY_MIN,
                    end_min=section.end,
                )
            )
        return tuple(periods)

    def _tiers(self, table: Table) -> tuple[RateTier, ...]:
        tiers: list[RateTier] = []
        count = len(self._mistakes)
        for one in self._lists(table, "tier"):
            section = read_section(TierSection, one)
            if section.price_per_kwh is None and "price_per_kwh" not in one.values:
                self._note(one.place, "The block has no price.", "Add price_per_kwh = 0.25.")
            if section.price_per_kwh is None or len(self._mistakes) > count:
                continue
            before = tiers[-1].limit_kwh if tiers else Decimal(0)
            if before is None or (section.up_to_kwh is not None and section.up_to_kwh <= before):
                self._note(
                    one.place,
                    "The block ends before the one above it.",
                    "Order blocks by up_to_kwh; only the last has none.",
                )
            tiers.append(RateTier(limit_kwh=section.up_to_kwh, price_per_kwh=section.price_per_kwh))
        if tiers and tiers[-1].limit_kwh is not None and len(self._mistakes) == count:
            self._note(table.place, "The last block has an end.", "Leave up_to_kwh out of the last tier.")
        return tuple(tiers)

    def _co2(self, table: Table | None) -> tuple[Decimal | None, PriceSeries | None]:
        if table is None:
            return None, None
        section = read_section(SeriesSection, table)
        return section.g_per_kwh, self._noted(lambda: self._read_series("co2", section, table))

    def _series(self, part: str, table: Table) -> tuple[PriceSeries | None, Decimal]:
        if "prices" not in table.values:
            return None, Decimal(1)
        place = table.place.at("prices")
        values = table.values["prices"]
        if not isinstance(values, dict):
            self._note(place, "prices is a table.", f'Write [{part}.prices] and file = "prices.csv" below it.')
            return None, Decimal(1)
        inner = Table(place=place, values=values)
        section = read_section(SeriesSection, inner)
        if ("file" in values) == ("url" in values):
            self._note(place, "It is not said where prices come from.", 'Add file = "…" or url = "…", one of them.')
        return self._noted(lambda: self._read_series(part, section, inner)), section.factor

    def _read_series(self, part: str, section: SeriesSection, table: Table) -> PriceSeries | None:
        if section.url is not None:
            place = table.place.at("url")
            if not re.match(r"https?://[^/\s]+", section.url):
                raise place.error(f"'{section.url}' is not an address.", "Write it as https://host/path.")
            self._remote.append(RemoteSeries(part=part, url=section.url, place=place))
            return None
        if section.file is None:
            return None
        try:
            text = section.file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise table.place.at("file").error(f"{section.file} cannot be read.", "Correct the name.") from error
        return parse_series(text, name=str(section.file), zone=self._zone)

    def _lists(self, table: Table, name: str) -> Sequence[Table]:
        values = table.values.get(name, [])
        place = table.place.at(name)
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            key = ".".join(str(part) for part in place.key if isinstance(part, str))
            self._note(place, f"{name} is a list, as there may be several.", f"Write [[{key}]].")
            return []
        return [Table(place=place.at(index), values=value) for index, value in enumerate(values)]

    def _refuse_unknown(self, table: Table, known: set[str]) -> None:
        for name in table.values:
            if name not in known:
                words = f"{table.place.table} has no setting '{name}'."
                self._note(table.place.at(name), words, did_you_mean(name, known))

    def _check_gaps(self, season: RateSeason, place: Place) -> None:
        if gaps := find_gaps(season):
            day, minute = next(iter(gaps.items()))
            words = f"{_DAY_NAMES[day]} has no price at {minute // 60:02d}:{minute % 60:02d}."
            self._note(place, words, "Add a period without start and end: it is for the rest.")

    def _check_seasons(self, seasons: Sequence[RateSeason], place: Place) -> None:
        for what in ({one.start for one in seasons}, {one.name for one in seasons}):
            if len(what) < len(seasons):
                self._note(place, "Two seasons have one start or name.", "Give each its own start and name.")


def _join(file: Path, mistakes: Sequence[ConfigError]) -> ConfigError:
    """Make one error of all of a file's, those of the first lines first."""
    if len(mistakes) == 1:
        return mistakes[0]
    ordered = sorted(mistakes, key=_line_of)
    lines = (f"{one.message.removeprefix(f'{file}, ')} {one.hint}" for one in ordered)
    return ConfigError(f"{file} has {len(mistakes)} mistakes.", hint="\n".join(lines))


def _line_of(mistake: ConfigError) -> int:
    """Give the line of a mistake; what is wrong with the file as a whole stands before the first one."""
    return mistake.line if isinstance(mistake, SettingError) and mistake.line is not None else -1
