"""The gateway's own event log: what was done to it, and which inverters fell silent and came back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from openvoy.protocol.endpoints.devices import EVENT_PAGE, EVENT_TABLE, EVENTS_NATIVE, EventEntry, Table
from openvoy.virtual.api.call import Call
from openvoy.virtual.api.device_tables import local_text
from openvoy.virtual.api.moment import SILENT_AFTER, Moment
from openvoy.virtual.settings.events import KEPT, Event

DAYS = 4
"""How far back the log knows of silent inverters."""
NUMBERS_A_DAY = 1000


def build_table(moment: Moment, call: Call) -> Table:
    """Build a part of the log, newest first: by start and length, one row where nothing is said, -1 for all."""
    rows = numbered_events(moment)
    start = _number(call, ("start", "iDisplayStart"), 0)
    length = _number(call, ("length", "iDisplayLength"), 1)
    wanted = rows[start:] if length < 0 else rows[start : start + length]
    return _table(moment, wanted, len(rows))


def build_page(moment: Moment) -> Table:
    """Build the whole log."""
    rows = numbered_events(moment)
    return _table(moment, rows, len(rows))


def _table(moment: Moment, rows: list[tuple[int, Event]], count: int) -> Table:
    return Table(
        total=count,
        records_total=count,
        shown=count,
        records_filtered=count,
        rows=tuple(
            [str(number), event.text, event.serial, f"{event.device} ", local_text(moment, event.at_s)]
            for number, event in rows
        ),
    )


def build_native(moment: Moment) -> tuple[EventEntry, ...]:
    """Build the log as its module tells it."""
    return tuple(EventEntry(id=number, text=event.text) for number, event in numbered_events(moment))


def numbered_events(moment: Moment) -> list[tuple[int, Event]]:
    """Give number and event, newest first. A number is its day and its place in it, so that it stays the same."""
    events = sorted((*moment.book.events.until(moment.now_s), *_of_site(moment)), key=lambda event: event.at_s)
    site = moment.simulation
    first = site.date_of(site.commissioned_at)
    numbered: list[tuple[int, Event]] = []
    day, place = first, 0
    for event in events:
        on = site.date_of(datetime.fromtimestamp(event.at_s, site.commissioned_at.tzinfo))
        day, place = on, place + 1 if on == day else 1
        numbered.append(((on - first).days * NUMBERS_A_DAY + place, event))
    return numbered[: -KEPT - 1 : -1]


def _of_site(moment: Moment) -> Iterator[Event]:
    site = moment.simulation
    today = site.date_of(moment.truth.at)
    first = site.date_of(site.commissioned_at)
    for back in range(DAYS - 1, -1, -1):
        day = today - timedelta(days=back)
        if day >= first:
            yield from (event for event in _of_day(moment, day) if event.at_s <= moment.now_s)


def _of_day(moment: Moment, day: date) -> Iterator[Event]:
    """Inverters come back with their first report of a day, and are missed some intervals after the last one."""
    harvest = moment.simulation.block(day).harvest
    sent = harvest.sent_by(math.inf)
    for place, serial in enumerate(moment.serials):
        times = harvest.tick_s[place][sent[place]]
        if len(times):
            lost_s = int(times[-1]) + SILENT_AFTER * moment.interval_s
            yield _panel_event(serial, int(times[0]), "Clear")
            yield _panel_event(serial, lost_s, "Set")


def _panel_event(serial: str, at_s: int, state: str) -> Event:
    return Event(at_s=at_s, text=f"Microinverter failed to report: {state}", serial=serial, device="pcu")


def _number(call: Call, names: tuple[str, ...], usual: int) -> int:
    for name in names:
        text = call.query.get(name, "")
        if text.removeprefix("-").isdecimal():
            return int(text)
    return usual


RENDER = {EVENT_PAGE: build_page, EVENTS_NATIVE: build_native}
ANSWER = {EVENT_TABLE: build_table}
