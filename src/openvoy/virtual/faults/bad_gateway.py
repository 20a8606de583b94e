"""Errors of the web server in front, when the process behind does not answer in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.pages import SERVER
from openvoy.virtual.source import Reply

_TITLES = {
    "500": "500 Internal Server Error",
    "502": "502 Bad Gateway",
    "503": "503 Service Temporarily Unavailable",
    "504": "504 Gateway Time-out",
}
_PAGE = (
    "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
    "<hr><center>{server}</center>\r\n</body>\r\n</html>\r\n"
)


@fault("bad-gateway", "Q48")
@dataclass(frozen=True, kw_only=True)
class BadGateway(Fault):
    """Answers every request with an error page of the web server."""

    status: Annotated[Literal["500", "502", "503", "504"], doc("", "which error")] = "502"

    async def admit(self, request: Request, stage: Stage) -> Reply:
        """Answer with the page."""
        page = _PAGE.format(title=_TITLES[self.status], server=SERVER[1]).encode()
        headers = (SERVER, ("Date", ""), ("Content-Type", "text/html"), ("Content-Length", ""), ("Connection", ""))
        return Reply(status=int(self.status), headers=headers, body=page)
