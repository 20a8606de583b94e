"""A stand-in of PVOutput on loopback: what it takes, refuses and counts as its API specification says."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from openvoy.ports import Clock

KEY, SYSTEM = "0123456789abcdef", 12345
FULL_HOUR_S = 3600


class Bad(Exception):
    """What is answered with 400."""


@dataclass
class PvOutput:
    """Keeps statuses by date and time, as text."""

    clock: Clock
    zone: ZoneInfo
    most_requests: int = 60
    most_statuses: int = 30
    oldest_days: int = 14
    is_night: bool = False
    """Every generation is refused."""
    refusal: tuple[int, str] | None = None
    """What it answers to all, if anything."""
    url: str = ""
    statuses: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    days: dict[str, set[str]] = field(default_factory=dict)
    outputs: dict[str, Mapping[str, str]] = field(default_factory=dict)
    net: set[tuple[str, str]] = field(default_factory=set)
    told: list[tuple[str, str]] = field(default_factory=list)
    """Each status that was taken, in order."""
    asked: dict[int, int] = field(default_factory=dict)
    """Requests by hour."""
    refused: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        now_s = self.clock.now().timestamp()
        hour = int(now_s // FULL_HOUR_S)
        left = self.most_requests - self.asked.get(hour, 0)
        headers = {}
        if request.headers.get("X-Rate-Limit") == "1":
            headers = {
                "X-Rate-Limit-Remaining": str(max(0, left - 1)),
                "X-Rate-Limit-Limit": str(self.most_requests),
                "X-Rate-Limit-Reset": str((hour + 1) * FULL_HOUR_S),
            }
        status, text = await self._answer(request, left)
        if status != 200:
            self.refused.append(text)
        return web.Response(status=status, text=text, headers=headers)

    async def _answer(self, request: web.Request, left: int) -> tuple[int, str]:
        refusal = self.refusal or self._refuse(request, left)
        if refusal is not None:
            return refusal
        hour = int(self.clock.now().timestamp() // FULL_HOUR_S)
        self.asked[hour] = self.asked.get(hour, 0) + 1
        form = {name: str(value) for name, value in (await request.post()).items()}
        take = {"addbatchstatus.jsp": self._take_batch, "addoutput.jsp": self._take_output}
        try:
            return 200, take[request.path.rpartition("/")[2]](form)
        except Bad as error:
            return 400, f"Bad request 400: {error}"

    def _refuse(self, request: web.Request, left: int) -> tuple[int, str] | None:
        if request.headers.get("X-Pvoutput-SystemId") != str(SYSTEM):
            return 401, "Unauthorized 401: Invalid System ID"
        if request.headers.get("X-Pvoutput-Apikey") != KEY:
            return 401, "Unauthorized 401: Invalid API Key"
        return None if left > 0 else (403, f"Forbidden 403: Exceeded {self.most_requests} requests per hour")

    def _take_batch(self, form: Mapping[str, str]) -> str:
        rows = [row.split(",") for row in form["data"].split(";")]
        if len(rows) > self.most_statuses:
            raise Bad(f"Exceeded {self.most_statuses} statuses")
        is_net = form.get("n") == "1"
        if is_net and len({row[0] for row in rows}) > 1:
            raise Bad("Net statuses have several dates")
        found: list[tuple[list[str], int, Bad | None]] = []
        for row in rows:
            try:
                self._take_status(row, is_net)
            except Bad as error:
                found.append((row, 0, error))
            else:
                found.append((row, 1, None))
        if not any(taken for _, taken, _ in found):
            raise found[0][2] or Bad("No statuses added or updated")
        return ";".join(f"{row[0]},{row[1]},{taken}" for row, taken, _ in found)

    def _take_status(self, row: list[str], is_net: bool) -> None:
        day, clock, *values = row
        at = datetime.strptime(f"{day} {clock}", "%Y%m%d %H:%M").replace(tzinfo=self.zone)
        self._check_date(at.date())
        if at > self.clock.now():
            raise Bad(f"Date is in the future [{day}]")
        if not any(values[:4]):
            raise Bad("Could not read fields")
        if is_net and ("" in (values[1], values[3]) or float(values[1]) < 0 or float(values[3]) < 0):
            raise Bad("Missing net power value")
        if not is_net and (values[1].startswith("-") or values[0].startswith("-")):
            raise Bad("Could not read generation")
        if self.is_night and values[1] not in {"", "0"}:
            raise Bad("Moon Powered")
        key = (day, clock)
        before = max((float(self.statuses[other][0] or 0) for other in self._earlier(day, clock)), default=0.0)
        if not is_net and values[0] and before > float(values[0]):
            raise Bad(f"Energy value [{values[0]}] lower than previously recorded value: [{before:.0f}]")
        self.statuses[key] = values
        self.days.setdefault(day, set()).add(clock)
        self.told.append(key)
        if is_net:
            self.net.add(key)

    def _earlier(self, day: str, clock: str) -> list[tuple[str, str]]:
        return [(day, other) for other in self.days.get(day, ()) if other < clock]

    def _take_output(self, form: Mapping[str, str]) -> str:
        self._check_date(datetime.strptime(form["d"], "%Y%m%d").replace(tzinfo=self.zone).date())
        self.outputs[form["d"]] = form
        return "OK 200: Added Output"

    def _check_date(self, day: date) -> None:
        if day < self.clock.now().astimezone(self.zone).date() - timedelta(days=self.oldest_days):
            raise Bad(f"Date is older than {self.oldest_days} days [{day:%Y%m%d}]")


@contextlib.asynccontextmanager
async def pvoutput(clock: Clock, zone: str, most_requests: int = 60) -> AsyncIterator[PvOutput]:
    one = PvOutput(clock, ZoneInfo(zone), most_requests=most_requests)
    app = web.Application()
    app.router.add_post("/{tail:.*}", one.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/service/r2"
    try:
        yield one
    finally:
        await runner.cleanup()
