from __future__ import annotations

import base64
import gzip
import hashlib
from pathlib import Path

import pytest

from openvoy.web.assets import accepts, find_asset, read_assets
from openvoy.web.guard import CONTENT_SECURITY_POLICY

INDEX = b"<!doctype html><title>dashboard</title>"
SCRIPT = b"export const answer = 42;\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "static" / "assets").mkdir(parents=True)
    static = tmp_path / "static"
    (static / "index.html").write_bytes(INDEX)
    (static / "assets" / "index-BViWVlav.js").write_bytes(SCRIPT)
    (static / "logo.png").write_bytes(b"\x89PNG")
    (tmp_path / "secret.txt").write_text("not served")
    return static


def test_hashed_assets_stay_in_caches_and_the_page_is_asked_for_again(folder: Path) -> None:
    assets = read_assets(folder)
    script, page = find_asset(assets, "/assets/index-BViWVlav.js"), find_asset(assets, "/")
    assert script is not None
    assert page is not None
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert page.body == INDEX
    logo = find_asset(assets, "/logo.png")
    assert logo is not None
    assert logo.headers["cache-control"] == "no-cache"
    assert logo.headers["content-type"] == "image/png"


def test_the_best_accepted_encoding_is_sent(folder: Path) -> None:
    script = folder / "assets" / "index-BViWVlav.js"
    script.with_name(script.name + ".br").write_bytes(b"brotli of the build")
    script.with_name(script.name + ".gz").write_bytes(gzip.compress(SCRIPT))
    assets = read_assets(folder)
    path = "/assets/index-BViWVlav.js"
    for accepted, coding in (("gzip, deflate, br", "br"), ("gzip, br;q=0", "gzip"), ("identity", None), ("", None)):
        reply = find_asset(assets, path, accept_encoding=accepted)
        assert reply is not None
        assert reply.headers.get("content-encoding") == coding
        assert reply.headers["vary"] == "accept-encoding"
    assert find_asset(assets, path + ".gz") is None


def test_text_is_compressed_where_the_build_did_not(folder: Path) -> None:
    reply = find_asset(read_assets(folder), "/assets/index-BViWVlav.js", accept_encoding="gzip")
    assert reply is not None
    assert reply.headers["content-encoding"] == "gzip"
    assert gzip.decompress(reply.body) == SCRIPT


def test_what_the_browser_has_is_not_sent_again(folder: Path) -> None:
    assets = read_assets(folder)
    first = find_asset(assets, "/index.html")
    assert first is not None
    etag = first.headers["etag"]
    for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        again = find_asset(assets, "/", if_none_match=known)
        assert again is not None
        assert (again.status, again.body) == (304, b"")
    changed = find_asset(assets, "/", if_none_match='"other"')
    assert changed is not None
    assert changed.status == 200


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/assets/../../secret.txt", "//etc/passwd", "/%2e%2e/secret.txt", "/assets/", "/assets/no.js",
     "/no.js", "/api", "/a/b", "/index.html/", "/assets\\index-BViWVlav.js", "/\0"],
)  # fmt: skip
def test_nothing_else_is_there(folder: Path, path: str) -> None:
    reply = find_asset(read_assets(folder), path)
    assert reply is None or reply.body == INDEX
    if path.count("/") > 1 or "." in path or path == "/api":
        assert reply is None


def test_pages_of_the_dashboard_are_the_one_page(folder: Path) -> None:
    reply = find_asset(read_assets(folder), "/history")
    assert reply is not None
    assert reply.body == INDEX


def test_a_script_that_stands_in_a_page_may_run_by_its_hash_alone(folder: Path) -> None:
    (folder / "index.html").write_bytes(b'<script>go()</script><script type="module" src="a.js"></script>')
    page = find_asset(read_assets(folder), "/")
    assert page is not None
    digest = base64.b64encode(hashlib.sha256(b"go()").digest()).decode()
    assert page.headers["content-security-policy"] == f"{CONTENT_SECURITY_POLICY}; script-src 'self' 'sha256-{digest}'"


def test_a_page_without_such_a_script_has_the_policy_of_all(folder: Path) -> None:
    page = find_asset(read_assets(folder), "/")
    assert page is not None
    assert "content-security-policy" not in page.headers


@pytest.mark.parametrize("name", ["absent", "empty"])
def test_without_a_dashboard_the_page_says_how_to_build_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    reply = find_asset(read_assets(tmp_path / name), "/")
    assert reply is not None
    assert b"script/run" in reply.body
    assert b"npm run build" in reply.body


def test_accepted_encodings() -> None:
    assert accepts("br;q=1.0, gzip;q=0.5", "gzip")
    assert accepts("GZIP", "gzip")
    assert not accepts("gzip;q=0", "gzip")
    assert not accepts("gzip; q=0.000", "gzip")
    assert not accepts("x-gzip", "gzip")
