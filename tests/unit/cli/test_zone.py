from __future__ import annotations

from pathlib import Path

import pytest

from openvoy.cli.zone import find_time_zone, parse_time_zone
from openvoy.errors import ConfigError


def test_the_machine_tells_its_zone_in_three_ways(tmp_path: Path) -> None:
    assert find_time_zone({}, tmp_path) is None
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/America/New_York")
    assert find_time_zone({}, tmp_path) == "America/New_York"
    (tmp_path / "timezone").write_text("Asia/Tokyo\n")
    assert find_time_zone({}, tmp_path) == "Asia/Tokyo"
    assert find_time_zone({"TZ": ":Europe/Rome"}, tmp_path) == "Europe/Rome"
    assert find_time_zone({"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"}, tmp_path) == "Asia/Tokyo"


@pytest.mark.parametrize("name", ["", "Europe", "../../etc/passwd", "/etc/passwd", "Mars/Olympus"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_time_zone(name)
    assert caught.value.hint
