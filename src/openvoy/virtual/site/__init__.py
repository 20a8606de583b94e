"""A simulated site: sun, weather, house, panels, batteries and meters. Nothing here knows of gateways' HTTP.

`read_site` reads a definition, `Site` answers for any moment, `history` gives the past as columns.
"""

from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.history import DayHistory, history, history_tables
from openvoy.virtual.site.reading import example_names, parse_site, read_site
from openvoy.virtual.site.simulation import Site
from openvoy.virtual.site.state import SiteState

__all__ = [
    "DayHistory",
    "Site",
    "SiteDefinition",
    "SiteState",
    "example_names",
    "history",
    "history_tables",
    "parse_site",
    "read_site",
]
