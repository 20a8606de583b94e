"""docs/reference/cli.md: every command with its options.

Commands are taken as `Any`: typer brings click along under a private name.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer

from openvoy.cli import app
from reference.markdown import code, table

INTRODUCTION = """# Commands

Every command explains itself: `openvoy COMMAND --help`. The exit codes are in [errors.md](errors.md). With `--json`,
one JSON document goes to stdout and everything else to stderr.

"""


def render() -> str:
    """Render the page."""
    found = list(commands())
    summary = table(
        ("command", "what it does"), ((f"[`openvoy {path}`](#{_anchor(path)})", _summary(item)) for path, item in found)
    )
    return INTRODUCTION + summary + "".join(_section(path, item) for path, item in found)


def commands() -> Iterator[tuple[str, Any]]:
    """Give every command with its words, such as `token show`."""
    app.load_commands()
    root = typer.main.get_command(app._app)  # noqa: SLF001 - what registers commands needs no other reader
    yield from _leaves("", root)


def _leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name, child in sorted(command.commands.items()):
        yield from _leaves(f"{path} {name}".strip(), child)


def _anchor(path: str) -> str:
    return f"openvoy-{path.replace(' ', '-')}"


def help_of(command: Any) -> str:
    """Give the help of a command as it was written."""
    return inspect.cleandoc(command.help or "").replace("\b\n", "")


def _summary(command: Any) -> str:
    return help_of(command).partition("\n\n")[0]


def _section(path: str, command: Any) -> str:
    context = command.context_class(command, info_name=f"openvoy {path}")
    records = [parameter.get_help_record(context) for parameter in command.params]
    rows = [(code(usage), meaning) for usage, meaning in filter(None, records)]
    return f"\n## openvoy {path}\n\n{help_of(command)}\n\n{table(('parameter', 'meaning'), rows)}"
