"""Choosing a grid profile, for the whole site."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from openvoy.protocol.endpoints.profile_choice import (
    LEGACY_PROFILE_DETAILS,
    LEGACY_PROFILE_INDEX,
    LEGACY_PROFILE_SELECT,
    PROFILE_DETAILS,
    PROFILE_INDEX,
    PROFILE_SELECT,
    PROFILE_UPLOAD,
    Message,
    ProfileEntry,
    ProfileGroup,
    ProfileGroups,
    ProfileIndex,
    ProfileParameter,
    ProfilePolicy,
    SelectProfileRequest,
)
from openvoy.virtual.api.call import Call, Outcome, Refused, settle
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.profile_list import GRID_PROFILES, GridProfile
from openvoy.virtual.settings.events import News

COMMA_LANGUAGES = {"fr", "de", "es", "it", "nl", "pt", "da"}
"""Languages that write decimals with a comma."""


def build_index(moment: Moment, call: Call) -> ProfileIndex:
    """Build the profiles that can be chosen; simplified, each name once with its last version."""
    chosen = moment.settings.profiles
    rows = tuple(GRID_PROFILES.values())
    if call.query.get("simplified") == "true":
        rows = tuple({row.name: row for row in rows}.values())
    digest = hashlib.md5("".join(GRID_PROFILES).encode(), usedforsecurity=False).hexdigest()
    countries = sorted({country for row in rows for country in row.countries})
    return ProfileIndex(
        selected=chosen.selected,
        selected_id=GRID_PROFILES[chosen.selected].uuid,
        package_md5=digest,
        auto_selected=chosen.auto_selected,
        model_version="01.03.00",
        template_version="1.3.0",
        migrating=False,
        profiles=tuple(_entry(row, is_uploaded=chosen.uploaded_s is not None) for row in rows),
        groups={
            country: [_entry(row, is_uploaded=False) for row in rows if country in row.countries]
            for country in countries
        },
    )


def _entry(profile: GridProfile, *, is_uploaded: bool) -> ProfileEntry:
    policy = ProfilePolicy(
        min_base_template_version="1.2.2",
        min_master_model_version="1.2.2",
        min_firmware="5.0",
        max_firmware="",
        model_mismatch=False,
        logical_device_mismatch=False,
        attribute_mismatch=False,
        id_mismatch=False,
    )
    return ProfileEntry(
        uuid=profile.uuid,
        id=profile.id,
        name=profile.name,
        version=profile.version,
        description="base profile",
        policy=policy,
        region=profile.region,
        countries=profile.countries,
        states=(),
        unpacked=True,
        sources=("enlighten", "itk") if is_uploaded else ("enlighten",),
        dynamic=True,
        model_version="1.2.3",
        template_version="1.2.3",
    )


def build_details(moment: Moment, call: Call) -> dict[str, ProfileGroups | str]:
    """Build the parameters of a profile in words of a language; an unknown profile is said so."""
    wanted = call.query.get("selected_profile") or moment.settings.profiles.selected
    language = call.query.get("language") or "en"
    profile = GRID_PROFILES.get(wanted)
    if profile is None:
        return {"error": f"profile '{wanted}' not found"}
    groups = {name: _group(label, rows, language) for name, label, rows in _groups(profile)}
    return {"profile_id": profile.id, language: ProfileGroups(groups=groups)}


Row = tuple[str, str, float, int, str]
"""Name, label, value, decimals, unit."""


def _groups(profile: GridProfile) -> Iterator[tuple[str, str, tuple[Row, ...]]]:
    low_v, high_v = (profile.voltage_v * pct / 100 for pct in (profile.low_voltage_pct, profile.high_voltage_pct))
    yield (
        "grid_specification",
        "Grid Specification",
        (
            ("reference_voltage", "Reference voltage", profile.voltage_v, 1, "V"),
            ("nominal_frequency", "Nominal frequency", profile.frequency_hz, 2, "Hz"),
        ),
    )
    yield (
        "voltage_limits",
        "Voltage Limits",
        (
            ("low_voltage", "Low voltage", low_v, 1, "V"),
            ("high_voltage", "High voltage", high_v, 1, "V"),
        ),
    )
    yield (
        "frequency_limits",
        "Frequency Limits",
        (
            ("low_frequency", "Low frequency", profile.low_frequency_hz, 2, "Hz"),
            ("high_frequency", "High frequency", profile.high_frequency_hz, 2, "Hz"),
        ),
    )
    yield ("reconnect", "Reconnect", (("reconnect_time", "Reconnect time", profile.reconnect_s, 0, "s"),))


def _group(label: str, rows: tuple[Row, ...], language: str) -> ProfileGroup:
    def text(value: float, decimals: int) -> str:
        plain = f"{value:.{decimals}f}"
        return plain.replace(".", ",") if language[:2] in COMMA_LANGUAGES else plain

    return ProfileGroup(
        label=label,
        parameters={
            name: ProfileParameter(label=words, kind="agf", value=text(value, decimals), units=unit)
            for name, words, value, decimals, unit in rows
        },
    )


def select(moment: Moment, call: Call) -> Outcome:
    """Choose a profile; it then takes minutes until it is on all inverters."""
    wanted = call.read(SelectProfileRequest).selected
    profile = GRID_PROFILES.get(wanted or "")
    if profile is None:
        return Outcome(value=Message(text="Bad Request", reason=f"'selected_profile': '{wanted}' not found"))
    address = f"/ivp/grest/profile/{quote(profile.name, safe='')}/{profile.version}"
    reply = Message(text=f"{address} 'selected_profile': '{profile.id}' accepted.")
    chosen = replace(moment.settings.profiles, selected=profile.id, chosen_s=moment.now_s, auto_selected=False)
    news = News(text=f"Grid profile: {profile.id}", serial=moment.identity.serial)
    return settle(moment, value=reply, news=(news,), profiles=chosen)


def upload(moment: Moment, call: Call) -> Outcome:
    """Take a package of profiles; a body that is no upload is refused."""
    if b"filename=" not in call.body:
        raise Refused(400, Message(text="Bad Request", reason="no file"))
    return settle(
        moment,
        value=Message(text="success"),
        profiles=replace(moment.settings.profiles, uploaded_s=moment.now_s),
    )


ANSWER = {
    PROFILE_INDEX: build_index,
    PROFILE_DETAILS: build_details,
    LEGACY_PROFILE_INDEX: build_index,
    LEGACY_PROFILE_DETAILS: build_details,
}
WRITE = {
    (PROFILE_SELECT, "PUT"): select,
    (LEGACY_PROFILE_SELECT, "PUT"): select,
    (PROFILE_UPLOAD, "POST"): upload,
}
