"""A login that does not say whether the account is a homeowner's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from openvoy import codec
from openvoy.virtual.cloud.visit import Outcome, Service, Visit
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault


@fault("cloud-no-is-consumer", "Q61")
@dataclass(frozen=True, kw_only=True)
class CloudNoIsConsumer(CloudFault):
    """Leaves `is_consumer` out of a good login."""

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Drop the member."""
        if visit.service is not Service.LOGIN or outcome.account is None:
            return outcome
        body: dict[str, Any] = codec.decoder(dict[str, Any])(outcome.reply.body)[0]
        body.pop("is_consumer", None)
        return replace(outcome, reply=replace(outcome.reply, body=codec.encode_json(body)))
