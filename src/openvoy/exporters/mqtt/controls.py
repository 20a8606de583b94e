"""What gateways can be told over a broker, where control is enabled: offers, present settings, commands."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping, Sequence

from openvoy.errors import ConfigError, OpenvoyError
from openvoy.exporters.home_assistant import Prefixes, build_control_states, build_controls, parse_command
from openvoy.exporters.home_assistant.discovery import Message
from openvoy.exporters.mqtt.connection import Received
from openvoy.exporters.quantities import Quantity
from openvoy.model.control import AuditEntry, Offer
from openvoy.ports import Household

BY = "mqtt"
"""On whose behalf, in the audit log."""
ASKED_EVERY_S = 900.0
"""Asking what can be told costs the gateway some dozen requests; after a command it is asked at once."""
RETRY_S = 15.0
"""Soon again for a gateway that did not answer."""

_LOG = logging.getLogger("openvoy.exporters.mqtt")


class Controls:
    """Knows what each gateway can be told, and tells it."""

    def __init__(self, household: Household, prefixes: Prefixes) -> None:
        self._household, self._prefixes = household, prefixes
        self._offers: dict[str, Sequence[Offer]] = {}
        self._news: set[str] = set()
        self._wanted = asyncio.Event()

    async def mind(self) -> None:
        """Keep the offers right until cancelled."""
        if not self._household.desk.is_enabled:
            await asyncio.get_running_loop().create_future()
        while True:
            self._wanted.clear()
            is_complete = await self._ask()
            await self._rest(ASKED_EVERY_S if is_complete else RETRY_S)

    def states(self, serial: str) -> Mapping[str, str]:
        """Give the present settings by topic."""
        return build_control_states(self._offers.get(serial, ()), gateway=serial, prefixes=self._prefixes)

    def take_news(self, serial: str) -> bool:
        """Say once that there are other offers than before."""
        has_news = serial in self._news
        self._news.discard(serial)
        return has_news

    def entities(
        self, serial: str, listed: Iterable[Quantity], *, version: str, names: Mapping[str, str]
    ) -> Mapping[str, Message]:
        """Build discovery of what the gateway can be told."""
        offers = self._offers.get(serial, ())
        return build_controls(
            offers, gateway=serial, quantities=listed, prefixes=self._prefixes, version=version, names=names
        )

    async def obey(self, message: Received) -> str:
        """Do what a message says, if that may be; give what came of it as JSON."""
        try:
            self._check_enabled()
            entry = await self._tell(message)
        except OpenvoyError as error:
            _LOG.warning("%s: %s", message.topic, error.message)
            return json.dumps({"topic": message.topic, "error": error.message, "hint": error.hint})
        self._wanted.set()
        return json.dumps({"topic": message.topic, "outcome": entry.outcome.value, "detail": entry.detail})

    def _check_enabled(self) -> None:
        if not self._household.desk.is_enabled:
            raise ConfigError(
                "Control is off, so nothing was sent to the gateway.", hint="[control] enabled = true allows it."
            )

    async def _tell(self, message: Received) -> AuditEntry:
        command = parse_command(
            message.topic,
            message.payload,
            is_retained=message.is_retained,
            offers=self._offers,
            prefixes=self._prefixes,
        )
        desk, name = self._household.desk, self._name(command.gateway)
        if not command.is_undo:
            return await desk.apply(name, command.control, command.arguments, by=BY)
        newest = next((entry for entry in await desk.read_entries() if entry.gateway == command.gateway), None)
        if newest is None:
            raise ConfigError("Nothing was changed yet that could be undone.", hint="Nothing was sent.")
        return await desk.undo(name, newest.id, by=BY)

    async def _ask(self) -> bool:
        """Ask all gateways that answer; say whether all did."""
        statuses = self._household.feed.statuses()
        known = [status for status in statuses if status.serial is not None and status.is_fresh]
        is_complete = len(known) == len(statuses)
        for status in known:
            try:
                offers = await self._household.desk.offers(status.name)
            except OpenvoyError as error:
                _LOG.info("%s does not say what it can be told: %s", status.name, error.message)
                is_complete = False
                continue
            serial = str(status.serial)
            if offers != self._offers.get(serial):
                self._offers[serial] = offers
                self._news.add(serial)
        return is_complete

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until a command may have changed something."""
        waits = [
            asyncio.ensure_future(self._household.clock.sleep(seconds)),
            asyncio.ensure_future(self._wanted.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _wait_wanted(self) -> None:
        await self._wanted.wait()

    def _name(self, serial: str) -> str:
        return next(status.name for status in self._household.feed.statuses() if status.serial == serial)
