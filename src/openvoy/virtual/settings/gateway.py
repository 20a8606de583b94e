"""The gateway itself: network, clock, support, updates."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class WiredSettings:
    """The wired network; addresses are those set aside for documents."""

    dhcp: bool = True
    ip: str = "192.0.2.10"
    netmask: str = "255.255.255.0"
    router: str = "192.0.2.1"
    primary_dns: str = "192.0.2.1"
    secondary_dns: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WirelessState:
    """The joined network; its password is not kept."""

    ssid: str = "Home"
    joined_s: int | None = None
    """When somebody joined it; None is long ago."""
    region: str = "00"
    access_point: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSettings:
    """Updates; they are only taken down, nothing is loaded."""

    auto_update: bool = True
    is_paused: bool = False
    all_requested_s: int | None = None
    """When an update of all devices was asked for …"""
    is_broadcast: bool = False
    one_requested: tuple[str, ...] = ()
    """… and of single ones."""
    upgraded_s: int | None = None
    """When the gateway's own update was started."""
    uploads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayState:
    """All of it."""

    time_zone: str
    wired: WiredSettings = field(default_factory=WiredSettings)
    wireless: WirelessState = field(default_factory=WirelessState)
    updates: UpdateSettings = field(default_factory=UpdateSettings)
    tunnel_open: bool = False
    power_meters: tuple[str, ...] = ()
    """Addresses of external power meters."""
