"""The events page: the gateway's own log, newest first, a hundred at a time."""

from __future__ import annotations

from urllib.parse import parse_qs

from openvoy.codec import each
from openvoy.protocol.endpoints.devices import EVENT_TABLE, Table
from openvoy.virtual.markup import Html, join, render_link, render_paragraph, render_section, render_table
from openvoy.virtual.ui.layout import render_view
from openvoy.virtual.ui.view import View

_PAGE_ROWS = 100
_HEADER = ("Event", "What happened", "Device", "Kind", "When")


async def events_page(view: View) -> bytes:
    """Render the page."""
    start = _start_of(view)
    log = await view.fetch(EVENT_TABLE, f"?start={start}&length={_PAGE_ROWS}")
    rows = [_fitting(row) for row in each(None if log is None else log.rows)]
    if log is None or not rows:
        return render_view(view, "Events", render_paragraph("The gateway's log is empty.", kind="hint"))
    table = render_table(f"{start + 1} to {start + len(rows)} of {_total(log, start + len(rows))}", _HEADER, rows)
    return render_view(view, "Events", render_section("Log", table, _render_turns(log, start, len(rows))))


def _start_of(view: View) -> int:
    start = parse_qs(view.request.path.partition("?")[2]).get("start", ["0"])[-1]
    return int(start) if start.isascii() and start.isdigit() and len(start) < len("1000000") else 0


def _fitting(row: list[str]) -> tuple[object, ...]:
    return tuple((row + [""] * len(_HEADER))[: len(_HEADER)])


def _total(log: Table, shown: int) -> int:
    return shown if log.total is None else log.total


def _render_turns(log: Table, start: int, shown: int) -> Html:
    newer = render_link(f"/event?start={max(0, start - _PAGE_ROWS)}", "Newer") if start else None
    older = render_link(f"/event?start={start + shown}", "Older") if start + shown < _total(log, 0) else None
    return render_paragraph(join(*filter(None, (newer, older))))
