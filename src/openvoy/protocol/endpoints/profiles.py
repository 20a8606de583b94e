"""Grid profiles: what the inverters do when the grid misbehaves."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll, Role
from openvoy.protocol.firmware import parse_firmware


class ProfileName(WireStruct):
    """The active profile."""

    name: Annotated[str | None, doc("", "name")] = None
    id: Annotated[str | None, doc("", "uuid:n")] = None
    version: Annotated[str | None, doc("", "version")] = None
    item_count: Annotated[int | None, doc("", "parameters")] = None


class CurvePoint(WireStruct):
    """A point of a curve."""

    time_ms: Annotated[float | None, doc("ms", "time")] = said("x")
    value: Annotated[float | None, doc("", "Hz, or % of nominal voltage")] = said("y")
    z: Annotated[float | None, doc("", "0")] = None


class CurveAttribute(WireStruct):
    """A curve."""

    objref: Annotated[str | None, doc("", "object reference")] = None
    kind: Annotated[str | None, doc("", "model type")] = said("type")
    points: Annotated[tuple[CurvePoint, ...] | None, doc("", "points")] = said("value")


class CountAttribute(WireStruct):
    """A number of points."""

    objref: Annotated[str | None, doc("", "object reference")] = None
    kind: Annotated[str | None, doc("", "model type")] = said("type")
    value: Annotated[int | None, doc("", "number")] = None


class CurveAttributes(WireStruct):
    """Attributes of a trip curve."""

    curve: Annotated[CurveAttribute | None, doc("", "curve")] = said("crvPts")
    count: Annotated[CountAttribute | None, doc("", "number of points")] = said("numPts")


class TripCurve(WireStruct):
    """A trip curve."""

    attributes: Annotated[CurveAttributes | None, doc("", "attributes")] = said("pattr")


class MultiModeParameters(WireStruct):
    """Ride-through curves."""

    frequency: Annotated[dict[str, TripCurve] | None, doc("", "frequency ride-through")] = said("FRT")
    voltage: Annotated[dict[str, TripCurve] | None, doc("", "voltage ride-through")] = said("VRT")


class MultiModeProfile(WireStruct):
    """Profile on or off grid."""

    kind: Annotated[str | None, doc("", "Private profile")] = said("profile_type")
    name: Annotated[str | None, doc("", "name")] = None
    description: Annotated[str | None, doc("", "description")] = None
    parameters: Annotated[MultiModeParameters | None, doc("", "curves")] = said("MultiModeProfileParameters")


class MultiModeDocument(WireStruct):
    """Profile on or off grid, wrapped."""

    profile: Annotated[MultiModeProfile | None, doc("", "profile")] = None


class ProfileModel(WireStruct):
    """Model of a profile; the rest of about 0.8 MB is not read."""

    name: Annotated[str | None, doc("", "name")] = None
    version: Annotated[str | None, doc("", "version")] = None
    logical_devices: Annotated[tuple[dict[str, str], ...] | None, doc("", "logical devices")] = None


class ProfileState(WireStruct):
    """State and model of a profile."""

    status: Annotated[int | None, doc("", "state")] = said("pf-status")
    active: Annotated[bool | None, doc("", "in force")] = said("is-activated")
    profile: Annotated[ProfileModel | None, doc("", "model")] = None


PROFILE_NAME: Endpoint[ProfileName] = Endpoint(
    name="profile_name",
    path="/ivp/arf/profile",
    summary="Name and version of the active grid profile.",
    reply=ProfileName,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


MULTIMODE_PROFILE: Endpoint[MultiModeDocument] = Endpoint(
    name="multimode_profile",
    path="/ivp/arf/profile/multimode/{mode}",
    summary="Ride-through curves on_grid or off_grid.",
    reply=MultiModeDocument,
    request=MultiModeDocument,
    methods=("GET", "PUT"),
    write_role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


PROFILE_ACTIVE: Endpoint[ProfileState] = Endpoint(
    name="profile_active",
    path="/ivp/grest/profile/active",
    summary="State and model of the active grid profile.",
    reply=ProfileState,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


PROFILE_MODEL: Endpoint[ProfileState] = Endpoint(
    name="profile_model",
    path="/ivp/grest/profile/{name}/{version}",
    summary="State and model of one grid profile.",
    reply=ProfileState,
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


REDETERMINE_PHASE: Endpoint[str] = Endpoint(
    name="redetermine_phase",
    path="/ivp/grest/local/gs/redeterminephase",
    summary="Detects the phases of all inverters again.",
    reply=str,
    methods=("POST",),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)
