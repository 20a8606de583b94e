"""Real shells complete the words of the command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OPENVOY = Path(sys.executable).with_name("openvoy")
TALKS = {
    # Each loads the script as its user would, and asks for the words after `openvoy hi` and `openvoy history `.
    "bash": """source {script}
complete_words() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _openvoy_completion openvoy; echo "${{COMPREPLY[@]}}"; }}
complete_words openvoy hi; complete_words openvoy history ''""",
    "fish": "source {script}; complete -C 'openvoy hi'; complete -C 'openvoy history '",
    "zsh": """autoload -U compinit; compinit -u -D; source {script}
_arguments() {{ print -l -- "$@"; }}
words=(openvoy hi); CURRENT=2; _openvoy_completion
words=(openvoy history ''); CURRENT=3; _openvoy_completion""",
}


def run(*command: str, home: Path, script: str | None = None) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "HOME": str(home), "PATH": f"{OPENVOY.parent}:{os.environ['PATH']}"}
    return subprocess.run(command, input=script, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("shell", TALKS)
@pytest.mark.sample(1)
def test_a_shell_completes_commands(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "openvoy.completion"
    script.write_text(run(str(OPENVOY), "completion", shell, home=tmp_path).stdout)
    finished = run(shell, script=TALKS[shell].format(script=script), home=tmp_path)
    assert "history" in finished.stdout, finished.stderr
    assert {"export", "backup"} <= set(re.findall(r"\w+", finished.stdout)), finished.stderr


def test_an_unknown_shell_is_told_which_are_known(tmp_path: Path) -> None:
    finished = run(str(OPENVOY), "completion", "tcsh", home=tmp_path)
    assert finished.returncode == 2
    assert "Known are: bash, zsh, fish." in finished.stderr
