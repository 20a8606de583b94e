"""What in a gateway's replies belongs to somebody: found by the name that stands before it, or by its form.

Kept, because it says nothing of a person: part numbers, firmware, grid profile, currency and prices, dates, energies.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from zoneinfo import ZoneInfo

from openvoy.client.capture.places import Place, elements_of, places_of
from openvoy.client.capture.words import is_own
from openvoy.protocol.redaction import is_secret_name


class Kind(Enum):
    """What sort of thing an original is; it decides how it is replaced and how it is searched for."""

    SERIAL = "serial number"
    IDENTIFIER = "identifier"
    """A serial number of another form, or a number of an account."""
    MAC = "hardware address"
    ADDRESS = "network address"
    HOST = "host name"
    EMAIL = "e-mail address"
    SECRET = "secret"  # noqa: S105 - the name of a kind
    TEXT = "name"
    PLACE = "place"
    ZONE = "time zone"


@dataclass(frozen=True, slots=True, repr=False)
class Original:
    """One private value as it stood there."""

    kind: Kind
    text: str


SERIAL = re.compile(r"(?<![\d.])\d{12}(?!\d|\.\d)")
"""All devices have serial numbers of twelve digits."""
MAC = re.compile(
    r"(?<![0-9A-Fa-f:-])[0-9A-Fa-f]{2}([:-])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4}(?:(?:\1[0-9A-Fa-f]{2}){2})?"
    r"(?![0-9A-Fa-f:-])"
)
"""Six bytes, or the eight of a radio."""
_HARDWARE = re.compile(r"[0-9A-Fa-f]{2}(?:[:-]?[0-9A-Fa-f]{2}){5}(?:(?:[:-]?[0-9A-Fa-f]{2}){2})?")
BARE_EUI = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{16}(?![0-9A-Za-z])")
IPV4 = re.compile(r"(?:(?<=://)|(?<![\w./-]))\d{1,3}(?:\.\d{1,3}){3}(?![\w.-]*\w)")
"""Versions such as openresty/1.17.8.1 have the same form behind a slash."""
IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:.])")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
JWT = re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*){0,4}")

_KEPT_HEADS = ("0.", "127.", "255.", "224.", "239.")
"""Masks, loopback and the like belong to nobody."""

_SERIALS = {
    "serial_num", "serialnumber", "serialnum", "serial_number", "serial", "sn", "s", "device_id", "serial_nums",
    "pv_serial_nb", "euaid",
}  # fmt: skip
_NUMBERS = {
    "site_id",
    "siteid",
    "system_id",
    "systemid",
    "user_id",
    "company_id",
    "installer_id",
    "imei",
    "iccid",
    "imsi",
}
_MACS = {"mac", "mac_addr", "mac_address", "bssid", "ap_bssid"}
_TEXTS = {
    "load_name", "dry_contact_load_name", "ssid", "essid", "hostname", "host_name", "site_name", "system_name",
    "username", "user_name", "user", "email", "last_updated_by", "generator_id",
}  # fmt: skip
_PLACES = {
    "latitude", "longitude", "lat", "lon", "lng", "zip", "zipcode", "zip_code", "postal_code", "street", "address",
    "city", "county", "country", "selected_region",
}  # fmt: skip
_ZONES = {"timezone", "time_zone", "tz"}
_SECRET = re.compile(
    r"(?:link|network|nwk|private|public|shared|preshared)[_ -]?key|psk|install[_ -]?code", re.IGNORECASE
)
_LEAST_SERIAL = 6
"""Shorter values of members that also hold other things are none."""


def kind_of(place: Place) -> Kind | None:
    """Tell whether a value is private by the name that it stands under; an empty one never is."""
    key = place.name.lower()
    if place.is_name or not place.value.strip():
        return None
    if is_secret_name(key) or _SECRET.fullmatch(key):
        return Kind.SECRET if place.is_text and not is_own(place.value) else None
    if key in _SERIALS:
        return _kind_of_serial(place)
    if key in _MACS:
        return Kind.MAC if _HARDWARE.fullmatch(place.value) else Kind.IDENTIFIER
    kind = next((kind for names, kind in _BY_NAME if key in names and (place.is_text or kind in _AS_NUMBER)), None)
    return None if kind is Kind.ZONE and is_nowhere(place.value) else kind


_BY_NAME = ((_NUMBERS, Kind.IDENTIFIER), (_TEXTS, Kind.TEXT), (_PLACES, Kind.PLACE), (_ZONES, Kind.ZONE))
_AS_NUMBER = {Kind.IDENTIFIER, Kind.PLACE}


def _kind_of_serial(place: Place) -> Kind | None:
    if SERIAL.fullmatch(place.value):
        return Kind.SERIAL
    value = place.value
    is_one = place.is_text and len(value) >= _LEAST_SERIAL and " " not in value and any(map(str.isdigit, value))
    return Kind.IDENTIFIER if is_one and not SERIAL.search(value) else None


def find_originals(text: str, *, keep_time_zone: bool = False) -> Iterator[Original]:
    """Find everything private in a body."""
    places = places_of(text)
    if places is None:
        yield from find_by_form(text)
        places = tuple(elements_of(text))
    for place in places:
        kind = kind_of(place)
        if kind is not None and not (kind is Kind.ZONE and keep_time_zone):
            yield Original(kind, place.value)
        if place.is_text:
            yield from find_by_form(place.value)


def find_by_form(text: str) -> Iterator[Original]:
    """Find what is private by its form alone, in any text."""
    for pattern, kind in ((SERIAL, Kind.SERIAL), (MAC, Kind.MAC), (BARE_EUI, Kind.MAC), (EMAIL, Kind.EMAIL)):
        yield from (Original(kind, match[0]) for match in pattern.finditer(text))
    yield from (Original(Kind.SECRET, match[0]) for match in JWT.finditer(text))
    for pattern in (IPV4, IPV6):
        yield from (Original(Kind.ADDRESS, match[0]) for match in pattern.finditer(text) if is_address(match[0]))


def is_address(text: str) -> bool:
    """Whether this is the network address of something in particular."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (text.startswith(_KEPT_HEADS) or address.is_unspecified or address.is_loopback)


def is_nowhere(zone: str) -> bool:
    """Whether a time zone names no part of the world but an offset."""
    return zone in {"UTC", "GMT"} or zone.startswith("Etc/")


def is_zone(text: str) -> bool:
    """Whether this is the name of a time zone."""
    try:
        return ZoneInfo(text).key == text
    except (KeyError, ValueError, OSError):
        return False
