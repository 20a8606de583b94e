"""Fetches prices by time from a service on the web."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request

from openvoy.errors import ExportError

TIMEOUT_S = 20.0
MAX_BYTES = 4 * 2**20
"""A year of quarters of an hour is 1.5 MB."""


async def fetch_text(url: str) -> str:
    """Fetch a text; raise ExportError, which names the address without its query, as that may hold a key."""
    return await asyncio.to_thread(_fetch, url)


def _fetch(url: str) -> str:
    shown = url.partition("?")[0]
    hint = "Look at the address in the file of prices; it is asked again later."
    request = urllib.request.Request(url, headers={"Accept": "text/csv, text/plain", "User-Agent": "openvoy"})  # noqa: S310 - the file of prices allows http and https only
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:  # noqa: S310 - as above
            body: bytes = reply.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise ExportError(f"{shown} answered with status {error.code}.", hint=hint) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        told = getattr(reason, "strerror", None) or reason
        raise ExportError(f"{shown} does not answer: {told}.", hint=hint) from error
    if len(body) > MAX_BYTES:
        raise ExportError(f"{shown} sends more than {MAX_BYTES} bytes.", hint=hint)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExportError(f"{shown} does not send text.", hint=hint) from error
