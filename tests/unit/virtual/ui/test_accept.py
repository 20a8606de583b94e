from __future__ import annotations

import pytest

from openvoy.virtual.ui.accept import prefers_html


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/plain, */*", False),
        ("text/html", True),
        ("TEXT/HTML", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("application/json;q=0.5, text/html", True),
        ("application/json, text/html;q=0.9", False),
        ("text/html;q=0", False),
        ("text/html;q=rubbish", False),
        (",;q=1, ;;", False),
    ],
)
def test_html_is_for_who_names_it(accept: str | None, *, html: bool) -> None:
    assert prefers_html(accept) is html
