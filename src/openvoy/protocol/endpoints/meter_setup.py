"""Setting meters up: switching, transformers, polarity."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll, Role
from openvoy.protocol.endpoints.meters import MeterInfo, MeterReading, MeterReport
from openvoy.protocol.firmware import parse_firmware


class MeterStateRequest(WireStruct):
    """Switches a meter."""

    state: Annotated[str | None, doc("", "enabled or disabled")] = None


class CurrentTransformer(WireStruct):
    """Settings of one transformer."""

    attached: Annotated[str | None, doc("", "none or the kind of transformer")] = said("attachType")
    primary_a: Annotated[float | None, doc("A", "primary rating")] = said("primaryAmps")
    secondary_a: Annotated[float | None, doc("A", "secondary rating")] = said("secondaryAmps")
    burden_ohm: Annotated[float | None, doc("Ω", "burden")] = said("resistorOhms")
    turns: Annotated[int | None, doc("", "turns ratio")] = None


class Reversal(WireStruct):
    """Polarity of one transformer."""

    reversed: Annotated[bool | None, doc("", "sign is flipped")] = None


class StorageMetering(WireStruct):
    """Which transformers belong to storage metering."""

    production_present: Annotated[bool | None, doc("", "production transformer present")] = said("prod_ct_present")
    consumption_present: Annotated[bool | None, doc("", "consumption transformer present")] = said("cons_ct_present")
    production_channels: Annotated[int | None, doc("", "bit mask, L1 1, L2 2, L3 4")] = said("prod_ch_mask")
    consumption_channels: Annotated[int | None, doc("", "bit mask, L1 1, L2 2, L3 4")] = said("cons_ch_mask")


class StorageMeterSetting(WireStruct):
    """Storage metering."""

    calibrated: Annotated[bool | None, doc("", "calibrated")] = said("isCalibrated")
    config: Annotated[StorageMetering | None, doc("", "configuration")] = said("storage_cfg")


METER: Endpoint[MeterInfo] = Endpoint(
    name="meter",
    path="/ivp/meters/{eid}",
    summary="One meter; PUT switches it.",
    reply=MeterInfo,
    request=MeterStateRequest,
    methods=("GET", "PUT"),
    write_role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


METER_READING: Endpoint[MeterReading] = Endpoint(
    name="meter_reading",
    path="/ivp/meters/readings/{eid}",
    summary="What one meter reads now.",
    reply=MeterReading,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


CONSUMPTION_REPORTS: Endpoint[tuple[MeterReport, ...]] = Endpoint(
    name="consumption_reports",
    path="/ivp/meters/reports/consumption",
    summary="Total, then net consumption.",
    reply=tuple[MeterReport, ...],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


PRODUCTION_REPORT: Endpoint[MeterReport] = Endpoint(
    name="production_report",
    path="/ivp/meters/reports/production",
    summary="Production.",
    reply=MeterReport,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


TRANSFORMERS: Endpoint[dict[str, CurrentTransformer]] = Endpoint(
    name="transformers",
    path="/ivp/meters/cts",
    summary="Settings of all current transformers by record number.",
    reply=dict[str, CurrentTransformer],
    poll=Poll.ON_DEMAND,
    role=Role.INSTALLER,
    since=parse_firmware("4"),
    digest_free=False,
)


TRANSFORMER: Endpoint[CurrentTransformer] = Endpoint(
    name="transformer",
    path="/ivp/meters/cts/{eid}",
    summary="Settings of one current transformer; PUT scales its meter.",
    reply=CurrentTransformer,
    request=CurrentTransformer,
    methods=("GET", "PUT"),
    poll=Poll.ON_DEMAND,
    role=Role.INSTALLER,
    since=parse_firmware("4"),
    digest_free=False,
)


REVERSALS: Endpoint[dict[str, Reversal | bool]] = Endpoint(
    name="reversals",
    path="/ivp/meters/ctreversal",
    summary="Transformers whose sign is flipped.",
    reply=dict[str, Reversal | bool],
    poll=Poll.ON_DEMAND,
    role=Role.INSTALLER,
    since=parse_firmware("7"),
)


REVERSAL: Endpoint[dict[str, Reversal | bool]] = Endpoint(
    name="reversal",
    path="/ivp/meters/ctreversal/{scope}",
    summary="The same for c (consumption), p (production) or one, such as cL1; PUT flips.",
    reply=dict[str, Reversal | bool],
    request=Reversal,
    methods=("GET", "PUT"),
    poll=Poll.ON_DEMAND,
    role=Role.INSTALLER,
    since=parse_firmware("7"),
)


STORAGE_METERING: Endpoint[StorageMeterSetting] = Endpoint(
    name="storage_metering",
    path="/ivp/meters/storage_setting",
    summary="Which transformers belong to storage metering.",
    reply=StorageMeterSetting,
    request=StorageMeterSetting,
    methods=("GET", "PUT"),
    poll=Poll.ON_DEMAND,
    role=Role.INSTALLER,
    since=parse_firmware("7.3"),
)
