"""Who the gateway is: the one page that every firmware gives to everybody, and the check of a token."""

from __future__ import annotations

from typing import Annotated
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from openvoy.codec import LARGEST, DecodeError, WireStruct, doc, each
from openvoy.protocol.endpoint import XML_STARTS, Decoded, Endpoint, Handler, Poll, Role
from openvoy.protocol.firmware import parse_firmware


class Package(WireStruct):
    """One installed package."""

    name: Annotated[str, doc("", "rootfs, kernel, boot, app, devimg …")]
    part_number: Annotated[str | None, doc("", "part number, element pn")] = None
    version: Annotated[str | None, doc("", "version")] = None
    build: Annotated[str | None, doc("", "build")] = None


class Info(WireStruct):
    """Identity; XML on the wire."""

    serial: Annotated[
        str, doc("", "12 digits, element device/sn; audience of tokens and source of the digest password")
    ]
    software: Annotated[str, doc("", "build class letter and version, such as D8.2.4345")]
    time_s: Annotated[float | None, doc("s", "the gateway's clock, Unix time")] = None
    part_number: Annotated[str | None, doc("", "part number with revision, element device/pn")] = None
    euaid: Annotated[str | None, doc("", "short unique address")] = None
    seqnum: Annotated[int | None, doc("", "number of this document")] = None
    apiver: Annotated[int | None, doc("", "API version, 1 so far")] = None
    imeter: Annotated[bool | None, doc("", "integrated meter on board; absent on 3.x")] = None
    web_tokens: Annotated[bool | None, doc("", "true: tokens are required; absent before 7")] = None
    packages: Annotated[tuple[Package, ...] | None, doc("", "installed packages")] = None
    build_time_s: Annotated[float | None, doc("s", "Unix time of the build")] = None
    build_id: Annotated[str | None, doc("", "label of the build")] = None
    release_stage: Annotated[str | None, doc("", "such as 700-GA, from 7.3")] = None
    release_version: Annotated[str | None, doc("", "version of the release, from 7.3; element release_ver")] = None


class TokenCheck(WireStruct):
    """Answer of the token check; an HTML line on the wire."""

    valid: Annotated[bool, doc("", "the token is accepted")]


MOST_INFO_BYTES = 256 * 1024
"""It has 2 to 8 kB; parsed, XML takes ninety times its size."""


def parse_info(body: bytes) -> Decoded[Info]:
    """Parse the identity page; raise DecodeError where it is none. Never by text: builds differ in quotes and order."""
    if len(body) > MOST_INFO_BYTES:
        raise DecodeError(f"more than {MOST_INFO_BYTES} bytes are no identity page")
    text = body.decode("utf-8", "replace").lstrip()
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise DecodeError("a page with a document type is no identity page")
    try:
        # A text is parsed as what it is, whatever encoding it claims.
        root = ET.fromstring(text)  # noqa: S314 - entities are refused above
    except ET.ParseError as error:
        raise DecodeError(f"not XML: {error}") from error
    serial, software = _text(root, "device/sn"), _text(root, "device/software")
    if serial is None or software is None:
        raise DecodeError("no serial number or software version in it", "device")
    return Decoded(_info_of(root, serial, software))


def breaks_off(body: bytes) -> bool:
    """Whether a page that is no identity page is one that was cut, as of a gateway under load."""
    start = body.lstrip()
    if not start.startswith(XML_STARTS) or b"<!DOCTYPE" in start or len(body) > MOST_INFO_BYTES:
        return not start
    try:
        ET.fromstring(start.decode("utf-8", "replace"))  # noqa: S314 - without a document type it has no entities
    except ET.ParseError:
        return True
    return False


def _info_of(root: ET.Element, serial: str, software: str) -> Info:
    return Info(
        serial=serial,
        software=software,
        time_s=_number(root, "time"),
        part_number=_text(root, "device/pn"),
        euaid=_text(root, "device/euaid"),
        seqnum=_whole(root, "device/seqnum"),
        apiver=_whole(root, "device/apiver"),
        imeter=_truth(root, "device/imeter"),
        web_tokens=_truth(root, "web-tokens"),
        packages=tuple(
            Package(
                name=package.get("name", ""),
                part_number=_text(package, "pn"),
                version=_text(package, "version"),
                build=_text(package, "build"),
            )
            for package in root.iter("package")
        ),
        build_time_s=_number(root, "build_info/build_time_gmt"),
        build_id=_text(root, "build_info/build_id"),
        release_stage=_text(root, "build_info/release_stage"),
        release_version=_text(root, "build_info/release_ver"),
    )


def _text(root: ET.Element, path: str) -> str | None:
    text = root.findtext(path)
    return text.strip() if text and text.strip() else None


def _number(root: ET.Element, path: str) -> float | None:
    text = _text(root, path)
    try:
        number = None if text is None else float(text)
    except ValueError:
        return None
    return number if number is not None and abs(number) <= LARGEST else None


def _whole(root: ET.Element, path: str) -> int | None:
    number = _number(root, path)
    return None if number is None or number != number // 1 else int(number)


def _truth(root: ET.Element, path: str) -> bool | None:
    text = _text(root, path)
    return None if text is None else text.lower() == "true"


def render_info(info: Info) -> bytes:
    """Render the identity page as firmware from 4 to 8.2 does."""
    lines = ["<?xml version='1.0' encoding='UTF-8'?>", "<envoy_info>", *_element("time", info.time_s, 1), "  <device>"]
    for name, value in (
        ("sn", info.serial),
        ("pn", info.part_number),
        ("software", info.software),
        ("euaid", info.euaid),
        ("seqnum", info.seqnum),
        ("apiver", info.apiver),
        ("imeter", info.imeter),
    ):
        lines += _element(name, value, 2)
    lines += ["  </device>", *_element("web-tokens", info.web_tokens, 1)]
    for package in each(info.packages):
        lines.append(f"  <package name='{escape(package.name)}'>")
        lines += [*_element("pn", package.part_number, 2), *_element("version", package.version, 2)]
        lines += [*_element("build", package.build, 2), "  </package>"]
    if info.build_time_s is not None or info.build_id is not None:
        lines += ["  <build_info>", *_element("build_time_gmt", info.build_time_s, 2)]
        lines += _element("build_id", info.build_id, 2)
        lines += [*_element("release_stage", info.release_stage, 2), *_element("release_ver", info.release_version, 2)]
        lines.append("  </build_info>")
    return "\n".join([*lines, "</envoy_info>", ""]).encode()


def _element(name: str, value: object, depth: int) -> list[str]:
    if value is None:
        return []
    text = f"{value:.0f}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)
    return [f"{'  ' * depth}<{name}>{escape(text)}</{name}>"]


def parse_token_check(body: bytes) -> Decoded[TokenCheck]:
    """Parse the answer of the token check."""
    return Decoded(TokenCheck(valid=b"valid token" in body.lower()))


def render_token_check(check: TokenCheck) -> bytes:
    """Render the answer of the token check as firmware from 7 does."""
    return b"<!DOCTYPE html><h2>Valid token.</h2>\n" if check.valid else b""


INFO: Endpoint[Info] = Endpoint(
    name="info",
    path="/info",
    summary="Serial number, part number, firmware, and whether tokens are required.",
    reply=Info,
    poll=Poll.HOURLY,
    role=Role.NONE,
    handler=Handler.SCRIPTED,
    parse=parse_info,
    render=render_info,
)

CHECK_JWT: Endpoint[TokenCheck] = Endpoint(
    name="check_jwt",
    path="/auth/check_jwt",
    summary="Checks a token and opens a session.",
    reply=TokenCheck,
    poll=Poll.ON_DEMAND,
    role=Role.ANYBODY,
    since=parse_firmware("7"),
    methods=("GET", "POST"),
    parse=parse_token_check,
    render=render_token_check,
)
