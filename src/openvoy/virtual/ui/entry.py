"""The ways in: paste a token, or log in by way of the cloud; and the way back from there (endpoints.md 4.9, 20.1)."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from openvoy.virtual.markup import Html, render_paragraph, render_section
from openvoy.virtual.ui.layout import render_view
from openvoy.virtual.ui.view import View

LOGIN_SCRIPT = "/include/login.js"
CALLBACK_SCRIPT = "/include/callback.js"

_ALERT = Html('<p id="alert" class="alert" role="alert"></p>')
_NO_SCRIPT = Html(
    '<noscript><p class="alert">This page needs JavaScript to show the token to the gateway.</p></noscript>'
)

_TOKEN_FORM = Html(
    """<form id="token-form">
<label for="token">Token</label>
<textarea id="token" rows="6" required autocomplete="off" spellcheck="false"></textarea>
<button type="submit">Submit</button>
</form>"""
)


async def login_page(view: View) -> bytes:
    """Render the login."""
    return render_view(
        view,
        "Log in",
        _ALERT,
        _NO_SCRIPT,
        render_section("With your account", *_cloud_way(view)),
        render_section("With a token", _TOKEN_FORM),
        script=LOGIN_SCRIPT,
    )


def _cloud_way(view: View) -> tuple[Html, ...]:
    if view.cloud is None:
        return (
            Html('<button type="button" disabled>Login with Enphase</button>'),
            render_paragraph("This gateway does not reach the cloud: start it with --cloud-port.", kind="hint"),
        )
    host = _host_of(view)
    address = f"{view.cloud.scheme}://{host}:{view.cloud.port}"
    data = f'data-cloud="{escape(address)}" data-serial="{escape(view.identity.serial)}"'
    return (Html(f'<button type="button" id="cloud-login" {data}>Login with Enphase</button>'),)


def _host_of(view: View) -> str:
    """The name under which the browser reaches this machine: the cloud is at the same."""
    try:
        host = urlsplit(f"//{view.request.headers.get('host', '')}").hostname
    except ValueError:
        host = None
    if not host:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


async def callback_page(view: View) -> bytes:
    """Render the page where the cloud sends people back to."""
    waiting = Html('<p id="waiting" role="status">One moment: the gateway fetches the token.</p>')
    back = Html('<p><a href="/home">Back to the login</a></p>')
    return render_view(view, "Logging in", _ALERT, _NO_SCRIPT, waiting, back, script=CALLBACK_SCRIPT)


async def too_many_page(view: View) -> bytes:
    """Render what a person sees who is one too many."""
    text = (
        "Too many installer sessions are active. Wait until one of them has been idle for ten minutes, then try again."
    )
    back = Html('<p><a href="/home">Back to the login</a></p>')
    return render_view(view, "Too many sessions", render_paragraph(text, kind="alert"), back)
