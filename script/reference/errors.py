"""docs/reference/errors.md: the error tree with its remedies and exit codes."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.errors import OpenvoyError, Remedy
from reference.markdown import code, first_paragraph, table

INTRODUCTION = """# Errors

Every error that Openvoy raises on purpose. Its remedy drives the retry loop, the supervisor and the dashboard; its exit
code ends a command. Every message says what to do.

"""
END = "\nA command that succeeds ends with 0, one that is interrupted with 130.\n"
REMEDIES = {
    Remedy.HUMAN: "a person must do something",
    Remedy.BACK_OFF: "wait, then try again",
    Remedy.RENEW: "log in again, once",
    Remedy.FORGET: "do not ask again until firmware or login changes",
    Remedy.SKIP: "this reply is lost, the next may be good",
}


def render() -> str:
    """Render the page."""
    rows = [
        (
            f"{'&nbsp;&nbsp;' * depth}{code(kind.__name__)}",
            first_paragraph(kind.__doc__),
            REMEDIES[kind.remedy],
            str(kind.exit_code),
        )
        for depth, kind in _tree(OpenvoyError, 0)
    ]
    return INTRODUCTION + table(("error", "what happened", "remedy", "exit code"), rows) + END


def _tree(kind: type[OpenvoyError], depth: int) -> Iterator[tuple[int, type[OpenvoyError]]]:
    yield depth, kind
    for child in kind.__subclasses__():
        if child.__module__ == kind.__module__:
            yield from _tree(child, depth + 1)
