"""The page where a person logs in, for the token page or for a gateway's own pages."""

from __future__ import annotations

from collections.abc import Mapping

from openvoy.virtual.cloud.replies import Header, render_page
from openvoy.virtual.markup import EMPTY, Html, join, render_hidden, render_paragraph, render_text
from openvoy.virtual.source import Reply

FLOW_FIELDS = (
    "_csrf",
    "codeChallenge",
    "redirectUri",
    "client",
    "clientId",
    "authFlow",
    "serialNum",
    "grantType",
    "state",
    "invalidSerialNum",
)
"""What the page carries along for whoever sent the person here."""

_FORM = """<form method="post" action="/login">
{hidden}
<label for="username">E-mail address</label>
<input id="username" name="username" type="email" autocomplete="username" required value="{username}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Log in</button>
</form>"""


def render_login(
    fields: Mapping[str, str], *, status: int = 200, alert: str | None = None, headers: tuple[Header, ...] = ()
) -> Reply:
    """Render the login; `alert` says what was wrong with the last attempt."""
    carried = {"authFlow": "entrezSession"} | {name: fields[name] for name in FLOW_FIELDS if name in fields}
    serial = carried.get("serialNum")
    form = _FORM.format(hidden=render_hidden(carried), username=render_text(fields.get("username", "")))
    purpose = f"To open the pages of gateway {serial}." if serial else "To get a token for your gateway."
    body = join(
        Html("<h1>Log in</h1>"),
        EMPTY if alert is None else render_paragraph(alert, kind="alert"),
        render_paragraph(purpose),
        Html(f'<div class="card">\n{form}\n</div>'),
        render_paragraph(
            "This is a virtual cloud. Its accounts are those that openvoy gateway names; do not give it the password of"
            " a real one.",
            kind="hint",
        ),
    )
    return render_page("Log in", body, status=status, headers=headers)
