"""What a status code of a gateway means, in terms of what helps."""

from __future__ import annotations

import re

from openvoy.errors import BadPayload, EndpointMissing, EndpointRefused, GatewayBusy, OpenvoyError, Unavailable
from openvoy.protocol.http import Response

REFUSED = (401, 403)
_MISSING = (404, 405, 410, 501)
_BUSY = (429, 503)

MOST_PATIENCE_S = 3600.0
"""However long a gateway asks to be left alone."""
_PATIENCE = re.compile(rb"after (\d+) seconds")
_RETIRED = b"no longer supported"
"""A retired API says 503 forever, which is no plea for patience."""


def check_status(response: Response, *, gateway: str, path: str) -> None:
    """Raise the error that fits a status other than success."""
    if not 200 <= response.status < 300:
        raise _error_for(response, f"{gateway} answered {path} with status {response.status}", path)


def is_refused(response: Response) -> bool:
    """Whether the gateway wants another login for this request; some builds lead to the login page instead."""
    if response.status in REFUSED:
        return True
    return 300 <= response.status < 400 and "login" in response.headers.get("location", "")


def retry_after_s(response: Response) -> float | None:
    """How many seconds the gateway asks to wait: by header, else by its words; None if it does not say."""
    header = response.headers.get("retry-after", "").strip()
    if header.isascii() and header.isdigit():
        return min(float(header), MOST_PATIENCE_S)
    words = _PATIENCE.search(response.body[:4096])
    return None if words is None else min(float(words[1]), MOST_PATIENCE_S)


def _error_for(response: Response, what: str, path: str) -> OpenvoyError:
    status = response.status
    if status in _MISSING or (status == 503 and _RETIRED in response.body[:4096]):
        return EndpointMissing(f"{what}: it does not have this endpoint.", hint=_MISSING_HINT)
    if status in _BUSY:
        wait_s = retry_after_s(response)
        hint = "Try again in a while." if wait_s is None else f"Try again in {wait_s:.0f} seconds."
        return GatewayBusy(f"{what}: it is busy.", hint=hint, retry_after_s=wait_s)
    if is_refused(response):
        return EndpointRefused(f"{what}: this login may not use it.", hint="It may need an installer's login.")
    if status >= 500:
        return Unavailable(f"{what}: it cannot serve it now.", hint="Try again later; under load this is normal.")
    if status >= 400:
        return BadPayload(
            f"{what}: it does not accept this request.", endpoint=path, hint="Check path, method and body."
        )
    return BadPayload(
        f"{what}: that is no data.", endpoint=path, hint="Check host and path; redirects are not followed."
    )


_MISSING_HINT = "This firmware or hardware does not offer it; `openvoy read` shows what there is."
