"""What stands at a broker about the gateways: their values, their devices, and whether it counts."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from openvoy import __version__
from openvoy.errors import StorageError
from openvoy.exporters.home_assistant import Prefixes, Roster, build_discovery, render_topic, render_value
from openvoy.exporters.home_assistant.topics import fit
from openvoy.exporters.mqtt.controls import Controls
from openvoy.exporters.mqtt.shelf import Shelf
from openvoy.exporters.mqtt.summary import build_summary, read_days
from openvoy.exporters.quantities import Quantity, Thing, quantities
from openvoy.model import Snapshot
from openvoy.ports import GatewayStatus, Household

DEVICES_EVERY_S = 60.0
"""Discovery and the sums of days are looked at so often, and whenever a device comes."""

_LOG = logging.getLogger("openvoy.exporters.mqtt")
_NOT_VALUES = ("set", "status")
"""Below a gateway's topics, what is no value."""


class _Gateway:
    """One gateway at the broker."""

    def __init__(self, serial: str, prefixes: Prefixes, kept: Mapping[str, str]) -> None:
        own = f"{prefixes.topic}/{fit(serial)}/"
        values = {topic: payload for topic, payload in kept.items() if topic.startswith(own)}
        self.shelf = Shelf(
            {topic: text for topic, text in values.items() if topic.removeprefix(own).split("/")[0] not in _NOT_VALUES}
        )
        self.roster = Roster(serial, prefixes)
        for topic, payload in kept.items():
            self.roster.note_retained(topic, payload)
        self.status = values.get(prefixes.gateway_status(serial))
        self.things: frozenset[Thing] = frozenset()
        self.looked_s = float("-inf")
        self.days: Mapping[str, str] = {}
        self.is_stale = False
        """The sums of days cannot be read."""


class House:
    """All gateways of the feed. What is to be published is asked for; nothing waits in here."""

    def __init__(self, household: Household, prefixes: Prefixes, controls: Controls, *, has_discovery: bool) -> None:
        self._household, self._prefixes, self._controls = household, prefixes, controls
        self._has_discovery = has_discovery
        self._zone = ZoneInfo(household.place.time_zone)
        self._kept: dict[str, str] = {}
        self._gateways: dict[str, _Gateway] = {}

    def note_kept(self, topic: str, payload: str) -> None:
        """Take down what the broker had before this connection, if it is ours."""
        if topic.startswith(f"{self._prefixes.topic}/") or "/openvoy_" in topic:
            self._kept[topic] = payload

    def forget(self) -> None:
        """Send everything anew: somebody asks for it who may have missed some."""
        _LOG.info("everything is published anew")
        self._kept.clear()
        for serial, gateway in self._gateways.items():
            fresh = _Gateway(serial, self._prefixes, {})
            fresh.shelf = gateway.shelf
            fresh.shelf.forget()
            self._gateways[serial] = fresh

    async def find_due(self) -> Mapping[str, str]:
        """Give what is to be published now, retained, by topic."""
        due: dict[str, str] = {}
        for status in self._household.feed.statuses():
            snapshot = self._household.feed.latest(status.name)
            if status.serial is not None:
                due |= await self._find_due_of(status, status.serial, snapshot)
        return due

    async def _find_due_of(self, status: GatewayStatus, serial: str, snapshot: Snapshot | None) -> Mapping[str, str]:
        if serial not in self._gateways:
            self._gateways[serial] = _Gateway(serial, self._prefixes, self._kept)
        gateway = self._gateways[serial]
        due: dict[str, str] = {}
        if snapshot is not None and status.is_fresh:
            listed = list(quantities(snapshot))
            due |= await self._look(gateway, snapshot, listed)
            values = {render_topic(quantity, self._prefixes): render_value(quantity) for quantity in listed}
            values |= self._below(serial, {**build_summary(snapshot), **gateway.days})
            values |= self._controls.states(serial)
            due |= gateway.shelf.update(values, at=snapshot.at, is_whole=not snapshot.missing)
        word = "online" if status.is_fresh else "offline"
        if word != gateway.status:
            gateway.status = word
            due[self._prefixes.gateway_status(serial)] = word
        return due

    async def _look(self, gateway: _Gateway, snapshot: Snapshot, listed: list[Quantity]) -> Mapping[str, str]:
        """Look at devices and days where it is time: discovery stands before the values that it speaks of."""
        things, serial = frozenset(quantity.thing for quantity in listed), snapshot.gateway.serial
        now_s = self._household.clock.monotonic()
        is_due = now_s - gateway.looked_s >= DEVICES_EVERY_S or not things <= gateway.things
        if not (is_due or self._controls.take_news(serial)):
            return {}
        gateway.looked_s, gateway.things = now_s, things
        await self._read_days(gateway, serial)
        if not self._has_discovery:
            return {}
        names = {str(one.serial): one.name for one in self._household.feed.statuses() if one.serial}
        messages = {
            **build_discovery(listed, prefixes=self._prefixes, version=__version__, names=names),
            **self._controls.entities(serial, listed, version=__version__, names=names),
        }
        return gateway.roster.update(messages, listed, at=snapshot.at, is_whole=not snapshot.missing)

    async def _read_days(self, gateway: _Gateway, serial: str) -> None:
        """Read the sums of days; while that cannot be done, those before stay, and it is told once."""
        now = self._household.clock.now()
        try:
            gateway.days = await read_days(self._household.store, serial, zone=self._zone, now=now)
        except StorageError as error:
            if not gateway.is_stale:
                _LOG.warning("the sums of days are not published: %s", error.message)
            gateway.is_stale = True
            return
        if gateway.is_stale:
            _LOG.info("the sums of days are published again")
        gateway.is_stale = False

    def _below(self, serial: str, values: Mapping[str, str]) -> Mapping[str, str]:
        return {f"{self._prefixes.topic}/{fit(serial)}/{topic}": value for topic, value in values.items()}
