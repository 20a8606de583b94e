"""docs/virtual-gateway.md, followed as it is written: its shell, its test that fails and the one that does not."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

from openvoy.virtual.mirror.freshness import freshness_of
from openvoy.virtual.site import example_names, read_site
from tests.architecture.tree import ROOT
from tests.unit.virtual.mirror.upstreams import NEW

TEXT = (ROOT / "docs" / "virtual-gateway.md").read_text()
BIN = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def files(language: str) -> list[tuple[str, str]]:
    """Give the files that are shown: their first line says the name."""
    return [(block.partition("\n")[0].removeprefix("# "), block) for block in blocks(language)]


async def run(*command: str, folder: Path) -> tuple[int, str]:
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    environ = {**kept, "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=environ, stdout=PIPE, stderr=STDOUT)
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


@pytest.mark.timeout(60)
@pytest.mark.slow
async def test_the_failing_test_fails_and_its_remedy_mends_it(tmp_path: Path) -> None:
    shown = files("python")
    assert [name for name, _ in shown] == ["energy.py", "conftest.py", "test_energy.py", "energy.py"]
    results = []
    for stage in (shown[:3], shown[3:]):
        for name, text in stage:
            (tmp_path / name).write_text(text)
        results.append(await run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", folder=tmp_path))
    (failed, first), (passed, second) = results
    assert (failed, passed) == (1, 0), second
    assert "2 failed" in first
    assert "assert -28" in first
    assert "RemoteDisconnected" in first
    assert "2 passed" in second


@pytest.mark.timeout(60)
async def test_the_shell_does_what_it_says(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    for name, text in files("toml"):
        (tmp_path / name).write_text(text)
    script = "set -meuo pipefail\n" + "\n".join(
        block.replace("kill %1", "kill %1; wait %1; rm gateway.json") for block in blocks("sh")
    )
    code, output = await run("bash", "-c", script, folder=tmp_path)
    assert code == 0, output
    assert "<sn>122200000002</sn>" in output
    assert (tmp_path / "refused.html").read_text().startswith("<html>")
    assert "\n401\n" in output
    assert '"solar_wh"' in output
    assert '"name":"busy-503"' in output
    assert output.count("serialNumber") == 12
    assert "Valid token." in output


def test_every_site_is_in_the_table() -> None:
    table = TEXT[TEXT.index("## Houses") : TEXT.index("A file of your own")]
    named = re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)
    assert set(named) == set(example_names())
    for name in named:
        panels = re.search(rf"`{name}`.*?(\d+) panels", table)
        assert panels is None or read_site(name).panel_count == int(panels[1])


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("meter readings", "/ivp/meters/readings"),
        ("batteries, relay, contacts", "/ivp/ensemble/power"),
        ("panels", "/api/v1/production/inverters"),
        ("settings, inventory", "/admin/lib/tariff"),
        ("production page, other scripted pages", "/production.json?details=1"),
        ("live data, anything that is not known", "/ivp/livedata/status"),
    ],
)
def test_the_mirror_keeps_replies_as_long_as_is_said(words: str, path: str) -> None:
    (row,) = re.findall(rf"^\| {words} \| (\d+) (s|min|h) \| (\d+) (s|min|h) \|$", TEXT, re.MULTILINE)
    unit_s = {"s": 1, "min": 60, "h": 3600}
    freshness = freshness_of(path, NEW, 0.1)
    assert freshness.fresh_s == int(row[0]) * unit_s[row[1]]
    assert freshness.lifetime_s == int(row[2]) * unit_s[row[3]]
