"""Whether a page or data is wanted."""

from __future__ import annotations


def prefers_html(accept: str | None) -> bool:
    """Whether an Accept header names HTML, and likes it no less than JSON. Who takes anything gets data."""
    weights = dict(filter(None, map(_parse_range, (accept or "").lower().split(","))))
    html = max(weights.get("text/html", 0.0), weights.get("application/xhtml+xml", 0.0))
    return html > 0 and html >= weights.get("application/json", 0.0)


def _parse_range(text: str) -> tuple[str, float] | None:
    kind, *parameters = (part.strip() for part in text.split(";"))
    weight = next((part.removeprefix("q=") for part in parameters if part.startswith("q=")), "1")
    try:
        return (kind, float(weight)) if kind else None
    except ValueError:
        return None
