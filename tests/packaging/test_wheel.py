"""The wheel alone is enough: the dashboard is inside, and neither the checkout nor Node is needed to run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        # Without Node in sight: what is built already is taken as it is.
        environ = {**os.environ, "PATH": "/usr/bin:/bin"}
        subprocess.run([*command, "--wheel-dir", folder, str(ROOT)], check=True, env=environ, capture_output=True)
        (built,) = Path(folder).glob("*.whl")
        yield built


def test_it_has_the_dashboard_and_the_exporters(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        entries = next(archive.read(name).decode() for name in names if name.endswith("entry_points.txt"))
        page = archive.read("openvoy/web/static/index.html").decode()
    named = re.findall(r'"(?:\./)?(assets/[^"]+)"', page)
    assert {Path(name).suffix for name in named} == {".js", ".css"}
    assert {f"openvoy/web/static/{name}" for name in named} <= set(names)
    assert not [name for name in names if name.startswith(("ui/", "tests/", "script/"))]
    assert "notify = openvoy.exporters.notify:KIND" in entries


@pytest.mark.timeout(60)
def test_the_demo_runs_from_it(wheel: Path, tmp_path: Path) -> None:
    package = tmp_path / "package"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(package)
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("OPENVOY", "PYTHON"))
    } | {"PYTHONPATH": str(package), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}  # fmt: skip
    script = "import openvoy, sys; print(openvoy.__file__, flush=True); from openvoy.cli import main; sys.exit(main())"
    arguments = ["demo", "--no-browser", "--port", "0", "--days", "2", "--data", str(tmp_path / "data")]
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", script, *arguments],
        cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(str(package))
        said = ""
        while (found := re.search(r"http://127\.0\.0\.1:\d+/", said)) is None:
            line = process.stdout.readline()
            assert line, said
            said += line
        with urllib.request.urlopen(found[0], timeout=5) as reply:
            assert b"<script" in reply.read()
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout is not None:
            process.stdout.close()
