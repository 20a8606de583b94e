"""Small pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Render a table; cells may hold any text."""
    lines = [list(header), ["---"] * len(header), *([_cell(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """Render text as code; nothing stays nothing."""
    return f"`{text}`" if str(text) else ""


def first_paragraph(docstring: str | None) -> str:
    """Give the first paragraph of a docstring on one line."""
    return " ".join((docstring or "").strip().partition("\n\n")[0].split())
