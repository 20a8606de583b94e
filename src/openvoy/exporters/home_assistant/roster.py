"""Which messages of discovery are due, from one snapshot to the next. Pure; whoever has the connection sends them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from openvoy.exporters.home_assistant.devices import device_id
from openvoy.exporters.home_assistant.discovery import Message, unique_id_of
from openvoy.exporters.home_assistant.topics import Prefixes
from openvoy.exporters.quantities import Quantity, Thing

PATIENCE = timedelta(minutes=15)
"""A device that is not listed for so long is gone; panels report every 5 to 15 minutes, and a gateway is asked for its
controls some time after the start. Home Assistant forgets what its user made of an entity that vanishes."""

_Place = tuple[str, str]
"""Device and entity, as a topic of discovery has them; the platform is not part of it."""


class Roster:
    """What Home Assistant was told of one gateway.

    What is new or changed is due at once. What is listed and not said at the moment stays as it was told. What is no
    longer listed, or offered as a control, is emptied after PATIENCE; what changed its platform at once.
    """

    def __init__(self, gateway: str, prefixes: Prefixes) -> None:
        """Take the gateway's serial number."""
        self._own, self._prefixes = device_id(Thing(gateway, "gateway")), prefixes
        self._told: dict[str, str] = {}
        self._gone_since: dict[str, datetime] = {}

    @property
    def told(self) -> Mapping[str, str]:
        """All messages by topic: what a broker that forgot needs again."""
        return self._told

    def note_retained(self, topic: str, payload: str) -> None:
        """Take down what the broker kept from before; what is not of this gateway is left alone."""
        place = self._place(topic)
        if place is not None and payload and (place[0] == self._own or place[0].startswith(f"{self._own}_")):
            self._told.setdefault(topic, payload)

    def update(
        self, messages: Mapping[str, Message], listed: Iterable[Quantity], *, at: datetime, is_whole: bool
    ) -> Mapping[str, str]:
        """Give what is to be published, retained, by topic; "" where an entity vanishes.

        `messages` are those of quantities and controls, `listed` all quantities, also those that were not said.
        `is_whole` says that the snapshot of the moment `at` misses no part: without that nothing is taken for gone.
        Asking costs some 20 ms for 60 panels: once a minute, and whenever a device comes, is often enough.
        """
        due = {topic: json.dumps(message, ensure_ascii=False, sort_keys=True) for topic, message in messages.items()}
        fresh = {topic: payload for topic, payload in due.items() if self._told.get(topic) != payload}
        absent = self._told.keys() - due.keys()
        if absent or self._gone_since:
            fresh |= dict.fromkeys(self._find_gone(absent, due, listed, at if is_whole else None), "")
        for topic, payload in fresh.items():
            if payload:
                self._told[topic] = payload
            else:
                del self._told[topic]
        return fresh

    def _find_gone(
        self, absent: Iterable[str], due: Iterable[str], listed: Iterable[Quantity], at: datetime | None
    ) -> list[str]:
        kept = {(device_id(quantity.thing), unique_id_of(quantity)) for quantity in listed}
        moved = {self._place(topic) for topic in due}
        since, gone = {}, []
        for topic in absent:
            place = self._place(topic)
            if place in moved:
                gone.append(topic)
            elif place not in kept:
                since[topic] = self._gone_since.get(topic) or at
                first = since[topic]
                if at is not None and first is not None and at - first >= PATIENCE:
                    gone.append(topic)
        self._gone_since = {topic: first for topic, first in since.items() if first is not None and topic not in gone}
        return gone

    def _place(self, topic: str) -> _Place | None:
        """Read device and entity off a topic; None for one that is no entity's."""
        steps = topic.removeprefix(f"{self._prefixes.discovery}/").split("/")
        if len(steps) != 4 or steps[3] != "config":
            return None
        _, device, entity, _ = steps
        return device, entity if entity.startswith(device) else f"{device}_{entity}"
