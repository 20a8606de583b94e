"""The service over HTTP: JSON API, live push and dashboard."""

from openvoy.web.access import Access, AccessRules
from openvoy.web.access.book import FILE_NAME as ACCESS_FILE
from openvoy.web.app import build_app
from openvoy.web.asgi import WebApp
from openvoy.web.backend import SiteInfo
from openvoy.web.listen import build_host_rule
from openvoy.web.server import serve
from openvoy.web.tls import Tls

__all__ = ["ACCESS_FILE", "Access", "AccessRules", "SiteInfo", "Tls", "WebApp", "build_app", "build_host_rule", "serve"]
