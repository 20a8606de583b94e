"""What a broker has of one gateway, and what it lacks. Pure; whoever has the connection sends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from openvoy.exporters.home_assistant.roster import PATIENCE


class Shelf:
    """Retained messages by topic. A topic that nothing stands behind any more is emptied after a while."""

    def __init__(self, kept: Mapping[str, str]) -> None:
        """Take what the broker had already."""
        self._kept = dict(kept)
        self._gone_since: dict[str, datetime] = {}

    def forget(self) -> None:
        """Take everything for lacking, so that it is sent anew."""
        self._kept = dict.fromkeys(self._kept, "\0")

    def update(self, values: Mapping[str, str], *, at: datetime, is_whole: bool) -> Mapping[str, str]:
        """Give what is to be published: what differs, and "" for what is gone or was not said.

        `is_whole` says that `values` of the moment `at` miss no part: without that nothing is taken for gone.
        """
        due = {topic: payload for topic, payload in values.items() if self._kept.get(topic, "") != payload}
        if is_whole:
            due |= dict.fromkeys(self._find_gone(values, at), "")
        for topic, payload in due.items():
            if payload:
                self._kept[topic] = payload
            else:
                self._kept.pop(topic, None)
        return due

    def _find_gone(self, values: Mapping[str, str], at: datetime) -> list[str]:
        absent = self._kept.keys() - values.keys()
        self._gone_since = {topic: self._gone_since.get(topic, at) for topic in absent}
        return [topic for topic, since in self._gone_since.items() if at - since >= PATIENCE]
