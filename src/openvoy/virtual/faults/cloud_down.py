"""A cloud that is down for maintenance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.virtual.cloud.replies import render_page
from openvoy.virtual.cloud.visit import Outcome, Visit
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault
from openvoy.virtual.markup import Html, join, render_paragraph


@fault("cloud-down")
@dataclass(frozen=True, kw_only=True)
class CloudDown(CloudFault):
    """Answers every call of the cloud with a page that says so."""

    status: Annotated[int, doc("", "500, 502, 503 or 504")] = 503

    def disturb(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Answer with the page."""
        text = join(Html("<h1>Down for maintenance</h1>"), render_paragraph("Please try again later.", kind="alert"))
        return Outcome(reply=render_page("Down for maintenance", text, status=self.status))
