"""Login flows without any I/O: each yields a request, is sent its response, and returns the reply or raises.

A client drives a flow like this:

    flow = login.flow(request)
    request = next(flow)
    while True:
        request = flow.send(await transport.send(request))   # until StopIteration carries the reply
"""

from openvoy.protocol.login.choose import Credentials, build_login
from openvoy.protocol.login.digest import DigestLogin
from openvoy.protocol.login.flow import Flow, Login, NoLogin
from openvoy.protocol.login.jwt import TokenInfo, check_token, explain_token
from openvoy.protocol.login.token import TokenLogin

__all__ = [
    "Credentials",
    "DigestLogin",
    "Flow",
    "Login",
    "NoLogin",
    "TokenInfo",
    "TokenLogin",
    "build_login",
    "check_token",
    "explain_token",
]
