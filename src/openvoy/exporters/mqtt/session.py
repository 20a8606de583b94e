"""One connection to a broker: what is published over it, and what arrives."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from openvoy.exporters.home_assistant import Prefixes
from openvoy.exporters.mqtt.connection import Broker, Received
from openvoy.exporters.mqtt.controls import Controls
from openvoy.exporters.mqtt.house import House
from openvoy.exporters.mqtt.settings import MqttSettings
from openvoy.ports import Household, Progress

RECALL_S = 15.0
"""A broker that does not give back what it is sent gets everything anew after this."""

_LOG = logging.getLogger("openvoy.exporters.mqtt")


class Session:
    """Recalls what the broker kept, then publishes what differs, and listens."""

    def __init__(
        self, broker: Broker, household: Household, *, prefixes: Prefixes, settings: MqttSettings, progress: Progress
    ) -> None:
        self._broker, self._household, self._prefixes = broker, household, prefixes
        self._settings, self._progress = settings, progress
        self._controls = Controls(household, prefixes)
        self._house = House(household, prefixes, self._controls, has_discovery=settings.discovery)
        self._marks = f"{prefixes.topic}/mark"
        self._synchronise = f"{prefixes.topic}/synchronise"
        self._birth = f"{prefixes.discovery}/status"

    async def run(self) -> None:
        """Serve until cancelled; raise ExportError when the broker goes away."""
        messages = self._broker.messages()
        await self._recall(messages)
        await self._broker.subscribe(self._prefixes.commands, self._synchronise, self._birth)
        await self._broker.publish({self._prefixes.status: "online"})
        self._progress.note_delivered(1)
        await _first_to_fail(self._publish(), self._listen(messages), self._controls.mind())

    async def _recall(self, messages: AsyncIterator[Received]) -> None:
        """Take down what the broker has from before: it gives its retained messages before one that is sent now."""
        topics = [f"{self._prefixes.topic}/#"]
        topics += [f"{self._prefixes.discovery}/+/+/+/config"] if self._settings.discovery else []
        mark = secrets.token_hex(8)
        await self._broker.subscribe(*topics, is_sure=False)
        await self._broker.publish({self._marks: mark}, is_retained=False)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RECALL_S):
                async for message in messages:
                    if message.topic == self._marks and message.payload.decode(errors="replace") == mark:
                        break
                    if message.is_retained:
                        self._house.note_kept(message.topic, message.payload.decode(errors="replace"))
        await self._broker.unsubscribe(*topics)

    async def _publish(self) -> None:
        clock = self._household.clock
        while True:
            due = await self._house.find_due()
            if due:
                await self._broker.publish(due)
                self._progress.note_delivered(len(due))
            await clock.sleep(self._settings.every_s)

    async def _listen(self, messages: AsyncIterator[Received]) -> None:
        async for message in messages:
            if message.topic == self._synchronise or (message.topic == self._birth and message.payload == b"online"):
                self._house.forget()
            elif "/set/" in message.topic:
                said = await self._controls.obey(message)
                await self._broker.publish({f"{self._prefixes.topic}/result": said}, is_retained=False)


async def _first_to_fail(*works: Coroutine[Any, Any, None]) -> None:
    """Do all at once until one fails, and raise that."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
