"""The configuration file `openvoy.toml`: read once, checked whole, then frozen."""

from __future__ import annotations

from openvoy.cli.config.load import Config, find_config_file, load_config, parse_config
from openvoy.cli.config.sections import (
    CloudConfig,
    CloudLogin,
    ControlConfig,
    GatewayConfig,
    MirrorConfig,
    SiteConfig,
    StoreConfig,
    WebConfig,
)
from openvoy.settings.secret import Secret

__all__ = [
    "CloudConfig",
    "CloudLogin",
    "Config",
    "ControlConfig",
    "GatewayConfig",
    "MirrorConfig",
    "Secret",
    "SiteConfig",
    "StoreConfig",
    "WebConfig",
    "find_config_file",
    "load_config",
    "parse_config",
]
