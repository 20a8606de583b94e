"""Documents say what the program has: pages are current, commands and settings exist, links lead somewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from openvoy.settings.table import settings_of
from reference import configuration, pages
from tests.architecture.tree import ROOT, expect_none, tracked_texts

REFERENCE = ROOT / "docs" / "reference"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHELLS = {"", "sh", "shell", "console", "bash"}
OWN = ("openvoy ", "script/run ")
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")

Known = Mapping[str, set[str]]
"""Options by command."""


def documents() -> list[tuple[str, str]]:
    return [(path, text) for path, text in tracked_texts() if path.endswith(".md")]


def parse_commands(page: str) -> Known:
    """Read commands and their options from the reference, which is held against the program."""
    sections = re.findall(r"^## openvoy (.+)\n((?:(?!^## ).*\n?)*)", page, re.MULTILINE)
    return {
        name: {"--help", *re.findall(r"(?<![\w-])--?[a-z][\w-]*", " ".join(_parameters(text)))}
        for name, text in sections
    }


def _parameters(section: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)


def command_violations(texts: Iterable[tuple[str, str]], known: Known) -> Iterator[str]:
    """Find command lines in code blocks that the program would refuse."""
    for path, text in texts:
        blocks = (block.replace("\\\n", " ") for language, block in BLOCK.findall(text) if language in SHELLS)
        for line in (line for block in blocks for line in block.splitlines()):
            if not line.removeprefix("$ ").startswith(OWN):
                continue
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words[:1] == ["script/run"]:
                words[0] = "openvoy"
            if words[:1] == ["openvoy"] and len(words) > 1:
                yield from (f"{path}: {line.strip()}: {problem}" for problem in _problems(words[1:], known))


def _problems(words: list[str], known: Known) -> Iterator[str]:
    names = (" ".join(words[:count]) for count in (3, 2, 1))
    command = next((name for name in names if name in known), None)
    if command is None:
        if words[0] not in {"--help", "--version"}:
            yield "no such command"
        return
    for word in words:
        if word.startswith("-") and word.partition("=")[0] not in known[command]:
            yield f"{command} has no {word}"


def missing_words(page: str, words: Iterable[str]) -> list[str]:
    return [f"{word} is not documented" for word in words if f"`{word}`" not in page]


def broken_links(texts: Iterable[tuple[str, str]], root: Path) -> Iterator[str]:
    for path, text in texts:
        for target in LINK.findall(text):
            if not (root / path).parent.joinpath(target).exists():
                yield f"{path}: {target} does not exist"


def test_generated_pages_are_current() -> None:
    command = [sys.executable, "-m", "reference", "--check"]
    # A process of its own: tests of the command line register commands of theirs.
    finished = subprocess.run(command, check=False, cwd=ROOT / "script", capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr


def test_every_setting_is_documented() -> None:
    settings = (
        (name, setting) for section in configuration.declared() for name, setting in settings_of(section).items()
    )
    names = [written for name, setting in settings for written in configuration.setting_names(name, setting)]
    assert names
    expect_none(missing_words((REFERENCE / "configuration.md").read_text(), names))


def test_documents_use_commands_that_exist() -> None:
    expect_none(command_violations(documents(), parse_commands((REFERENCE / "cli.md").read_text())))


def test_links_lead_somewhere() -> None:
    expect_none(broken_links(documents(), ROOT))


@pytest.mark.parametrize("line", ["openvoy reed", "script/run read --jsn", "$ openvoy token fetch --jsno  # comment"])
def test_a_wrong_command_line_is_found(line: str) -> None:
    known = {"read": {"--json"}, "token fetch": {"--json"}}
    assert len(list(command_violations([("a.md", f"```sh\n{line}\n```")], known))) == 1


def test_a_right_command_line_is_not() -> None:
    lines = "openvoy read --json\nscript/run\nscript/run token fetch --json=1 # or so\nother --thing"
    known = {"read": {"--json"}, "token fetch": {"--json"}}
    assert list(command_violations([("a.md", f"```\n{lines}\n```")], known)) == []


def test_a_stale_page_is_found(tmp_path: Path) -> None:
    page = tmp_path / "errors.md"
    assert pages.compare(page, "new\n")
    pages.write(page, "new\n")
    assert not pages.compare(page, "new\n")


def test_commands_are_read() -> None:
    table = "| parameter | meaning |\n| `--json` | x |\n| `-v, --verbose` | y |\n"
    page = f"# Commands\n\n## openvoy read\n\nReads.\n\n{table}\n## openvoy token fetch\n\n| `path <str>` | z |\n"
    assert parse_commands(page) == {"read": {"--help", "--json", "-v", "--verbose"}, "token fetch": {"--help"}}


def test_a_missing_word_is_found() -> None:
    assert missing_words("`openvoy read` and openvoy get", ["openvoy read", "openvoy get"]) == [
        "openvoy get is not documented"
    ]


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "b.md").touch()
    text = "[x](b.md#part) [y](../gone.md) [z](https://example.org) [w](#here)"
    assert list(broken_links([("docs/a.md", text)], tmp_path)) == ["docs/a.md: ../gone.md does not exist"]
