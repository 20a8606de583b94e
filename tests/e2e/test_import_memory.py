"""What importing takes of the memory of a small computer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

START_S = 1_704_067_200
MINUTES = 365 * 1440
MOST_MB = 75
"""Besides what an import of a few lines takes, mostly for the database; with everything in memory it is 115."""
IMPORTER = """
import resource, sys
from openvoy.cli.app import run
code = run(["history", "import", *sys.argv[1:]])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
sys.exit(code)
"""


def points(minutes: int) -> Iterator[str]:
    for minute in range(minutes):
        at_ns = (START_S + 60 * minute) * 10**9
        yield f"system_production watt_hours_lifetime={50 * minute}i {at_ns}\n"
        yield f"system_consumption watt_hours_lifetime={30 * minute}i {at_ns}\n"


def peak_mb(folder: Path, minutes: int) -> int:
    data = folder / "data"
    data.mkdir(parents=True)
    (folder / "openvoy.toml").write_text('[site.home]\ntime_zone = "Europe/Paris"\n')
    (folder / "points.lp").write_text("".join(points(minutes)))
    place = ("--config", str(folder / "openvoy.toml"), "--data", str(data))
    done = subprocess.run(
        [sys.executable, "-c", IMPORTER, str(folder / "points.lp"), *place], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"solar {50 * (minutes - 1) / 1000:,.2f} kWh".split() in [line.split() for line in done.stderr.splitlines()]
    return int(done.stdout)


def test_a_year_by_the_minute_takes_little_memory(tmp_path: Path) -> None:
    assert peak_mb(tmp_path / "long", MINUTES) - peak_mb(tmp_path / "short", 100) < MOST_MB
