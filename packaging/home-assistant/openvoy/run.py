"""Starts Openvoy as an add-on: options of the supervisor become a configuration; rights of root are given up."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

OWN_FILE = "openvoy.toml"
"""In the add-on's configuration folder; where it exists it is used as it stands."""
USER_ID = 8400
INGRESS = "172.30.32.2"
"""Where the supervisor's proxy calls from."""


def render_config(options: Mapping[str, Any], *, token_file: Path, data: Path) -> str:
    """Write the configuration that the options of the add-on stand for."""
    quoted = json.dumps  # a TOML basic string is written as JSON writes one
    lines = ["[[gateway]]", 'name = "home"', f"host = {quoted(options['host'])}"]
    if options.get("token"):
        lines.append(f"token_file = {quoted(str(token_file))}")
    lines += ["", "[store]", f"path = {quoted(str(data / 'history'))}"]
    lines += ["", "[web]", 'listen = "0.0.0.0:8400"', 'proxy_user_header = "X-Remote-User-Name"']
    lines += [f'proxies = ["{INGRESS}"]', 'proxy_right = "owner"']
    if options.get("control"):
        lines += ["", "[control]", "enabled = true"]
    return "\n".join([*lines, ""])


def prepare(data: Path, folder: Path) -> Path:
    """Write what the options say; give the configuration to use."""
    own = folder / OWN_FILE
    if own.is_file():
        return own
    options = json.loads((data / "options.json").read_text(encoding="utf-8"))
    token_file, file = data / "home.jwt", data / OWN_FILE
    os.umask(0o077)
    if options.get("token"):
        token_file.write_text(options["token"].strip(), encoding="utf-8")
    file.write_text(render_config(options, token_file=token_file, data=data), encoding="utf-8")
    return file


def give_up_root(*folders: Path) -> None:
    """Own the folders and become a user without rights."""
    if os.getuid() != 0:
        return
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, USER_ID, USER_ID, follow_symlinks=False)
    os.setgroups([])
    os.setgid(USER_ID)
    os.setuid(USER_ID)


def main() -> None:
    """Become Openvoy."""
    data, folder = Path(os.environ.get("ADDON_DATA", "/data")), Path(os.environ.get("ADDON_CONFIG", "/config"))
    file = prepare(data, folder)
    give_up_root(*(one for one in (data, folder) if one.is_dir()))
    os.environ |= {"HOME": str(data), "OPENVOY_DATA": str(data)}
    command = [*sys.argv[1:]] or ["openvoy", "run", "--config", str(file)]
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
