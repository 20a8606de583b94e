"""A clock that is wrong: an hour ahead was seen after a change of time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from openvoy.codec import WireStruct, changed, doc
from openvoy.errors import BadPayload
from openvoy.protocol.endpoints.inventory import HomePage
from openvoy.protocol.http import Request
from openvoy.virtual.api.finding import endpoint_of
from openvoy.virtual.api.printing import print_like
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply

T = TypeVar("T")

_FIRST_S = 1e9
"""Seconds beyond this are moments (2001 and later), below they are durations."""
_LOCAL = "%m/%d/%Y %H:%M"


@fault("clock-skew", "8")
@dataclass(frozen=True, kw_only=True)
class ClockSkew(Fault):
    """Shifts every moment that the gateway tells: in bodies, and in the header Date. The sun stays where it is."""

    seconds: Annotated[float, doc("s", "how far its clock is ahead; negative is behind")] = 3600.0

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Shift the moments of a reply."""
        reply = replace(reply, date_shift_s=reply.date_shift_s + self.seconds)
        firmware = stage.identity.firmware
        endpoint = endpoint_of(request.path, firmware)
        if endpoint is None or reply.status != 200 or not reply.body:
            return reply
        try:
            value = endpoint.decode(reply.body).value
        except BadPayload:
            return reply
        shifted = self._shift(value)
        return reply if shifted == value else replace(reply, body=print_like(endpoint, shifted, firmware, reply.body))

    def _shift(self, value: T) -> T:
        """Shift the members that end in `_s`, wherever they stand."""
        shifted: Any = value
        if isinstance(value, WireStruct):
            members = {name: getattr(value, name) for name in value.__struct_fields__}
            moved = {name: self._member(name, member) for name, member in members.items()}
            shifted = changed(value, **{name: member for name, member in moved.items() if member != members[name]})
            shifted = self._local(shifted) if isinstance(shifted, HomePage) else shifted
        elif isinstance(value, tuple):
            shifted = tuple(map(self._shift, value))
        elif isinstance(value, dict):
            shifted = {key: self._shift(member) for key, member in value.items()}
        return shifted  # type: ignore[no-any-return]

    def _member(self, name: str, value: Any) -> Any:
        if not name.endswith("_s"):
            return self._shift(value)
        if isinstance(value, str):
            return str(self._moment(float(value))) if re.fullmatch(r"\d{10}", value) else value
        return self._moment(value) if isinstance(value, (int, float)) else value

    def _moment(self, value_s: float) -> float:
        return type(value_s)(value_s + self.seconds) if value_s >= _FIRST_S else value_s

    def _local(self, home: HomePage) -> HomePage:
        try:
            told = datetime.strptime(f"{home.date} {home.time}", _LOCAL)  # noqa: DTZ007 - the page has no zone
        except ValueError:
            return home
        date, _, time = (told + timedelta(seconds=self.seconds)).strftime(_LOCAL).partition(" ")
        return changed(home, date=date, time=time)
