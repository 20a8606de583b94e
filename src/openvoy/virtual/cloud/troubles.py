"""What the cloud says when it will not: one wording for each trouble, in the manner of the service that was asked.

Statuses are documented for a wrong password (401), a foreign gateway (403) and haste (429); the rest follows HTTP. A
body is what the service usually sends: JSON, text, a page, or the error of OAuth.
"""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.virtual.cloud.login_page import render_login
from openvoy.virtual.cloud.replies import render_json, render_page, render_plain
from openvoy.virtual.cloud.visit import Outcome, Service, Visit
from openvoy.virtual.markup import Html, join, render_link, render_paragraph
from openvoy.virtual.source import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A refusal."""

    status: int
    text: str
    error: str = "access_denied"
    """The word that OAuth has for it."""
    retry_after_s: int | None = None


WRONG_PASSWORD = Trouble(status=401, text="Invalid Email or Password")
NO_SESSION = Trouble(status=401, text="You need to sign in first")
UNKNOWN_GATEWAY = Trouble(status=404, text="No gateway has this serial number", error="invalid_request")
FOREIGN_GATEWAY = Trouble(status=403, text="This account may not have a token for this gateway")
NO_SERIAL = Trouble(status=400, text="The serial number is missing", error="invalid_request")
BAD_CODE = Trouble(status=400, text="The authorisation code is not valid", error="invalid_grant")
NO_PAGE = Trouble(status=404, text="There is no such page")
WRONG_METHOD = Trouble(status=405, text="This page is not asked like this")


def render_trouble(visit: Visit, trouble: Trouble) -> Reply:
    """Render a refusal as the service of this visit words it."""
    wait_s = trouble.retry_after_s
    headers = () if wait_s is None else (("Retry-After", str(wait_s)),)
    if visit.service in {Service.LOGIN, Service.TOKEN_BY_URL, Service.ACCOUNT}:
        return render_json({"message": trouble.text}, status=trouble.status, headers=headers)
    if visit.service is Service.TOKEN:
        return render_plain(trouble.text, status=trouble.status, headers=headers)
    if visit.service is Service.CODE:
        words = {"error": trouble.error, "error_description": trouble.text}
        return render_json(words, status=trouble.status, headers=headers)
    if visit.service is Service.WEB_LOGIN:
        return render_login(visit.fields, status=trouble.status, alert=trouble.text, headers=headers)
    title = Html("<h1>This did not work</h1>")
    back = render_paragraph(render_link("/", "Back to the start"))
    body = join(title, render_paragraph(trouble.text, kind="alert"), back)
    return render_page("This did not work", body, status=trouble.status, headers=headers)


def refuse(visit: Visit, trouble: Trouble) -> Outcome:
    """Refuse a call."""
    return Outcome(reply=render_trouble(visit, trouble))
