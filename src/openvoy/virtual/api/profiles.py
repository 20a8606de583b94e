"""Grid profiles as the modules know them, and phase and profile of each inverter."""

from __future__ import annotations

import uuid
from dataclasses import replace
from urllib.parse import urlencode

from openvoy.protocol.endpoints.ensemble_service import STORAGE_PROFILE_STATUS, ProfileStatus
from openvoy.protocol.endpoints.inverter_profiles import (
    INVERTER_PHASES,
    INVERTER_PROFILES,
    INVERTER_PROFILES_BARE,
    INVERTER_PROFILES_PAGE,
    LEGACY_INVERTER_PROFILES,
    InverterPhases,
    InverterProfile,
)
from openvoy.protocol.endpoints.profiles import (
    MULTIMODE_PROFILE,
    PROFILE_ACTIVE,
    PROFILE_MODEL,
    PROFILE_NAME,
    REDETERMINE_PHASE,
    MultiModeDocument,
    ProfileModel,
    ProfileName,
    ProfileState,
)
from openvoy.virtual.api.call import Call, Outcome, Refused, settle
from openvoy.virtual.api.fleet import batteries, boards
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.panels import Inverter, detected_phase, inverters, phase_of
from openvoy.virtual.api.profile_list import GRID_PROFILES, GridProfile
from openvoy.virtual.api.versions import INVERTER_PROFILES_MOVED
from openvoy.virtual.settings.mappings import with_entry, without
from openvoy.virtual.settings.profiles import DETECTED_AFTER_S, SENT_AFTER_S

PHASES = ("ph-a", "ph-b", "ph-c")
UNKNOWN = "ph-unk"
DISCOVERED, VERIFIED = 1, 2
IN_SYNC, SENDING = 2, 1
BLOCKS = [
    "cookie",
    "VVAR",
    "FRT",
    "VRT",
    "FPF",
    "PRL",
    "PLP",
    "VW",
    "INV2",
    "WP",
    "TV",
    "FW",
    "SS",
    "ISLND",
    "NotUsed_1",
    "IAC",
    "VECT",
    "ROCOF",
    "ACAVE",
    "VW52",
    "FW22",
    "WVAR",
]


def build_name(moment: Moment) -> ProfileName:
    """Build name and version of the active profile."""
    profile = _active(moment)
    number = uuid.uuid5(uuid.NAMESPACE_OID, profile.uuid)
    return ProfileName(name=profile.name, id=f"{number}:0", version=profile.version, item_count=profile.item_count)


def _active(moment: Moment) -> GridProfile:
    return GRID_PROFILES[moment.settings.profiles.selected]


def build_active(moment: Moment) -> ProfileState:
    """Build state and model of the active profile."""
    return _state(moment, _active(moment))


def build_model(moment: Moment, call: Call) -> ProfileState:
    """Build state and model of one profile; 404 for one that there is not."""
    profile = GRID_PROFILES.get(f"{call.parts['name']}:{call.parts['version']}")
    if profile is None:
        raise Refused(404)
    return _state(moment, profile)


def _state(moment: Moment, profile: GridProfile) -> ProfileState:
    is_active = profile is _active(moment)
    devices = tuple({"name": name, "profile": profile.id} for name in ("FRT", "VRT", "VVAR", "VW", "FW"))
    model = ProfileModel(name=profile.name, version=profile.version, logical_devices=devices)
    status = 1 if is_active and not _is_sent(moment) else 0
    return ProfileState(status=status, active=is_active, profile=model)


def _is_sent(moment: Moment) -> bool:
    return moment.now_s >= moment.settings.profiles.chosen_s + SENT_AFTER_S


def build_multi_mode(moment: Moment, call: Call) -> MultiModeDocument:
    """Build the ride-through curves on_grid or off_grid; 404 for other modes."""
    found = moment.settings.profiles.multi_mode.get(call.parts["mode"])
    if found is None:
        raise Refused(404)
    return found


def write_multi_mode(moment: Moment, call: Call) -> Outcome:
    """Store them."""
    build_multi_mode(moment, call)
    told = call.read(MultiModeDocument)
    if told.profile is None or told.profile.parameters is None:
        raise call.malformed("MultiModeProfileParameters is missing")
    profiles = moment.settings.profiles
    stored = with_entry(profiles.multi_mode, call.parts["mode"], told)
    return settle(moment, profiles=replace(profiles, multi_mode=stored))


def redetermine(moment: Moment, _call: Call) -> Outcome:
    """Detect the phases of all inverters again; nothing is said."""
    profiles = replace(moment.settings.profiles, redetermined_s=moment.now_s)
    return Outcome(text=b"", settings=replace(moment.settings, profiles=profiles))


def build_inverter_profiles(moment: Moment) -> tuple[InverterProfile, ...]:
    """Build profile and phase of every inverter."""
    return tuple(_inverter(moment, row) for row in inverters(moment))


def _inverter(moment: Moment, inverter: Inverter) -> InverterProfile:
    is_sent = _is_sent(moment) and not inverter.is_new
    manual = moment.settings.profiles.manual_phases.get(inverter.panel.serial, UNKNOWN)
    detected = UNKNOWN if inverter.is_new or _is_detecting(moment) else detected_phase(moment, inverter.place)
    return InverterProfile(
        serial=inverter.panel.serial,
        device_type="PCU",
        record_type="AGF",
        admin_state=DISCOVERED if inverter.is_new else VERIFIED,
        phase=detected if manual == UNKNOWN else manual,
        detected_phase=detected,
        manual_phase=manual,
        status=IN_SYNC if is_sent else SENDING,
        blocks=_blocks(is_sent=is_sent),
    )


def _blocks(*, is_sent: bool) -> str:
    return ",".join(f"{name}:{0 if is_sent else 1}" for name in BLOCKS)


def _is_detecting(moment: Moment) -> bool:
    started_s = moment.settings.profiles.redetermined_s
    return started_s is not None and moment.now_s < started_s + DETECTED_AFTER_S


def write_phase(moment: Moment, call: Call) -> Outcome:
    """Set the phase of an inverter by ?serial_num=&man_ph_ind=; ph-unk takes it back. 404 for an unknown one."""
    serial, phase = call.query.get("serial_num", ""), call.query.get("man_ph_ind", "")
    if phase not in {*PHASES[: moment.site.phase_count], UNKNOWN}:
        raise Refused(400)
    if serial not in {row.panel.serial for row in inverters(moment)}:
        raise Refused(404)
    profiles = moment.settings.profiles
    known = profiles.manual_phases
    phases = without(known, {serial}) if phase == UNKNOWN else with_entry(known, serial, phase)
    return settle(moment, profiles=replace(profiles, manual_phases=phases))


def build_moved(moment: Moment) -> object:
    """Build the same at its older place, which from 6 on leads to the newer one."""
    if moment.firmware >= INVERTER_PROFILES_MOVED:
        return Outcome(status=302, location=INVERTER_PROFILES.path)
    return build_inverter_profiles(moment)


def write_moved(moment: Moment, call: Call) -> Outcome:
    """Set a phase at the older place, likewise."""
    if moment.firmware >= INVERTER_PROFILES_MOVED:
        return Outcome(status=302, location=f"{INVERTER_PROFILES.path}?{urlencode(call.query)}")
    return write_phase(moment, call)


def build_phases(moment: Moment) -> tuple[InverterPhases, ...]:
    """Build the inverters by phase."""
    rows: dict[str, list[str]] = {phase: [] for phase in (*PHASES, UNKNOWN)}
    for inverter in inverters(moment):
        rows[UNKNOWN if inverter.is_new else phase_of(moment, inverter)].append(inverter.panel.serial)
    a, b, c, unknown = (tuple(rows[phase]) for phase in (*PHASES, UNKNOWN))
    return (InverterPhases(a=a, b=b, c=c, unknown=unknown),)


def build_storage_profiles(moment: Moment) -> tuple[ProfileStatus, ...]:
    """Build the profile of the storage devices."""
    sent_s = moment.settings.controller.profile_sent_s
    is_sent = _is_sent(moment) and (sent_s is None or moment.now_s >= sent_s + SENT_AFTER_S)
    kinds = [(unit.serial, "ENCHARGE") for unit in batteries(moment)]
    kinds += [(board.serial, "ENPOWER") for board in boards(moment)]
    return tuple(
        ProfileStatus(
            serial=serial, device_type=kind, status=IN_SYNC if is_sent else SENDING, message=_blocks(is_sent=is_sent)
        )
        for serial, kind in kinds
    )


def repeat_storage_profiles(moment: Moment, _call: Call) -> Outcome:
    """Send it again."""
    return settle(moment, controller=replace(moment.settings.controller, profile_sent_s=moment.now_s))


RENDER = {
    PROFILE_NAME: build_name,
    PROFILE_ACTIVE: build_active,
    INVERTER_PROFILES: build_inverter_profiles,
    INVERTER_PROFILES_PAGE: build_inverter_profiles,
    INVERTER_PROFILES_BARE: build_moved,
    LEGACY_INVERTER_PROFILES: build_inverter_profiles,
    INVERTER_PHASES: build_phases,
    STORAGE_PROFILE_STATUS: build_storage_profiles,
}
ANSWER = {PROFILE_MODEL: build_model, MULTIMODE_PROFILE: build_multi_mode}
WRITE = {
    (MULTIMODE_PROFILE, "PUT"): write_multi_mode,
    (REDETERMINE_PHASE, "POST"): redetermine,
    (INVERTER_PROFILES, "PUT"): write_phase,
    (INVERTER_PROFILES_PAGE, "PUT"): write_phase,
    (INVERTER_PROFILES_BARE, "PUT"): write_moved,
    (STORAGE_PROFILE_STATUS, "PUT"): repeat_storage_profiles,
}
