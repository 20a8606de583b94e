"""Who may see and change what: accounts, keys of programs, links of wall tablets."""

from openvoy.web.access.access import Access
from openvoy.web.access.caller import OPEN_OWNER, Caller, Right, Visitor, read_bearer
from openvoy.web.access.rules import AccessRules

__all__ = ["OPEN_OWNER", "Access", "AccessRules", "Caller", "Right", "Visitor", "read_bearer"]
