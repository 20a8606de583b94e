"""Weak panels, judged once a day of the site from history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from openvoy.model.alerts.condition import Judgement, merge
from openvoy.model.alerts.weakness import Day, judge_day, sum_day
from openvoy.ports import Columns, Household

COMPARED_DAYS = 14
JUDGED_FROM = time(1)
"""Reports of the evening have arrived by then."""

Usual = Mapping[str, Mapping[str, float]]


class WeakPanels:
    """Reads yesterday and the two weeks before it, once a day and after a start."""

    def __init__(self, household: Household) -> None:
        self._household = household
        self._zone = ZoneInfo(household.place.time_zone)
        self._judged: dict[str, date] = {}
        self._found: dict[str, Judgement] = {}

    async def look(self, usual: Usual) -> tuple[Judgement, Usual]:
        """Judge yesterday, if that was not done; give the shares that weak panels used to have, too.

        Raises StorageError.
        """
        shares = dict(usual)
        for status in self._household.feed.statuses():
            today = self._today()
            if status.serial is not None and today is not None and self._judged.get(status.name) != today:
                found, shares[status.name] = await self._judge(status.name, status.serial, today, usual)
                self._judged[status.name], self._found[status.name] = today, found
        names = [status.name for status in self._household.feed.statuses()]
        unknown = tuple(f"weak/{name}/" for name in names if name not in self._found)
        return merge([Judgement(undecided=unknown), *self._found.values()]), shares

    def _today(self) -> date | None:
        local = self._household.clock.now().astimezone(self._zone)
        return local.date() if local.time() >= JUDGED_FROM else None

    async def _judge(self, name: str, serial: str, today: date, usual: Usual) -> tuple[Judgement, Day]:
        days = [await self._read_day(serial, today - timedelta(days=back)) for back in range(1, COMPARED_DAYS + 2)]
        return judge_day(name, days[0], days[1:], usual.get(name, {}))

    async def _read_day(self, serial: str, day: date) -> Day:
        start, end = (datetime.combine(one, time.min, self._zone) for one in (day, day + timedelta(days=1)))
        columns = await self._household.store.read_inverters(start=start, end=end, gateway=serial)
        return sum_day(_numbers(columns, "at"), [str(one) for one in columns["serial"]], _powers(columns))


def _numbers(columns: Columns, name: str) -> list[float]:
    return [float(value) for value in columns[name] if value is not None]


def _powers(columns: Columns) -> list[float | None]:
    return [None if value is None else float(value) for value in columns["power_w"]]
