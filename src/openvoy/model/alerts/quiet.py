"""Quiet hours, and what waits for their end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from openvoy.errors import ConfigError
from openvoy.model.alerts.book import Message

MOST_WAITING = 100
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours of the site's clock in which only urgent messages are told; over midnight, mostly."""

    begin: time
    end: time

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"

    def is_on(self, local: datetime) -> bool:
        """Whether it is quiet at a local time."""
        clock = local.time()
        if self.begin <= self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end


def parse_quiet(text: str) -> Quiet:
    """Parse `22:00-07:00`; raise ConfigError."""
    match = _HOURS.fullmatch(text.strip())
    hours = [int(part) for part in match.groups()] if match else [24, 0, 0, 0]
    if max(hours[0], hours[2]) > 23 or max(hours[1], hours[3]) > 59:
        raise ConfigError(f"'{text}' are no quiet hours.", hint='Write quiet = "22:00-07:00".')
    quiet = Quiet(begin=time(hours[0], hours[1]), end=time(hours[2], hours[3]))
    if quiet.begin == quiet.end:
        raise ConfigError(f"'{text}' begins when it ends.", hint='Write quiet = "22:00-07:00", or leave it out.')
    return quiet


def queue(waiting: Sequence[Message], new: Sequence[Message]) -> tuple[Message, ...]:
    """Put new messages behind those that wait, at most a hundred.

    What is over before it could be told is not told at all, unless it is urgent.
    """
    messages = list(waiting)
    for message in new:
        begun = next((one for one in messages if one.key == message.key and one.kind == "alert"), None)
        if message.kind == "over" and begun is not None and not message.is_urgent:
            messages.remove(begun)
        else:
            messages.append(message)
    return tuple(messages[-MOST_WAITING:])
