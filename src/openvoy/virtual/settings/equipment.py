"""What a site's definition says of devices besides panels and batteries."""

from __future__ import annotations

from typing import Literal

from openvoy.virtual.site.definition import SiteDefinition

BoardKind = Literal["system-controller", "meter-collar"]


def board_kind(_site: SiteDefinition) -> BoardKind | None:
    """What parts the house from the grid since the commissioning."""
    return None
