"""The identity page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from openvoy.protocol.endpoints.identity import INFO, Info, Package
from openvoy.protocol.firmware import Firmware
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import FIRST_METERED, RELEASE_CLASS, RELEASES, STORAGE_IN_TARIFF
from openvoy.virtual.site.definition import SiteDefinition

Value = TypeVar("Value")

PART_NUMBERS = {
    3: {"standard": "800-00069-r05", "metered": "800-00069-r05"},
    4: {"standard": "800-00551-r02", "metered": "800-00555-r03"},
    5: {"standard": "800-00551-r02", "metered": "800-00555-r03"},
    7: {"standard": "800-00656-r06", "metered": "800-00654-r08"},
}
"""By the first number of the version; a later one is as the last of these."""
_BUILD_TIMES_S = {3: 1361577600, 4: 1542157882, 5: 1576368000, 6: 1617235200, 7: 1687460237, 8: 1725031207}
_PACKAGES: tuple[tuple[str, str, str, str, int], ...] = (
    ("rootfs", "500-00001-r01", "02.00.00", "1211", 3),
    ("kernel", "500-00011-r02", "04.04.225", "08bedf", 3),
    ("boot", "590-00019-r01", "02.00.01", "1f421b", 3),
    ("app", "500-00002-r01", "", "3f3de0", 3),
    ("devimg", "500-00005-r01", "01.02.502", "355b53", 3),
    ("geo", "500-00008-r01", "02.01.24", "a74d96", 3),
    ("backbone", "500-00010-r01", "07.00.20", "176d57", 3),
    ("meter", "500-00013-r01", "03.02.08", "7165c0", 4),
    ("agf", "500-00012-r01", "02.02.00", "7012ed", 4),
    ("essimg", "500-00020-r01", "31.33.47", "9fd31a", 7),
    ("security", "500-00016-r01", "02.00.00", "54a6dc", 4),
    ("ffuimg", "500-00022-r01", "01.00.04", "2cd3479", 8),
    ("patch", "500-00016-r01", "01.00.00", "768", 8),
)
"""Name, part number, version (that of the firmware where it is left out), build, first generation."""


def identity_of(site: SiteDefinition, firmware: Firmware, *, time_s: int | None = None) -> Info:
    """Build the identity page of the site's gateway."""
    gateway, is_first_line = site.gateway, firmware < FIRST_METERED
    has_release = firmware >= RELEASES
    return Info(
        serial=gateway.serial,
        software=f"{_build_class(firmware)}{firmware}",
        time_s=time_s,
        part_number=gateway.part_number or _latest(PART_NUMBERS, firmware)[gateway.model],
        euaid="4c8675",
        seqnum=0,
        apiver=1,
        imeter=None if is_first_line else gateway.model == "metered",
        web_tokens=True if firmware >= STORAGE_IN_TARIFF else None,
        packages=tuple(_packages(firmware)),
        build_time_s=None if is_first_line else build_time_s(firmware),
        build_id=None if is_first_line else f"release-{firmware.numbers[0]}.x:pkg",
        release_stage="700-GA" if has_release else None,
        release_version=f"02.00.{firmware.numbers[-1]}" if has_release else None,
    )


def build_info(moment: Moment) -> Info:
    """Build the identity page of this second."""
    return identity_of(moment.site, moment.firmware, time_s=moment.now_s)


def build_time_s(firmware: Firmware) -> int:
    """Tell when a firmware was built, Unix seconds."""
    return _latest(_BUILD_TIMES_S, firmware)


def package_version(name: str) -> str:
    """Give the version of a package."""
    return next(version for known, _, version, _, _ in _PACKAGES if known == name)


def _latest(table: Mapping[int, Value], firmware: Firmware) -> Value:
    """Take what holds for the generation of a firmware."""
    return table[max(first for first in table if first <= firmware.numbers[0])]


def _build_class(firmware: Firmware) -> str:
    """R for releases of the older generations, D for everything else."""
    return "R" if any(first <= firmware < end for first, end in RELEASE_CLASS) else "D"


def _packages(firmware: Firmware) -> Iterator[Package]:
    app = ".".join(f"{number:02d}" for number in firmware.numbers)
    for name, part_number, version, build, first in _PACKAGES:
        if firmware.numbers[0] >= first:
            yield Package(name=name, part_number=part_number, version=version or app, build=build)


RENDER = {INFO: build_info}
