"""Pages of 3.x, for people: production as a table, and what is said of pages that there are not."""

from __future__ import annotations

from openvoy.protocol.endpoints.legacy import PRODUCTION_TABLE
from openvoy.virtual.api import interval
from openvoy.virtual.api.call import Outcome
from openvoy.virtual.api.device_tables import local_text
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import FULL_PAGE

LANGUAGES = {"en": "English", "es": "Español", "fr": "Francais", "it": "Italiano", "de": "Deutsch"}
PLACES = {"home": "Home", "event": "Events", "production": "Production", "inventory": "Inventory"}
_TABLE = """      <h1>System Energy Production</h1>
      <div style="margin-right: auto; margin-left: auto;"><table>
      <tr><td colspan="3">System has been live since
                             <div class=good>{since}</div></td></tr>
      {rows}
      </table><br></div>
"""
_MISSING = """    <!DOCTYPE html PUBLIC "-//IETF//DTD HTML 2.0//EN">
    <html>
    <body>
    <center>
    <h2>Page Not Found</h2>
    <p>The page you tried to view does not exist
     Try the <a href="/">home</a> page</p>
    </center>
    </body>
    </html>
"""
_PAGE = """    <!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN">
    <html lang="en">
    <head>
      <title>{title}</title>
      <meta http-equiv="Content-Type" content="text/html; charset=utf-8">
      <link rel="styleSheet" type="text/css" href="/include/css/style.css" >
    </head>
    <body>
      <form method="get" action="/{title}">
      <div class="top"><table>
        <tr>
          <td class="hdr_line" align="left">Serial Number: {serial}</td>
          {links}
          <td class="hdr_line"><a href="/admin/home?locale=en">Administration</a></td>
          <td class="hdr_line" align="left">Language
            <select autocomplete="off" id="locale" name="locale" onchange="this.form.submit()">{languages}</select>
          </td>
        </tr>
      </table></div>
      </form>
      <HR>
{content}    <HR>
    </body>
    </html>
"""


def build_table(moment: Moment) -> Outcome:
    """Build production now, today, last week and since installation, with three digits each."""
    totals = interval.production_totals(moment)
    values = (
        ("Currently", totals.now_w, "W"),
        ("Today", totals.today_wh, "Wh"),
        ("Past Week", totals.seven_days_wh, "Wh"),
        ("Since Installation", totals.lifetime_wh, "Wh"),
    )
    rows = "".join(f"<tr><td>{name}</td>    <td> {_scaled(value)}{unit}</td></tr>" for name, value, unit in values)
    table = _TABLE.format(since=local_text(moment, moment.commissioned_s), rows=rows)
    return Outcome(text=_framed(moment, "production", table))


def render_missing(moment: Moment) -> bytes:
    """Render the page of what there is not; its status is 200 all the same."""
    return _framed(moment, "error", _MISSING)


def _framed(moment: Moment, title: str, content: str) -> bytes:
    """Put the page around it, where this build does."""
    if moment.firmware >= FULL_PAGE:
        return content.encode()
    links = "".join(
        f'<td class="hdr_line"><a href="/{page}?locale=en">{name}</a></td>' for page, name in PLACES.items()
    )
    languages = "".join(f'<option value="{code}">{name}</option>' for code, name in LANGUAGES.items())
    page = _PAGE.format(title=title, serial=moment.identity.serial, links=links, languages=languages, content=content)
    return page.encode()


def _scaled(value: float) -> str:
    """Write a value with three significant digits and its prefix, as wide as the column."""
    for prefix in ("", "k", "M", "G"):
        if abs(value) < 999.5 or prefix == "G":
            break
        value /= 1000
    digits = 0 if not prefix or abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    return f"{value:4.{digits}f} {prefix}"


RENDER = {PRODUCTION_TABLE: build_table}
