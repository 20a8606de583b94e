"""Documents say what the program has: pages are current, commands and settings exist, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from openvoy.cli.config.table import settings_of
from reference import cli, configuration, endpoints, errors
from tests.architecture.tree import ROOT, expect_none, tracked_texts

PAGES = {"endpoints.md": endpoints, "cli.md": cli, "configuration.md": configuration, "errors.md": errors}
REFERENCE = ROOT / "docs" / "reference"
BLOCK = re.compile(r"^```(?:sh|shell|console|bash)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")

Known = Mapping[str, set[str]]
"""Options by command."""


def documents() -> list[tuple[str, str]]:
    return [(path, text) for path, text in tracked_texts() if path.endswith(".md")]


def known_commands() -> Known:
    known = {}
    for path, command in cli.commands():
        context = command.context_class(command, info_name=path)
        records = filter(None, (parameter.get_help_record(context) for parameter in command.params))
        known[path] = {"--help", *re.findall(r"(?<!\w)--?[a-z][\w-]*", " ".join(record[0] for record in records))}
    return known


def command_violations(texts: Iterable[tuple[str, str]], known: Known) -> Iterator[str]:
    """Find command lines in code blocks that the program would refuse."""
    for path, text in texts:
        for line in (line for block in BLOCK.findall(text) for line in block.splitlines()):
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words[:1] == ["script/run"]:
                words[0] = "openvoy"
            if words[:1] == ["openvoy"] and len(words) > 1:
                yield from (f"{path}: {line.strip()}: {problem}" for problem in _problems(words[1:], known))


def _problems(words: list[str], known: Known) -> Iterator[str]:
    command = next((name for name in (" ".join(words[:2]), words[0]) if name in known), None)
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


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    assert (REFERENCE / name).read_text().endswith(PAGES[name].render()), "run script/docs"


def test_every_command_is_documented() -> None:
    expect_none(missing_words((REFERENCE / "cli.md").read_text(), (f"openvoy {path}" for path in known_commands())))


def test_every_setting_is_documented() -> None:
    settings = (
        (name, setting) for section in configuration.declared() for name, setting in settings_of(section).items()
    )
    names = [written for name, setting in settings for written in configuration.setting_names(name, setting)]
    assert names
    expect_none(missing_words((REFERENCE / "configuration.md").read_text(), names))


def test_documents_use_commands_that_exist() -> None:
    expect_none(command_violations(documents(), known_commands()))


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


def test_a_missing_word_is_found() -> None:
    assert missing_words("`openvoy read` and openvoy get", ["openvoy read", "openvoy get"]) == [
        "openvoy get is not documented"
    ]


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "b.md").touch()
    text = "[x](b.md#part) [y](../gone.md) [z](https://example.org) [w](#here)"
    assert list(broken_links([("docs/a.md", text)], tmp_path)) == ["docs/a.md: ../gone.md does not exist"]
