"""Libraries that not everyone needs, and what to do where one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from openvoy.errors import ConfigError


@contextmanager
def needing(extra: str, what: str) -> Iterator[None]:
    """Turn a missing library into what to install; `what` begins the sentence that says so."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"{what} needs {error.name}.", hint=f"Install it with: pip install 'openvoy[{extra}]'"
        ) from error
