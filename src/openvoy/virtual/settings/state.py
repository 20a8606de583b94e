"""Everything that was set on one gateway, at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.virtual.settings.bridge import BridgeSettings
from openvoy.virtual.settings.contacts import ContactBoard
from openvoy.virtual.settings.fleet import FleetSettings
from openvoy.virtual.settings.gateway import GatewayState
from openvoy.virtual.settings.generator import GeneratorSettings
from openvoy.virtual.settings.limits import LimitSettings
from openvoy.virtual.settings.live import LiveSettings
from openvoy.virtual.settings.meters import MeterSettings
from openvoy.virtual.settings.profiles import ProfileSettings
from openvoy.virtual.settings.relay import ControllerSettings
from openvoy.virtual.settings.storage import StorageState, TariffState


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """By subject; `dataclasses.replace` makes the next one."""

    meters: MeterSettings
    tariff: TariffState
    storage: StorageState
    controller: ControllerSettings
    contacts: ContactBoard
    generator: GeneratorSettings
    limits: LimitSettings
    live: LiveSettings
    profiles: ProfileSettings
    bridge: BridgeSettings
    fleet: FleetSettings
    gateway: GatewayState
