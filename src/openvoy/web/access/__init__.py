"""Who may see and change what: accounts, keys of programs, links of wall tablets."""

from openvoy.web.access.access import Access
from openvoy.web.access.book import FILE_NAME as ACCESS_FILE
from openvoy.web.access.caller import OPEN_OWNER, Caller, Right, Visitor, read_bearer
from openvoy.web.access.rules import AccessRules

__all__ = ["ACCESS_FILE", "OPEN_OWNER", "Access", "AccessRules", "Caller", "Right", "Visitor", "read_bearer"]
