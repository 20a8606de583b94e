"""InfluxDB and all who take its line protocol over HTTP. What a receiver missed is sent from history, once by key."""

from __future__ import annotations

import gzip
import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from openvoy.errors import ConfigError, ExportError
from openvoy.exporters.http import Answer, Poster, show_receiver
from openvoy.exporters.lines import MEASUREMENTS, render_lines, whole_numbers, with_precision
from openvoy.ports import ExporterKind, Household, Page, Progress
from openvoy.settings import kinds
from openvoy.settings.secret import SUFFIXES, Secret, secret
from openvoy.settings.table import setting

EVERY_S = 20.0
"""History gets rows once a minute; they are sent soon after."""
MOST_ROWS = 5000
"""Points of one request, as InfluxDB recommends."""
LEAST_ROWS = 50
TOO_LARGE = 413


def parse_write_url(text: str) -> str:
    """Check a write address; raise ConfigError."""
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        has_host = False
    if not has_host or parts.scheme not in {"http", "https"} or parts.path in {"", "/"}:
        raise ConfigError(
            f"'{show_receiver(text) if has_host else text}' is no address to write to.",
            hint="Write it whole, such as http://127.0.0.1:8086/write?db=openvoy "
            "or https://host/api/v2/write?org=home&bucket=solar.",
        )
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluxSettings:
    """`[[influx]]`: history for InfluxDB, VictoriaMetrics, QuestDB and others that take line protocol."""

    url: str = setting(
        kinds.parsed(parse_write_url), default="", doc="Address to write to, with database or bucket in its query."
    )
    token: Secret | None = setting(secret, suffixes=SUFFIXES, doc="Token, InfluxDB 2 and later.")
    user: str | None = setting(kinds.text, doc="User, InfluxDB 1.")
    password: Secret | None = setting(secret, suffixes=SUFFIXES, doc="Their password.")
    history: bool = setting(kinds.flag, default=True, doc="Send what history has from before, too.")
    batch_rows: int = setting(kinds.whole(LEAST_ROWS, 50_000), default=MOST_ROWS, doc="Points of one request, at most.")


class InfluxExporter:
    """Follows history and sends what is new; goes on where it was after any outage and restart."""

    pages: Sequence[Page] = ()

    def __init__(self, settings: InfluxSettings, household: Household) -> None:
        """Raise ConfigError for settings that contradict each other, or a secret that is not there."""
        if not settings.url:
            raise ConfigError("[[influx]] has no url.", hint='Write url = "http://127.0.0.1:8086/write?db=openvoy".')
        self._settings, self._household = settings, household
        self._url, self._headers = _build_target(settings, household.environ)
        self._rows = settings.batch_rows
        self._mark_key = f"export.influx.{hashlib.sha256(settings.url.encode()).hexdigest()[:16]}"
        self.receiver = show_receiver(settings.url)

    async def run(self, progress: Progress) -> None:
        """Send for ever."""
        marks = await self._read_marks()
        async with Poster() as poster:
            while True:
                is_behind = await self._send_next(poster, marks, progress)
                if not is_behind:
                    await self._household.clock.sleep(EVERY_S)

    async def _read_marks(self) -> dict[str, int]:
        kept = await self._household.store.read_meta(self._mark_key)
        if kept is not None:
            marks: dict[str, int] = json.loads(kept)
            return marks
        if self._settings.history:
            return {}
        return {one.kind: await self._household.store.read_last_sequence(one.kind) for one in MEASUREMENTS}

    async def _send_next(self, poster: Poster, marks: dict[str, int], progress: Progress) -> bool:
        """Send a batch of each kind and keep how far that went; True while there is more."""
        before, is_behind, sent = dict(marks), False, 0
        waiting = await self._count_waiting(marks)
        progress.note_waiting(waiting)
        try:
            for measurement in MEASUREMENTS:
                after = marks.get(measurement.kind, 0)
                columns = await self._household.store.read_since(measurement.kind, after, limit=self._rows)
                if sequences := whole_numbers(columns["seq"]):
                    await self._post(poster, [*render_lines(measurement, columns)])
                    marks[measurement.kind] = sequences[-1]
                    sent += len(sequences)
                    is_behind |= len(sequences) == self._rows
        finally:
            # What was accepted is not sent again because something after it was not.
            if marks != before:
                await self._household.store.write_meta(self._mark_key, json.dumps(marks))
        progress.note_delivered(sent, left_count=max(1, waiting - sent) if is_behind else 0)
        return is_behind

    async def _count_waiting(self, marks: Mapping[str, int]) -> int:
        """Count what is not sent yet by the numbers of rows; a row that was replaced meanwhile counts twice."""
        store = self._household.store
        return sum([max(0, await store.read_last_sequence(one.kind) - marks.get(one.kind, 0)) for one in MEASUREMENTS])

    async def _post(self, poster: Poster, lines: Sequence[str]) -> None:
        if not lines:
            return
        answer = await poster.post(self._url, gzip.compress("\n".join(lines).encode(), 5), headers=self._headers)
        if answer.status == TOO_LARGE and len(lines) > LEAST_ROWS:
            half = len(lines) // 2
            await self._post(poster, lines[:half])
            await self._post(poster, lines[half:])
        elif not answer.is_good:
            raise _explain(answer, self.receiver)


def _build_target(settings: InfluxSettings, environ: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Build address and headers; user and password of the address become a header, which no log shows."""
    parts = urlsplit(settings.url)
    query = urlencode(with_precision(dict(parse_qsl(parts.query))))
    headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Encoding": "gzip"}
    user = settings.user or (None if parts.username is None else unquote(parts.username))
    password = unquote(parts.password or "") if settings.password is None else settings.password.read(environ)
    if settings.token is not None:
        if user is not None:
            raise ConfigError(
                "[[influx]] has a token and a user.", hint="Keep the token for 2 and later, else the user."
            )
        headers["Authorization"] = f"Token {settings.token.read(environ)}"
    elif user is not None:
        headers["Authorization"] = f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, query, "")), headers


def _explain(answer: Answer, receiver: str) -> ExportError:
    said = answer.text.replace("\n", " ")[:200]
    hints = {
        401: "Check token, or user and password.",
        403: "The token may not write there; give it write access.",
        404: "Make the database or bucket that the address names, or correct it.",
    }
    hint = hints.get(answer.status, "It is tried again by itself; nothing is lost meanwhile.")
    return ExportError(f"{receiver} answers {answer.status}{f': {said}' if said else ''}.", hint=hint)


KIND = ExporterKind(section="influx", settings=InfluxSettings, build=InfluxExporter, is_list=True)
