"""What a person says about notifications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from openvoy.errors import ConfigError
from openvoy.exporters.notify.target import EXAMPLES, Target, parse_target
from openvoy.model.alerts.condition import TOPICS, Topic
from openvoy.model.alerts.quiet import Quiet, parse_quiet
from openvoy.settings import kinds
from openvoy.settings.secret import SUFFIXES, Secret, secret
from openvoy.settings.table import Table, did_you_mean, setting


def _topics(table: Table, name: str) -> tuple[Topic, ...] | None:
    words = kinds.texts(table, name)
    if words is None:
        return None
    place = table.place.at(name)
    for word in words:
        if word not in get_args(Topic):
            raise place.error(f"There is no event '{word}'.", did_you_mean(word, TOPICS))
    if not words:
        raise place.error("No event is listed.", "List some, or remove the line: all are told then.")
    return tuple(topic for topic in TOPICS if topic in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings:
    """`[[notify]]`: alerts for people, by ntfy, e-mail or webhook."""

    url: Target | None = setting(kinds.parsed(parse_target), doc="ntfy://, ntfys://, smtp://, smtps:// or https://.")
    password: Secret | None = setting(secret, suffixes=SUFFIXES, doc="Password of the user in the url.")
    token: Secret | None = setting(secret, suffixes=SUFFIXES, doc="Access token of ntfy or of a webhook.")
    events: tuple[Topic, ...] = setting(
        _topics, default=TOPICS, doc="What is told: panel, gateway, token, grid, battery, firmware, store, control."
    )
    quiet: Quiet | None = setting(
        kinds.parsed(parse_quiet), doc='Hours of the site in which only urgent messages are told: "22:00-07:00".'
    )
    spacing_min: int = setting(
        kinds.whole(1, 10_080), default=60, doc="Minutes before the same trouble is told again after it had ended."
    )
    battery_low_pct: float = setting(kinds.number(0, 95), default=10.0, doc="Batteries at this or below are low.")

    def find_target(self) -> Target:
        """Give the receiver; raise ConfigError where there is none."""
        if self.url is None:
            raise ConfigError("[[notify]] has no url.", hint=f"Write url = one of {EXAMPLES}.")
        return self.url
