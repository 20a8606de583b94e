"""Choosing a grid profile, for the whole site."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Handler, Poll, Role
from openvoy.protocol.firmware import parse_firmware


class ProfilePolicy(WireStruct):
    """Where a profile fits."""

    min_base_template_version: Annotated[str | None, doc("", "version")] = None
    min_master_model_version: Annotated[str | None, doc("", "version")] = None
    min_firmware: Annotated[str | None, doc("", "version")] = said("min_envoy_version")
    max_firmware: Annotated[str | None, doc("", "version")] = said("max_envoy_version")
    model_mismatch: Annotated[bool | None, doc("", "does not fit")] = None
    logical_device_mismatch: Annotated[bool | None, doc("", "does not fit")] = None
    attribute_mismatch: Annotated[bool | None, doc("", "does not fit")] = None
    id_mismatch: Annotated[bool | None, doc("", "does not fit")] = None


class ProfileEntry(WireStruct):
    """A profile that can be chosen."""

    uuid: Annotated[str | None, doc("", "id")] = None
    id: Annotated[str | None, doc("", "name and version")] = said("profile_id")
    name: Annotated[str | None, doc("", "name")] = said("profile_name")
    version: Annotated[str | None, doc("", "version")] = said("profile_version")
    description: Annotated[str | None, doc("", "description")] = said("profile_description")
    policy: Annotated[ProfilePolicy | None, doc("", "where it fits")] = None
    region: Annotated[str | None, doc("", "europe …")] = said("envoy_type")
    countries: Annotated[tuple[str, ...] | None, doc("", "ISO codes")] = None
    states: Annotated[tuple[str, ...] | None, doc("", "states")] = None
    unpacked: Annotated[bool | None, doc("", "unpacked")] = None
    sources: Annotated[tuple[str, ...] | None, doc("", "enlighten …")] = said("profile_source")
    dynamic: Annotated[bool | None, doc("", "dynamic")] = None
    model_version: Annotated[str | None, doc("", "master model")] = said("mm_version")
    template_version: Annotated[str | None, doc("", "base template")] = said("bt_version")


class ProfileIndex(WireStruct):
    """Profiles that can be chosen."""

    selected: Annotated[str | None, doc("", "name and version")] = said("selected_profile")
    selected_id: Annotated[str | None, doc("", "id")] = said("selected_profile_id")
    package_md5: Annotated[str | None, doc("", "checksum")] = said("last_package_profile_md5sum")
    auto_selected: Annotated[bool | None, doc("", "chosen by itself")] = said("profile_auto_selected")
    model_version: Annotated[str | None, doc("", "master model")] = said("mm_version")
    template_version: Annotated[str | None, doc("", "base template")] = said("bt_version")
    migrating: Annotated[bool | None, doc("", "migrating")] = said("migration_in_progress")
    profiles: Annotated[tuple[ProfileEntry, ...] | None, doc("", "profiles")] = None
    groups: Annotated[dict[str, list[ProfileEntry]] | None, doc("", "profiles by country")] = said("profile_groups")


class ProfileParameter(WireStruct):
    """One parameter, in words."""

    label: Annotated[str | None, doc("", "label")] = None
    kind: Annotated[str | None, doc("", "agf or tpm")] = said("parameter_type")
    value: Annotated[str | None, doc("", "localised text")] = said("display_value")
    units: Annotated[str | None, doc("", "unit")] = None


class ProfileGroup(WireStruct):
    """Parameters that belong together."""

    label: Annotated[str | None, doc("", "label")] = None
    parameters: Annotated[dict[str, ProfileParameter] | None, doc("", "parameters by name")] = None


class ProfileGroups(WireStruct):
    """Parameters in one language."""

    groups: Annotated[dict[str, ProfileGroup] | None, doc("", "groups by name")] = None


class SelectProfileRequest(WireStruct):
    """Chooses a profile."""

    selected: Annotated[str | None, doc("", "name and version")] = said("selected_profile")


class Message(WireStruct):
    """What came of a request."""

    text: Annotated[str | None, doc("", "text; accepted or success where it went well")] = said("message")
    reason: Annotated[str | None, doc("", "why it did not")] = None


PROFILE_INDEX: Endpoint[ProfileIndex] = Endpoint(
    name="profile_index",
    path="/installer/agf/index.json",
    summary="Grid profiles that can be chosen.",
    reply=ProfileIndex,
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("5"),
    digest_free=False,
)


PROFILE_DETAILS: Endpoint[dict[str, ProfileGroups | str]] = Endpoint(
    name="profile_details",
    path="/installer/agf/details.json",
    summary="Parameters of a grid profile in words, by ?language= and ?selected_profile=.",
    reply=dict[str, ProfileGroups | str],
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("5"),
    digest_free=False,
)


PROFILE_SELECT: Endpoint[Message] = Endpoint(
    name="profile_select",
    path="/installer/agf/set_profile.json",
    summary="Chooses a grid profile.",
    reply=Message,
    request=SelectProfileRequest,
    methods=("PUT",),
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("5"),
    digest_free=False,
)


PROFILE_UPLOAD: Endpoint[Message] = Endpoint(
    name="profile_upload",
    path="/installer/agf/upload_profile_package",
    summary="Uploads a package of grid profiles, as multipart form.",
    reply=Message,
    methods=("POST",),
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("5"),
    digest_free=False,
)


LEGACY_PROFILE_INDEX: Endpoint[ProfileIndex] = Endpoint(
    name="legacy_profile_index",
    path="/installer/profiles/index.json",
    summary="Grid profiles, as 3.x and 4.x name them.",
    reply=ProfileIndex,
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    until=parse_firmware("5"),
    digest_free=False,
)


LEGACY_PROFILE_DETAILS: Endpoint[dict[str, ProfileGroups | str]] = Endpoint(
    name="legacy_profile_details",
    path="/installer/profiles/details.json",
    summary="Parameters of a grid profile, as 3.x and 4.x name them.",
    reply=dict[str, ProfileGroups | str],
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    until=parse_firmware("5"),
    digest_free=False,
)


LEGACY_PROFILE_SELECT: Endpoint[Message] = Endpoint(
    name="legacy_profile_select",
    path="/installer/profiles/set_profile.json",
    summary="Chooses a grid profile, as 3.x and 4.x name it.",
    reply=Message,
    request=SelectProfileRequest,
    methods=("PUT",),
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    until=parse_firmware("5"),
    digest_free=False,
)
