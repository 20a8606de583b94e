"""The service over HTTP: JSON API, live push and dashboard."""

from openvoy.web.app import build_app
from openvoy.web.backend import SiteInfo
from openvoy.web.listen import Listen, build_host_rule, parse_listen
from openvoy.web.server import serve

__all__ = ["Listen", "SiteInfo", "build_app", "build_host_rule", "parse_listen", "serve"]
