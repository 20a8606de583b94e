"""`openvoy get`: the reply to one request, as the gateway gave it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from openvoy.cli.app import argument, command, option
from openvoy.cli.output import print_bytes, print_json
from openvoy.cli.target import Target
from openvoy.errors import ConfigError
from openvoy.protocol.status import check_status

READING_METHODS = ("GET", "HEAD")


@command("get")
async def get(
    path: Annotated[str, argument(help="Path with query, such as /ivp/meters/readings.")],
    *,
    target: Target,
    method: Annotated[str | None, option("-X", "--request", help="Method; GET, or POST with -d.")] = None,
    data: Annotated[str | None, option("-d", "--data", help="Body; @FILE sends a file, @- what stdin gives.")] = None,
    allow_write: Annotated[bool, option("--allow-write", help="Allow a method that may change settings.")] = False,
    as_json: Annotated[
        bool, option("--json", help="Wrap the reply: status, headers and body as one document.")
    ] = False,
) -> None:
    """Send one request with the gateway's login and print the reply's body exactly as it came.

    Examples:
        openvoy get /ivp/meters/readings --host envoy.local --token-file home.jwt
    """
    method = (method or ("GET" if data is None else "POST")).upper()
    if not method.isalpha():
        raise ConfigError(f"{method!r} is no method.", hint="Give GET, POST, PUT or DELETE.")
    if method not in READING_METHODS and not allow_write:
        raise ConfigError(
            f"{method} may change what the gateway does, and control is off unless it is asked for.",
            hint="Look at the request once more, then add --allow-write. Nothing was sent.",
        )
    body = b"" if data is None else read_data(data)
    async with target.open() as gateway:
        response = await gateway.fetch_raw(path, method=method, body=body)
    if as_json:
        print_json(
            {
                "path": path,
                "status": response.status,
                "headers": response.headers,
                "body": response.body.decode("utf-8", "replace"),
                "elapsed_s": round(response.elapsed_s, 3),
            }
        )
    else:
        print_bytes(response.body)
    check_status(response, gateway=str(gateway.address), path=path)


def read_data(data: str) -> bytes:
    """Give the bytes that -d means; raise ConfigError for a file that cannot be read."""
    if not data.startswith("@"):
        return data.encode()
    if data == "@-":
        return sys.stdin.buffer.read()
    try:
        return Path(data[1:]).read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{data[1:]} cannot be read: {error.strerror}.", hint="Name a file that exists, or @- for stdin."
        ) from error
