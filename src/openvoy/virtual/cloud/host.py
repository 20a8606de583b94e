"""The virtual cloud on a port of its own."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime

from openvoy.protocol.http import Request
from openvoy.virtual.cloud.cloud import VirtualCloud
from openvoy.virtual.responder import Answer
from openvoy.virtual.server import Server


class CloudHost:
    """Serves a virtual cloud from `start` to `stop`."""

    def __init__(self, cloud: VirtualCloud, *, now: Callable[[], datetime]) -> None:
        self.cloud = cloud
        self._server = Server(self._answer, _count_nothing, now=now, has_keep_alive=True)

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Listen, and give the port; raise ConfigError where that cannot be."""
        return await self._server.start(host, port, tls)

    async def stop(self) -> None:
        """Close the port."""
        await self._server.stop()

    async def _answer(self, request: Request) -> Answer:
        return Answer(reply=await self.cloud.reply(request))


def _count_nothing(request: Request, answer: Answer, sent_bytes: int) -> None:
    """The statistics are the gateway's."""
