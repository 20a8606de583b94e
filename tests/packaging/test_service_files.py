"""What distributions, containers and Home Assistant are given is right, as far as it can be told without them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from openvoy import __version__
from openvoy.cli.config import parse_config

PACKAGING = Path(__file__).parents[2] / "packaging"
ADDON = PACKAGING / "home-assistant" / "openvoy"
DOCKERFILES = [PACKAGING / "docker" / "Dockerfile", ADDON / "Dockerfile"]
MOST_EXPOSURE = 2.5


def need(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def read_yaml(file: Path) -> Any:
    return yaml.safe_load(file.read_text())


def test_the_unit_is_hardened() -> None:
    command = [need("systemd-analyze"), "security", "--offline=true", str(PACKAGING / "systemd" / "openvoy.service")]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    exposure = re.search(r"Overall exposure level for openvoy\.service: ([\d.]+)", said)
    assert exposure is not None, said
    assert float(exposure[1]) <= MOST_EXPOSURE


def test_the_unit_has_no_unknown_line() -> None:
    command = [need("systemd-analyze"), "verify", "--man=no", str(PACKAGING / "systemd" / "openvoy.service")]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    told = [line for line in said.splitlines() if "openvoy.service" in line and "is not executable" not in line]
    assert told == []


def test_the_manual_has_every_command_and_renders_clean() -> None:
    page = PACKAGING / "man" / "openvoy.1"
    command = [need("groff"), "-man", "-ww", "-Kutf8", "-Tutf8", str(page)]
    rendered = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (rendered.returncode, rendered.stderr) == (0, "")
    assert "openvoy notify test" in re.sub(r"\x1b\[\d*m|.\x08", "", rendered.stdout)


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_hadolint_finds_nothing(file: Path) -> None:
    linter = shutil.which("hadolint") or str(Path(sys.executable).with_name("hadolint"))
    if not Path(linter).is_file():
        pytest.skip("hadolint is not installed")
    checked = subprocess.run([linter, str(file)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_images_copy_what_is_there_and_tell_their_health(file: Path) -> None:
    text = file.read_text()
    root = PACKAGING.parent if file.parent.name == "docker" else ADDON
    sources = [words.split()[:-1] for words in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE)]
    missing = [one for words in sources for one in words if not (root / one).exists()]
    # The add-on's wheels are put there by `assemble`.
    assert missing == ([] if file.parent.name == "docker" else ["wheels"])
    assert "/healthz" in text
    assert re.search(r"^FROM python:3\.\d+-slim-\w+$", text, re.MULTILINE)


def test_the_image_runs_as_nobody_special() -> None:
    users = re.findall(r"^USER (\S+)$", DOCKERFILES[0].read_text(), re.MULTILINE)
    assert users
    assert users[-1].isdigit()
    assert int(users[-1]) > 0


def test_compose_gives_no_rights_away() -> None:
    compose = read_yaml(PACKAGING / "docker" / "compose.yaml")
    service = compose["services"]["openvoy"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(str(port).startswith("127.0.0.1:") for port in service["ports"])
    assert (PACKAGING / "docker" / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    docker = shutil.which("docker")
    if docker is not None:
        command = [docker, "compose", "-f", str(PACKAGING / "docker" / "compose.yaml"), "config", "--quiet"]
        checked = subprocess.run(command, capture_output=True, text=True, check=False)
        # Where there is docker without compose, it does not know the word.
        assert checked.returncode == 0 or "unknown" in checked.stderr or "not a docker command" in checked.stderr


def test_the_addon_says_what_its_supervisor_wants() -> None:
    config = read_yaml(ADDON / "config.yaml")
    assert {"name", "slug", "version", "description", "arch", "options", "schema"} <= set(config)
    assert config["version"] == __version__
    assert set(config["arch"]) <= {"aarch64", "amd64", "armhf", "armv7", "i386"}
    assert set(config["options"]) <= set(config["schema"])
    assert (config["ingress"], config["ingress_port"]) == (True, 8400)
    for translation in (ADDON / "translations").glob("*.yaml"):
        words = read_yaml(translation)
        assert set(words["configuration"]) == set(config["schema"]), translation.name
        assert set(words["network"]) == set(config["ports"]), translation.name


@pytest.mark.parametrize("control", [True, False])
@pytest.mark.parametrize("token", ["abc.def.ghi", None])
def test_options_of_the_addon_become_a_configuration(token: str | None, control: bool, tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "config"
    data.mkdir()
    folder.mkdir()
    options = {"host": 'my "envoy"\\.local', "token": token, "control": control}
    (data / "options.json").write_text(json.dumps(options))
    script = (
        f"import sys; sys.path.insert(0, {str(ADDON)!r}); import run; "
        f"from pathlib import Path; print(run.prepare(Path({str(data)!r}), Path({str(folder)!r})))"
    )
    # A process of its own: it changes the umask.
    written = subprocess.run([sys.executable, "-B", "-c", script], capture_output=True, text=True, check=True).stdout
    file = Path(written.strip())
    assert tomllib.loads(file.read_text())["gateway"][0]["host"] == options["host"]
    config = parse_config(file.read_text().replace('my \\"envoy\\"\\\\', "envoy"), file=file, environ={})
    assert config.control.enabled is control
    assert (config.web.proxies, config.web.proxy_right) == (("172.30.32.2",), "owner")
    assert config.store.path == data / "history"
    for secret in (path for path in data.iterdir() if path.name != "options.json"):
        assert secret.stat().st_mode & 0o077 == 0
    if token is not None:
        assert config.gateways[0].token is not None
        assert config.gateways[0].token.read({}) == token


def test_a_configuration_of_ones_own_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "openvoy.toml"
    own.write_text("")
    (tmp_path / "options.json").write_text("not even JSON")
    script = (
        f"import sys; sys.path.insert(0, {str(ADDON)!r}); import run; "
        f"from pathlib import Path; print(run.prepare(Path('/nowhere'), Path({str(tmp_path)!r})))"
    )
    ran = subprocess.run([sys.executable, "-B", "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == str(own)
