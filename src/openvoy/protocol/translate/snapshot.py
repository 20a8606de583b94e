"""All parts together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from openvoy.codec import each
from openvoy.errors import EndpointMissing, OpenvoyError
from openvoy.model import GatewayInfo, MissingPart, Snapshot
from openvoy.protocol.endpoints.inverters import INVERTERS
from openvoy.protocol.endpoints.livedata import LIVEDATA_STATUS
from openvoy.protocol.endpoints.meters import METERS
from openvoy.protocol.endpoints.production import PRODUCTION_V1
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.controller import build_contacts, build_grid
from openvoy.protocol.translate.controllers import build_controllers
from openvoy.protocol.translate.counters import build_counters
from openvoy.protocol.translate.generator import build_generator
from openvoy.protocol.translate.inverters import build_inverters
from openvoy.protocol.translate.live import find_live_sample
from openvoy.protocol.translate.meters import build_meters, find_lost_legs
from openvoy.protocol.translate.power import build_energy, build_power
from openvoy.protocol.translate.reported import build_reported
from openvoy.protocol.translate.sources import find_solar
from openvoy.protocol.translate.storage import build_batteries, build_storage
from openvoy.protocol.translate.tariff import build_tariff


def build_snapshot(capabilities: Capabilities, replies: Replies, at: datetime) -> Snapshot:
    """Build a snapshot of what is known; a part that failed is empty and stands in `missing`, the rest stands."""
    meters = build_meters(replies)
    inverters = build_inverters(replies)
    batteries = replies.derive(build_batteries)
    solar = find_solar(capabilities, replies, meters, inverters)
    gateway = replies.derive(_gateway, capabilities)
    live = find_live_sample(replies, meters, at)
    return Snapshot(
        gateway=gateway,
        at=at,
        power=build_power(replies, meters, solar, live),
        energy=build_energy(replies, meters, solar),
        meters=meters,
        inverters=inverters,
        batteries=batteries,
        storage=replies.derive(build_storage, batteries, live),
        grid=replies.derive(build_grid),
        controllers=replies.derive(build_controllers),
        contacts=replies.derive(build_contacts),
        generator=replies.derive(build_generator),
        tariff=replies.derive(build_tariff),
        reported=replies.derive(build_reported, capabilities, gateway.phases),
        counters=build_counters(replies, meters, inverters, solar),
        missing=tuple(_missing(replies)),
    )


def _gateway(replies: Replies, capabilities: Capabilities) -> GatewayInfo:
    status = replies.value(LIVEDATA_STATUS)
    told = None if status is None or status.meters is None else status.meters.phase_count
    meters = each(replies.value(METERS))
    counts = [meter.phase_count for meter in meters if meter.state == "enabled" and meter.phase_count]
    return GatewayInfo(
        serial=capabilities.serial,
        part_number=capabilities.part_number,
        firmware=str(capabilities.firmware),
        model="metered" if capabilities.metered else "standard",
        phases=max(counts, default=told or None),
    )


def _missing(replies: Replies) -> Iterator[MissingPart]:
    """Name what failed, and members that had to be dropped; what this firmware does not have is not missing."""
    for endpoint, outcome in replies.troubles():
        if isinstance(outcome, EndpointMissing):
            continue
        if isinstance(outcome, OpenvoyError):
            yield MissingPart(part=endpoint.name, reason=outcome.message)
            continue
        for defect in outcome.defects:
            yield MissingPart(part=f"{endpoint.name} {defect.json_path}", reason=defect.reason)
    if replies.derive(_says_nothing_yet):
        yield MissingPart(part=PRODUCTION_V1.name, reason="the gateway has counted nothing yet, as after a restart")
    for eid, phase in find_lost_legs(replies):
        yield MissingPart(part=f"meter {eid}", reason=f"it counts nothing on {phase} for the moment")


def _says_nothing_yet(replies: Replies) -> bool:
    """Whether reports are an empty list where totals are zeros: minutes after a power cycle (quirk Q14)."""
    totals = replies.value(PRODUCTION_V1)
    return replies.value(INVERTERS) == () and totals is not None and not totals.lifetime_wh
