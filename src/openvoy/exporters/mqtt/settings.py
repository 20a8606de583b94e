"""What a person says about the broker."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from openvoy.errors import ConfigError
from openvoy.settings import kinds
from openvoy.settings.secret import SUFFIXES, Secret, secret
from openvoy.settings.table import setting

PORTS = {"mqtt": 1883, "mqtts": 8883}
_PREFIX = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")


def parse_broker_url(text: str) -> str:
    """Check a broker's address; raise ConfigError."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if not host or parts.scheme not in PORTS or parts.path not in {"", "/"} or parts.query or port == 0:
        raise ConfigError(
            "The url is no address of a broker.", hint="Write mqtt://host, mqtt://user@host:1883 or mqtts://host:8883."
        )
    return text


def parse_prefix(text: str) -> str:
    """Check what topics begin with; raise ConfigError."""
    if not _PREFIX.fullmatch(text):
        raise ConfigError(
            f"'{text}' is nothing that topics can begin with.", hint="Write letters, numbers and / between them."
        )
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """`[mqtt]`: every value as a retained topic of a broker, and discovery for Home Assistant."""

    url: str = setting(
        kinds.parsed(parse_broker_url), default="", doc="Broker: mqtt://host:1883, mqtts://host:8883 with TLS."
    )
    user: str | None = setting(kinds.text, doc="User at the broker; may stand in the url too.")
    password: Secret | None = setting(secret, suffixes=SUFFIXES, doc="Their password.")
    ca_file: Path | None = setting(
        kinds.path, doc="Certificate that signed the broker's, where the system does not know it."
    )
    certificate: Path | None = setting(kinds.path, doc="Certificate of Openvoy's own, where the broker wants one.")
    key: Path | None = setting(kinds.path, doc="Its key.")
    prefix: str = setting(kinds.parsed(parse_prefix), default="openvoy", doc="What topics begin with.")
    discovery: bool = setting(kinds.flag, default=True, doc="Tell Home Assistant of all devices.")
    discovery_prefix: str = setting(
        kinds.parsed(parse_prefix), default="homeassistant", doc="What its topics of discovery begin with."
    )
    every_s: float = setting(kinds.number(1, 3600), default=5.0, doc="Seconds between two publications, at least.")
    timeout_s: float = setting(kinds.number(1, 300), default=30.0, doc="Seconds that the broker may take to answer.")
