"""The built dashboard, served from memory: what was not read at the start does not exist, so no path leads outside."""

from __future__ import annotations

import base64
import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from openvoy.web.guard import CONTENT_SECURITY_POLICY

STATIC_FOLDER = Path(__file__).parent / "static"

LEAST_GZIP_BYTES = 500
TEXT_SUFFIXES = frozenset({".css", ".html", ".js", ".json", ".map", ".svg", ".txt", ".webmanifest"})
ENCODINGS = {".br": "br", ".gz": "gzip"}

_HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.\w+$")
"""The build puts a hash of the content into the names of what lies in `assets/`."""

_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)

_PAGE = re.compile(r"/(?!api$)[^/.]*")

_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2"}

NOT_BUILT = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Openvoy</title></head><body>
<h1>The dashboard is not built</h1>
<p>The service runs, but this installation has no dashboard. In the folder of the source code run</p>
<pre>script/run</pre>
<p>or, with Node 20 or newer, <code>npm ci</code> and <code>npm run build</code> in <code>ui/</code>;
then restart the service.</p>
<p>The <a href="/api/schema">HTTP API</a> works without it.</p>
</body></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file with its encodings."""

    content_type: str
    body: bytes
    etag: str
    is_immutable: bool = False
    policy: str | None = None
    """Its own content security policy, where scripts stand in it."""
    encoded: Mapping[str, bytes] = field(default_factory=dict)
    """By content coding, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is sent for one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def read_assets(folder: Path = STATIC_FOLDER) -> Mapping[str, Asset]:
    """Read a built dashboard by URL path; without one, a page that says how to build it."""
    files = {path for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else set()
    assets = {
        f"/{path.relative_to(folder).as_posix()}": _read_asset(path, path.relative_to(folder).as_posix())
        for path in sorted(files)
        if not (path.suffix in ENCODINGS and path.with_suffix("") in files)
    }
    assets.setdefault("/index.html", _build_asset("index.html", NOT_BUILT, {}))
    return assets


def find_asset(
    assets: Mapping[str, Asset], path: str, *, accept_encoding: str = "", if_none_match: str = ""
) -> Reply | None:
    """Find the reply for a path; `/` and `/name` are pages of the dashboard. None where nothing is there."""
    asset = assets.get(path)
    if asset is None and _PAGE.fullmatch(path):
        asset = assets["/index.html"]
    if asset is None:
        return None
    headers = {
        "content-type": asset.content_type,
        "cache-control": "public, max-age=31536000, immutable" if asset.is_immutable else "no-cache",
        "etag": asset.etag,
        "vary": "accept-encoding",
        **({} if asset.policy is None else {"content-security-policy": asset.policy}),
    }
    if _matches(asset.etag, if_none_match):
        return Reply(status=304, headers=headers, body=b"")
    for coding, body in asset.encoded.items():
        if accepts(accept_encoding, coding):
            return Reply(status=200, headers={**headers, "content-encoding": coding}, body=body)
    return Reply(status=200, headers=headers, body=asset.body)


def accepts(accept_encoding: str, coding: str) -> bool:
    """Whether an Accept-Encoding header admits a content coding."""
    for part in accept_encoding.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == coding:
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return False


def _read_asset(path: Path, name: str) -> Asset:
    ready = {
        coding: path.with_name(path.name + suffix).read_bytes()
        for suffix, coding in ENCODINGS.items()
        if path.with_name(path.name + suffix).is_file()
    }
    return _build_asset(name, path.read_bytes(), ready)


def _build_asset(name: str, body: bytes, ready: Mapping[str, bytes]) -> Asset:
    suffix = PurePosixPath(name).suffix.lower()
    content_type = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    encoded = dict(ready)
    if suffix in TEXT_SUFFIXES and "gzip" not in encoded and len(body) >= LEAST_GZIP_BYTES:
        encoded["gzip"] = gzip.compress(body, 9, mtime=0)
    return Asset(
        content_type=f"{content_type}; charset=utf-8" if suffix in TEXT_SUFFIXES else content_type,
        body=body,
        etag=f'W/"{hashlib.sha256(body).hexdigest()[:20]}"',
        is_immutable=name.startswith("assets/") and bool(_HASHED.search(name)),
        policy=_build_policy(body) if suffix == ".html" else None,
        encoded=encoded,
    )


def _build_policy(body: bytes) -> str | None:
    """Allow those scripts that stand in the page itself, by what they are."""
    digests = [hashlib.sha256(script).digest() for script in _SCRIPT.findall(body)]
    hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    return f"{CONTENT_SECURITY_POLICY}; script-src 'self' {' '.join(hashes)}" if hashes else None


def _matches(etag: str, if_none_match: str) -> bool:
    given = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag.removeprefix("W/") in given or "*" in given
