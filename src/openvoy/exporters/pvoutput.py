"""PVOutput: statuses of every few minutes and outputs of days, also those that it missed, within what it allows.

Source: pvoutput.org/help/api_specification.html.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from openvoy.errors import ConfigError, ExportError
from openvoy.exporters.http import Answer, Poster, show_receiver
from openvoy.exporters.lines import whole_numbers
from openvoy.exporters.statuses import EXTENDED, Statuses, Wishes, end_of_step, local_date, midnight_s
from openvoy.ports import ExporterKind, Household, Page, Progress
from openvoy.settings import kinds
from openvoy.settings.secret import SUFFIXES, Secret, secret
from openvoy.settings.table import Kind, Table, setting

_LOG = logging.getLogger(__name__)

URL = "https://pvoutput.org/service/r2"
LOOK_EVERY_S = 30.0
PACE_S = 10.0
"""Between requests, as PVOutput recommends."""
SETTLED_AFTER_S = 90
"""Minutes and energies of a step are in history by then."""
DAY_SETTLED_AFTER_S = 1800
DAY_S = 86_400
ROWS = 5000
MOST_EXTENDED = 6
LEFT_REQUESTS = 3
"""What is left to others that use the same key, of the requests of an hour."""
FULL_HOUR_S = 3600.0
INTERVALS_MIN = (5, 10, 15)
_TAKEN = re.compile(r"(\d{8}),(\d\d:\d\d),(\d)")

REFUSALS: Sequence[tuple[int, str, bool, str]] = (
    (401, "", True, "Check system_id and the key; API access has to be enabled under Settings at PVOutput."),
    (403, "read only", True, "Use the standard API key, not the read-only one."),
    (403, "donation", True, "Set donated = false, or see at PVOutput whether the donation is over."),
    (403, "", True, "See under Settings at PVOutput what the key may do."),
    (400, "system size", True, "Correct the size of the system at PVOutput."),
    (400, "future", True, "Check this machine's clock, and that the site has the same time zone here and at PVOutput."),
    (400, "in progress", True, "It is tried again by itself."),
    (400, "moon", False, "Check place and time zone of the system at PVOutput: it believes that it was night."),
    (400, "", False, "They are left out; the rest is sent."),
)
"""Status, what its text has, whether it may be taken another time, and what helps; the first that fits."""


class Refused(ExportError):
    """PVOutput will never take this."""


def _interval(table: Table, name: str) -> int | None:
    value = kinds.whole(INTERVALS_MIN[0], INTERVALS_MIN[-1])(table, name)
    if value not in {None, *INTERVALS_MIN}:
        raise table.place.at(name).error(f"{name} is {value}.", "Give 5, 10 or 15, as PVOutput has it.")
    return value


def _names(known: Sequence[str], most: int) -> Kind[tuple[str, ...]]:
    def read(table: Table, name: str) -> tuple[str, ...] | None:
        values = kinds.texts(table, name)
        if values is not None and (len(values) > most or not set(values) <= set(known)):
            raise table.place.at(name).error(
                f"{name} cannot be {', '.join(values)}.", f"Give at most {most} of {', '.join(known)}."
            )
        return values

    return read


@dataclass(frozen=True, slots=True, kw_only=True)
class PvOutputSettings:
    """`[pvoutput]`: statuses and days for pvoutput.org."""

    system_id: int | None = setting(kinds.whole(1, 2**31), doc="Number of the system, under Settings at PVOutput.")
    key: Secret | None = setting(secret, suffixes=SUFFIXES, doc="API key, from the same place.")
    interval_min: int = setting(_interval, default=5, doc="5, 10 or 15: minutes between statuses, as set at PVOutput.")
    donated: bool = setting(kinds.flag, default=False, doc="The account has donated, which allows more.")
    net: bool = setting(
        kinds.flag, default=False, doc="Send import and export alone, where another program sends the production."
    )
    extended: tuple[str, ...] = setting(
        _names(EXTENDED, MOST_EXTENDED), default=(), doc=f"For v7 to v12, of those who donated: {', '.join(EXTENDED)}."
    )
    voltage: bool = setting(kinds.flag, default=True, doc="Send the mean voltage of the phases.")
    temperature: bool = setting(kinds.flag, default=False, doc="Send the mean temperature of the inverters.")
    history: bool = setting(kinds.flag, default=True, doc="Send the days before the first start, too.")
    url: str = setting(kinds.parsed(kinds.parse_service_url), default=URL, doc="Address of the service.")


MOST_STATUSES: Mapping[bool, int] = {False: 30, True: 100}
"""Of one request, by whether the account has donated."""
OLDEST_DAYS: Mapping[bool, int] = {False: 14, True: 90}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """How far it came: the newest row of history that was told, and days whose output is to be told."""

    sequence: int
    days: tuple[str, ...] = ()

    def joined(self, days: Sequence[date], sequence: int) -> _Mark:
        """Give the mark after these days had statuses."""
        return _Mark(sequence=sequence, days=tuple(sorted({*self.days, *(day.isoformat() for day in days)})))


class PvOutputExporter:
    """Follows energies in history; each status is named by its time, so one that is sent again replaces itself."""

    pages: Sequence[Page] = ()

    def __init__(self, settings: PvOutputSettings, household: Household) -> None:
        """Raise ConfigError for settings that contradict each other, or a key that is not there."""
        if settings.system_id is None or settings.key is None:
            raise ConfigError(
                "[pvoutput] needs system_id and a key.", hint='Write system_id = 12345 and key_env = "PVOUTPUT_KEY".'
            )
        if settings.extended and (settings.net or not settings.donated):
            raise ConfigError(
                "[pvoutput] cannot send extended values that way.",
                hint="They are for accounts that have donated (donated = true), without net = true.",
            )
        self._settings, self._household = settings, household
        self._headers = {
            "X-Pvoutput-Apikey": settings.key.read(household.environ),
            "X-Pvoutput-SystemId": str(settings.system_id),
            "X-Rate-Limit": "1",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._wishes = Wishes(
            step_s=60 * settings.interval_min,
            zone=ZoneInfo(household.place.time_zone),
            is_net=settings.net,
            extended=settings.extended,
            has_voltage=settings.voltage,
            has_temperature=settings.temperature,
        )
        self._statuses = Statuses(household.store, self._wishes)
        self._key = f"export.pvoutput.{settings.system_id}"
        self._closed_until_s = 0.0
        self.receiver = show_receiver(settings.url)

    async def run(self, progress: Progress) -> None:
        """Send for ever."""
        mark = await self._read_mark()
        async with Poster() as poster:
            while True:
                await self._wait()
                mark, pause_s = await self._send_next(poster, mark, progress)
                await self._household.clock.sleep(pause_s)

    async def _wait(self) -> None:
        """Wait for the next hour where this one's requests are used up."""
        left_s = self._closed_until_s - self._now_s()
        if left_s > 0:
            await self._household.clock.sleep(left_s)

    def _now_s(self) -> float:
        return self._household.clock.now().timestamp()

    async def _read_mark(self) -> _Mark:
        kept = await self._household.store.read_meta(self._key)
        if kept is not None:
            values = json.loads(kept)
            return _Mark(sequence=values["sequence"], days=tuple(values["days"]))
        if self._settings.history:
            return _Mark(sequence=0)
        return _Mark(sequence=await self._household.store.read_last_sequence("energy"))

    async def _write_mark(self, mark: _Mark) -> None:
        await self._household.store.write_meta(
            self._key, json.dumps({"sequence": mark.sequence, "days": list(mark.days)})
        )

    async def _send_next(self, poster: Poster, mark: _Mark, progress: Progress) -> tuple[_Mark, float]:
        """Send a batch of statuses, or the output of a day; give how far it came, and how long to pause."""
        sequence, ends = await self._find_due(mark.sequence)
        rows = await self._statuses.read_rows(ends)
        days = [] if self._settings.net else [local_date(end, self._wishes.zone) for end in ends]
        after = mark.joined(days, sequence) if sequence != mark.sequence else mark
        if rows:
            form = {"data": ";".join(rows), **({"n": "1"} if self._settings.net else {})}
            await self._deliver(poster, "addbatchstatus.jsp", form, _check_batch, after)
            last = await self._household.store.read_last_sequence("energy")
            progress.note_delivered(len(rows), left_count=max(0, last - sequence))
            return after, PACE_S
        if after != mark:
            await self._write_mark(after)
            return after, 0.0
        return await self._send_day(poster, after, progress)

    async def _find_due(self, sequence: int) -> tuple[int, list[int]]:
        """Find the ends of steps that have new rows, as many as go at once, and the row up to which that is."""
        now_s, ends, zone = self._now_s(), set[int](), self._wishes.zone
        oldest = local_date(now_s, zone) - timedelta(days=OLDEST_DAYS[self._settings.donated])
        columns = await self._household.store.read_since("energy", sequence, limit=ROWS)
        for row, at_s in zip(whole_numbers(columns["seq"]), whole_numbers(columns["at"]), strict=True):
            end = end_of_step(at_s, self._wishes)
            if now_s - SETTLED_AFTER_S < end < now_s + DAY_S:
                break
            # What is further ahead was written when the clock was wrong.
            if end < now_s and local_date(end, zone) > oldest:
                if end not in ends and not self._has_room(ends, end):
                    break
                ends.add(end)
            sequence = row
        return sequence, sorted(ends)

    def _has_room(self, ends: Collection[int], end: int) -> bool:
        """Whether a status may go with these; net ones have one date."""
        zone = self._wishes.zone
        is_apart = self._settings.net and any(local_date(one, zone) != local_date(end, zone) for one in ends)
        return len(ends) < MOST_STATUSES[self._settings.donated] and not is_apart

    async def _send_day(self, poster: Poster, mark: _Mark, progress: Progress) -> tuple[_Mark, float]:
        """Send the output of the first day that is over, as its last minutes are in no status."""
        zone = self._wishes.zone
        for text in mark.days:
            day = date.fromisoformat(text)
            if midnight_s(day + timedelta(days=1), zone) + DAY_SETTLED_AFTER_S > self._now_s():
                continue
            after = _Mark(sequence=mark.sequence, days=tuple(one for one in mark.days if one != text))
            output = await self._statuses.read_output(day)
            if not output:
                await self._write_mark(after)
                return after, 0.0
            await self._deliver(poster, "addoutput.jsp", output, _check_output, after)
            progress.note_delivered(1)
            return after, PACE_S
        progress.note_delivered(0)
        return mark, LOOK_EVERY_S

    async def _deliver(
        self, poster: Poster, page: str, form: Mapping[str, str], check: Callable[[str], bool], after: _Mark
    ) -> None:
        """Post, and keep how far it came; also where this will never be taken, so that the rest is."""
        try:
            answer = await poster.post(f"{self._settings.url}/{page}", urlencode(form).encode(), headers=self._headers)
            self._note_limit(answer)
            if not answer.is_good:
                raise self._explain(answer)
            if not check(answer.text):
                raise ExportError(
                    f"{self.receiver} does not answer as PVOutput does.",
                    hint="It is tried again by itself; check url, and what stands between here and PVOutput.",
                )
        except Refused:
            await self._write_mark(after)
            raise
        await self._write_mark(after)

    def _note_limit(self, answer: Answer) -> None:
        left = answer.headers.get("x-rate-limit-remaining", "")
        if left.isdecimal() and int(left) <= LEFT_REQUESTS:
            self._close(answer)

    def _close(self, answer: Answer) -> None:
        """Ask nothing more until PVOutput counts anew, an hour at most."""
        reset, now_s = answer.headers.get("x-rate-limit-reset", ""), self._now_s()
        left_s = int(reset) - now_s if reset.isdecimal() else FULL_HOUR_S / 4
        self._closed_until_s = now_s + min(max(left_s, PACE_S), FULL_HOUR_S)

    def _explain(self, answer: Answer) -> ExportError:
        said = answer.text.replace("\n", " ")[:200]
        message = f"{self.receiver} answers {answer.status}{f': {said}' if said else ''}."
        if answer.status == 403 and "exceeded" in said.lower():
            self._close(answer)
            until = datetime.fromtimestamp(self._closed_until_s, UTC).astimezone(self._wishes.zone)
            return ExportError(message, hint=f"It goes on by itself at {until:%H:%M}; nothing is lost meanwhile.")
        for status, part, is_lasting, hint in REFUSALS:
            if answer.status == status and part in said.lower():
                return (ExportError if is_lasting else Refused)(message, hint=hint)
        return ExportError(message, hint="It is tried again by itself; nothing is lost meanwhile.")


def _check_batch(text: str) -> bool:
    """Whether it is what a batch is answered with; what was left out is logged."""
    # Only the beginning of an answer is kept.
    taken = _TAKEN.findall(text)
    left_out = [f"{day} {time}" for day, time, flag in taken if flag == "0"]
    if left_out:
        _LOG.warning("pvoutput: %d statuses were left out, the first of %s", len(left_out), left_out[0])
    return bool(taken)


def _check_output(text: str) -> bool:
    return text.startswith("OK 200")


KIND = ExporterKind(section="pvoutput", settings=PvOutputSettings, build=PvOutputExporter)
