from __future__ import annotations

import pytest

from openvoy.web.guard import CONTENT_SECURITY_POLICY, render_target


@pytest.mark.parametrize(
    ("raw_path", "query", "target"),
    [
        (b"/", b"", "/"),
        (b"/api/v1/history/power", b"start=1&end=2&step_s=60", "/api/v1/history/power?start=1&end=2&step_s=60"),
        (b"/x", b"token=ey.secret&gateway=home&password=", "/x?token=***&gateway=home&password=***"),
        (b"/x", b"TOKEN=ey.secret", "/x?TOKEN=***"),
        (b"/x", b"gateway=a%0d%0aINFO+forged", "/x?gateway=a%0D%0AINFO+forged"),
        (b"/a%0ab\x1b[31m", b"", "/a%0ab?[31m"),
    ],
)
def test_the_log_shows_no_secret_and_no_control_character(raw_path: bytes, query: bytes, target: str) -> None:
    assert render_target({"raw_path": raw_path, "path": "/", "query_string": query}) == target


def test_the_policy_allows_nothing_but_own_files() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split(";"))
    assert rules["default-src"] == "'self'"
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert not {"script-src", "style-src", "connect-src"} & set(rules)
