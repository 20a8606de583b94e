"""A page for people where data was asked for, with status 200 and the headers of data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply

_PAGE = b"""<!DOCTYPE html>
<html>
<head><title>Enphase Energy</title></head>
<body><h1>Page Not Found</h1><p>The requested page could not be found.</p></body>
</html>
"""


@fault("html-with-200", "Q43")
@dataclass(frozen=True, kw_only=True)
class HtmlWith200(Fault):
    """Serves an HTML page in place of every reply."""

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Put the page into the reply."""
        return replace(reply, status=200, reason=None, body=_PAGE, stream=None)
