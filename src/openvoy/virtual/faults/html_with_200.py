"""A page for people where data was asked for, with status 200 and the headers of data (Q43)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from openvoy.protocol.firmware import Capabilities
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply

_PAGE = b"""<!DOCTYPE html>
<html>
<head><title>Enphase Energy</title></head>
<body><h1>Page Not Found</h1><p>The requested page could not be found.</p></body>
</html>
"""


@fault("html-with-200")
@dataclass(frozen=True, slots=True)
class HtmlWith200:
    """Serves an HTML page in place of every reply."""

    path: str | None = None

    def spoil(self, reply: Reply, identity: Capabilities) -> Reply:  # noqa: ARG002 - the page is the same everywhere
        """Put the page into the reply."""
        return replace(reply, status=200, reason=None, body=_PAGE, stream=None)
