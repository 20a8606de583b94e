"""Where a command listens: `--listen`, its short form `--port`, and whether that is free."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from openvoy.errors import ConfigError
from openvoy.settings.listen import MAX_PORT

HERE = "127.0.0.1"


def choose_listen(listen: str | None, port: int | None) -> str | None:
    """Give host:port of whichever is said, None where neither is; raise ConfigError for both, or for no port."""
    if port is None:
        return listen
    if listen is not None:
        raise ConfigError(
            f"--listen {listen} and --port {port} both say where to listen.",
            hint=f"Leave one out: --port {port} is short for --listen {HERE}:{port}.",
        )
    if not 0 <= port <= MAX_PORT:
        raise ConfigError(f"--port {port} is no port.", hint=f"Give 0 (a free one) to {MAX_PORT}.")
    return f"{HERE}:{port}"


def check_free(host: str, ports: Mapping[str, int | None]) -> None:
    """Raise ConfigError for the first port, by its option, that another program listens at; 0 is always free."""
    for name, port in ports.items():
        if port:
            _check_port(host, name, port)


def _check_port(host: str, name: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as door:
            # As servers do it: a port whose last connections are just ending is free.
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)
            door.listen(1)
    except OSError as error:
        number = None if isinstance(error, socket.gaierror) else error.errno
        reason = str(error) if number is None else os.strerror(number)
        raise ConfigError(
            f"{host}:{port} ({name}): cannot listen: {reason}",
            hint=f"Another program, maybe another virtual gateway, has it: choose another {name}; port 0 takes one that"
            " is free.",
        ) from error
