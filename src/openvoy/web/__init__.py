"""The service over HTTP: JSON API, live push and dashboard."""

from openvoy.web.app import build_app
from openvoy.web.backend import SiteInfo
from openvoy.web.listen import build_host_rule
from openvoy.web.server import serve

__all__ = ["SiteInfo", "build_app", "build_host_rule", "serve"]
