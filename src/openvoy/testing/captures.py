"""Recordings of real gateways (HAR 1.2) as plain replies, for tests of whatever reads or serves them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openvoy.errors import EndpointMissing, EndpointRefused, OpenvoyError
from openvoy.model import Snapshot
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Response
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.plan import next_endpoint
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate import build_snapshot
from openvoy.virtual.har import read_har


@dataclass(frozen=True, slots=True)
class Capture:
    """One recording: the first successful reply of each path, with its query."""

    name: str
    responses: Mapping[str, Response]

    def response(self, path: str) -> Response:
        """Give the reply at `path`, else that of the path without its query, else 404."""
        found = self.responses.get(path) or self.responses.get(path.partition("?")[0])
        return Response(status=404) if found is None else found


def captures_folder(repository: Path) -> Path:
    """Give the folder of the recordings: OPENVOY_CAPTURES, else beside the checkout."""
    named = os.environ.get("OPENVOY_CAPTURES")
    return Path(named) if named else repository.parent / "shared" / "captures"


def load_capture(path: Path) -> Capture:
    """Load a recording; raise ConfigError where it is none."""
    responses: dict[str, Response] = {}
    for exchange in read_har(path):
        headers = {name.lower(): value for name, value in exchange.headers}
        known = responses.get(exchange.path)
        if known is None or (known.status != 200 and exchange.status == 200):
            responses[exchange.path] = Response(
                status=exchange.status, headers=headers, body=exchange.body, elapsed_s=exchange.duration_s
            )
    return Capture(path.stem, responses)


def read_capture(capture: Capture, at: datetime) -> tuple[Capabilities, Replies, Snapshot]:
    """Read a recording as a client would read the gateway, without any network."""
    capabilities = build_capabilities(INFO.decode(capture.response("/info").body).value)
    replies = Replies()
    while (endpoint := next_endpoint(capabilities, replies)) is not None:
        response = capture.response(endpoint.path)
        try:
            replies.note(endpoint, endpoint.decode(_checked(response)))
        except OpenvoyError as error:
            replies.note(endpoint, error)
    return capabilities, replies, build_snapshot(capabilities, replies, at)


def _checked(response: Response) -> bytes:
    if response.status == 404:
        raise EndpointMissing("not in the recording")
    if response.status == 401:
        raise EndpointRefused("refused in the recording")
    return response.body
