"""The identity page."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.protocol.endpoints.identity import INFO, Info, Package
from openvoy.protocol.firmware import Firmware
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import EIGHT
from openvoy.virtual.site.definition import SiteDefinition

BUILD_TIME_S = {7: 1687460237, 8: 1725031207}
PART_NUMBERS = {"standard": "800-00656-r06", "metered": "800-00654-r08"}

_PACKAGES: tuple[tuple[str, str, str, str], ...] = (
    ("rootfs", "500-00001-r01", "02.00.00", "1211"),
    ("kernel", "500-00011-r02", "04.04.225", "08bedf"),
    ("boot", "590-00019-r01", "02.00.01", "1f421b"),
    ("app", "500-00002-r01", "", "3f3de0"),
    ("devimg", "500-00005-r01", "01.02.502", "355b53"),
    ("geo", "500-00008-r01", "02.01.24", "a74d96"),
    ("backbone", "500-00010-r01", "07.00.20", "176d57"),
    ("meter", "500-00013-r01", "03.02.08", "7165c0"),
    ("agf", "500-00012-r01", "02.02.00", "7012ed"),
    ("essimg", "500-00020-r01", "31.33.47", "9fd31a"),
    ("security", "500-00016-r01", "02.00.00", "54a6dc"),
)
_PACKAGES_OF_8: tuple[tuple[str, str, str, str], ...] = (
    ("ffuimg", "500-00022-r01", "01.00.04", "2cd3479"),
    ("patch", "500-00016-r01", "01.00.00", "768"),
)


def identity_of(site: SiteDefinition, firmware: Firmware, *, time_s: int | None = None) -> Info:
    """Build the identity page of the site's gateway."""
    gateway = site.gateway
    return Info(
        serial=gateway.serial,
        software=f"D{firmware}",
        time_s=time_s,
        part_number=gateway.part_number or PART_NUMBERS[gateway.model],
        euaid="4c8675",
        seqnum=0,
        apiver=1,
        imeter=gateway.model == "metered",
        web_tokens=True,
        packages=tuple(_packages(firmware)),
        build_time_s=BUILD_TIME_S[7 if firmware < EIGHT else 8],
        build_id=f"release-{firmware.numbers[0]}.x:pkg",
    )


def build_info(moment: Moment) -> Info:
    """Build the identity page of this second."""
    return identity_of(moment.site, moment.firmware, time_s=moment.now_s)


def _packages(firmware: Firmware) -> Iterator[Package]:
    app = ".".join(f"{number:02d}" for number in firmware.numbers)
    rows = _PACKAGES + (_PACKAGES_OF_8 if firmware >= EIGHT else ())
    for name, part_number, version, build in rows:
        yield Package(name=name, part_number=part_number, version=version or app, build=build)


RENDER = {INFO: build_info}
