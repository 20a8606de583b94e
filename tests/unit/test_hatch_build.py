"""The build hook: when it builds, with what, and what it leaves alone. The build itself ran when this was installed."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("hatchling", reason="no hatchling: it builds the package, and is not needed to run it")

FILE = Path(__file__).parents[2] / "hatch_build.py"


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path: Path, hook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Build a tree whose front end is built."""
    monkeypatch.delenv(hook.SKIP, raising=False)
    source = tmp_path / "ui"
    for name in hook.SOURCES:
        path = source / name if "." in name[1:] or name.startswith(".") else source / name / "file.ts"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    front = hook.FrontEnd(tmp_path)
    front.output.mkdir(parents=True)
    (front.output / "index.html").write_text("<!doctype html>")
    (front.output / hook.STAMP).write_text(json.dumps({"sources": front.digest()}))
    return tmp_path


def test_what_is_built_is_left_alone(hook: ModuleType, root: Path) -> None:
    assert "up to date" in hook.FrontEnd(root).reason_to_skip()


@pytest.mark.parametrize("name", ["ui/src/file.ts", "ui/package-lock.json", "ui/src/deep/new.ts"])
def test_a_changed_or_new_source_is_built(hook: ModuleType, root: Path, name: str) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("changed")
    assert hook.FrontEnd(root).reason_to_skip() == ""


@pytest.mark.parametrize("name", ["ui/tests/flow.test.ts", "ui/node_modules/vite/index.js"])
def test_what_is_no_source_does_not_count(hook: ModuleType, root: Path, name: str) -> None:
    (root / name).parent.mkdir(parents=True)
    (root / name).write_text("changed")
    assert "up to date" in hook.FrontEnd(root).reason_to_skip()


@pytest.mark.parametrize("lost", ["index.html", "build.json"])
def test_a_damaged_output_is_built_anew(hook: ModuleType, root: Path, lost: str) -> None:
    (hook.FrontEnd(root).output / lost).unlink()
    assert hook.FrontEnd(root).reason_to_skip() == ""


def test_it_can_be_left_out(hook: ModuleType, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hook.SKIP, "1")
    assert hook.SKIP in hook.FrontEnd(root).reason_to_skip()


def test_a_tree_without_sources_keeps_what_it_has(hook: ModuleType, tmp_path: Path) -> None:
    assert "no sources" in hook.FrontEnd(tmp_path).reason_to_skip()


@pytest.mark.parametrize(
    ("version", "is_recent"),
    [
        ("v18.20.4", False),
        ("v20.18.1", False),
        ("v20.19.0", True),
        ("v21.7.3", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0", True),
        ("", False),
    ],
)
def test_which_node_will_do(hook: ModuleType, version: str, is_recent: bool) -> None:
    assert hook.is_recent(version) is is_recent


def test_a_machine_without_node(hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "path", [])
    assert hook.find_node() is None


def test_the_script_of_npm_is_found_behind_its_link(hook: ModuleType, tmp_path: Path) -> None:
    script = tmp_path / "lib" / "npm-cli.js"
    script.parent.mkdir()
    script.touch()
    (tmp_path / "npm").symlink_to(script)
    assert hook.npm_script(tmp_path / "npm") == str(script)
    (tmp_path / "npm.cmd").touch()
    assert hook.npm_script(tmp_path / "npm.cmd") == ""
