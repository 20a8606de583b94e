"""Plain HTML for people: whole documents, tables and lists of facts. Every text is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files

STYLE = files("openvoy.virtual").joinpath("page.css").read_text(encoding="utf-8")
"""The one style of all pages."""


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


EMPTY = Html("")


def render_text(value: object) -> Html:
    """Render a value as text of a page; HTML stays as it is, None is a dash."""
    if isinstance(value, Html):
        return value
    return Html("–" if value is None else escape(str(value)))


def join(*parts: Html) -> Html:
    """Join pieces of HTML, one a line."""
    return Html("\n".join(part for part in parts if part))


def render_document(title: str, body: Html, *, head: Html = EMPTY, header: Html = EMPTY) -> bytes:
    """Render a whole page; `head` is what is linked, `header` stands above the content."""
    page = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{head}\n</head>\n<body>\n{header}\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
    # A header may have held bytes that are no text, and they may be shown again.
    return page.encode("utf-8", "replace")


def render_section(title: str, *parts: Html) -> Html:
    """Render a card with a heading."""
    return join(Html(f"<section>\n<h2>{escape(title)}</h2>"), *parts, Html("</section>"))


def render_paragraph(text: object, *, kind: str | None = None) -> Html:
    """Render a paragraph; `kind` is hint or alert."""
    role = ' role="alert"' if kind == "alert" else ""
    mark = f' class="{kind}"' if kind else ""
    return Html(f"<p{mark}{role}>{render_text(text)}</p>")


def render_facts(facts: Iterable[tuple[str, object]]) -> Html:
    """Render names with their values; what was not said is left out."""
    rows = [f"<dt>{escape(name)}</dt><dd>{render_text(value)}</dd>" for name, value in facts if value is not None]
    return Html("<dl>\n" + "\n".join(rows) + "\n</dl>")


def render_table(
    caption: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: frozenset[str] = frozenset()
) -> Html:
    """Render a table; the columns named in `numbers` stand to the right."""
    marks = [' class="number"' if name in numbers else "" for name in header]
    heads = "".join(f'<th scope="col"{mark}>{escape(name)}</th>' for name, mark in zip(header, marks, strict=True))
    lines = [
        "<tr>" + "".join(f"<td{mark}>{render_text(cell)}</td>" for cell, mark in zip(row, marks, strict=True)) + "</tr>"
        for row in rows
    ]
    table = (
        f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
        + "\n".join(lines)
        + "\n</tbody>\n</table>"
    )
    return Html(f'<div class="scroll">\n{table}\n</div>')


def render_hidden(fields: Mapping[str, str]) -> Html:
    """Render fields of a form that nobody sees; the name stands before the value, where scripts look for it."""
    return join(
        *(Html(f'<input type="hidden" name="{escape(name)}" value="{escape(text)}">') for name, text in fields.items())
    )


def render_options(options: Iterable[tuple[str, str]]) -> Html:
    """Render the choices of a list: value and what a person reads."""
    return join(*(Html(f'<option value="{escape(value)}">{escape(text)}</option>') for value, text in options))


def render_link(address: str, text: str) -> Html:
    """Render a link."""
    return Html(f'<a href="{escape(address)}">{escape(text)}</a>')
