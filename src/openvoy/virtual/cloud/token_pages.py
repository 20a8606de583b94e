"""The pages where a person chooses system and gateway and copies a token. They work without any script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from openvoy.virtual.cloud.accounts import Account, Grant, Kind, System
from openvoy.virtual.cloud.replies import Header, render_page
from openvoy.virtual.login.tokens import UNCOMMISSIONED
from openvoy.virtual.markup import (
    Html,
    join,
    render_facts,
    render_hidden,
    render_link,
    render_options,
    render_paragraph,
    render_text,
)
from openvoy.virtual.source import Reply

_TITLE = Html("<h1>Access token for a gateway</h1>")

_SYSTEMS = """<form method="get" action="/entrez_tokens">
<label for="siteId">Select system</label>
<select id="siteId" name="siteId" required>
{options}
</select>
<button type="submit">Continue</button>
</form>"""

_GATEWAYS = """<form method="post" action="/entrez_tokens">
{hidden}
<label for="serialNum">Select gateway</label>
<select id="serialNum" name="serialNum" required>
{options}
</select>
<button type="submit">Create access token</button>
</form>"""

_UNCOMMISSIONED = """<form method="post" action="/entrez_tokens">
<input type="hidden" name="uncommissioned" value="true">
<p>For a gateway that belongs to no system yet.</p>
<button type="submit">Create access token</button>
</form>"""

_LOG_OUT = Html('<form method="post" action="/logout"><button class="quiet">Log out</button></form>')

_RESULT = """<label for="JWTToken">Token</label>
<textarea name="accessToken" id="JWTToken" cols="30" rows="10" >{token}</textarea>
<p><button type="button" id="copy">Copy token</button> <span id="copied" role="status"></span></p>
<script>
const box = document.getElementById("JWTToken");
document.getElementById("copy").addEventListener("click", async () => {{
  box.select();
  try {{
    await navigator.clipboard.writeText(box.value);
  }} catch {{
    document.execCommand("copy");
  }}
  document.getElementById("copied").textContent = "Copied.";
}});
</script>"""
"""The opening tag is to the letter what programs look for."""


def render_systems(systems: Sequence[System], account: Account, *, headers: tuple[Header, ...] = ()) -> Reply:
    """Render the choice of a system."""
    options = render_options((str(system.site_id), system.name) for system in systems)
    parts = [
        _TITLE,
        render_paragraph(f"Logged in as {account.address}."),
        Html(f'<div class="card">\n{_SYSTEMS.format(options=options)}\n</div>'),
    ]
    if account.kind is not Kind.OWNER:
        parts.append(Html(f'<div class="card">\n{_UNCOMMISSIONED}\n</div>'))
    return render_page("Select system", join(*parts, _LOG_OUT), headers=headers)


def render_gateways(system: System) -> Reply:
    """Render the choice of a gateway of this system."""
    form = _GATEWAYS.format(
        hidden=render_hidden({"Site": system.name}),
        options=render_options((serial, serial) for serial in system.serials),
    )
    body = join(
        _TITLE,
        render_facts([("System", system.name)]),
        Html(f'<div class="card">\n{form}\n</div>'),
        render_paragraph(render_link("/entrez_tokens", "Another system")),
        _LOG_OUT,
    )
    return render_page("Select gateway", body)


def render_token(token: str, serial: str, grant: Grant, *, now: datetime) -> Reply:
    """Render a token with what it is good for."""
    until = now + timedelta(seconds=grant.lifetime_s)
    facts = [
        ("Gateway", "any that belongs to no system yet" if serial == UNCOMMISSIONED else serial),
        ("Kind", grant.user),
        ("Good until", f"{until:%Y-%m-%d %H:%M} UTC"),
    ]
    body = join(
        _TITLE,
        render_facts(facts),
        Html(f'<div class="card">\n{_RESULT.format(token=render_text(token))}\n</div>'),
        render_paragraph("Paste it into the login page of the gateway, or give it to your program.", kind="hint"),
        render_paragraph(render_link("/entrez_tokens", "Another token")),
        _LOG_OUT,
    )
    return render_page("Access token", body)
