"""The browsable page of the HTTP API: the schema as plain HTML. It runs no script and loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

STYLE_PATH = "/api/schema/style.css"
JSON_PATH = "/api/schema/openapi.json"

STYLE = b"""
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
section { border-top: 1px solid #8886; padding-block: .5rem 1rem; }
h2, h3 { margin-block: 1rem .25rem; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8883; }
"""

Schema = Mapping[str, Any]


def render_schema_page(document: Schema) -> bytes:
    """Render an OpenAPI document: operations with parameters and replies, then the types they speak of."""
    info = document["info"]
    operations = [
        _render_operation(path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    types = [_render_type(name, schema) for name, schema in sorted(document["components"]["schemas"].items())]
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(info["title"])} HTTP API</title>
<link rel="icon" href="{_link("/favicon.svg")}" type="image/svg+xml">
<link rel="stylesheet" href="{_link(STYLE_PATH)}"></head><body>
<h1>{escape(info["title"])} HTTP API</h1>
<p>{escape(info.get("description", ""))}</p>
<p>Version {escape(info["version"])} · <a href="{_link(JSON_PATH)}">OpenAPI as JSON</a>
· <a href="{_link("/")}">Dashboard</a></p>
<main><h2>Operations</h2>{"".join(operations)}<h2>Types</h2>{"".join(types)}</main></body></html>
"""
    return page.encode()


def _link(path: str) -> str:
    """Link from /api/schema, relative, so that the service may lie below a path of a reverse proxy."""
    return escape(f"..{path}")


def _render_operation(path: str, method: str, operation: Schema) -> str:
    parameters: Sequence[Schema] = operation.get("parameters", ())
    title = f"<code>{method.upper()} {escape(path)}</code>"
    if method == "get" and not any(parameter["required"] for parameter in parameters):
        title = f'<a href="{_link(path)}">{title}</a>'
    rows = [
        (
            f"<code>{escape(one['name'])}</code>{'' if one['required'] else ' (optional)'}",
            _render_kind(one["schema"]),
            escape(one.get("description", "")),
        )
        for one in parameters
    ]
    description = "".join(f"<p>{escape(part)}</p>" for part in operation.get("description", "").split("\n\n"))
    replies = [_render_reply(status, reply) for status, reply in operation["responses"].items()]
    return f"<section><h3>{title}</h3>{description}{_render_table(rows)}{_render_table(replies)}</section>"


def _render_reply(status: str, reply: Schema) -> tuple[str, str, str]:
    kinds = [
        f"<code>{escape(media)}</code> {_render_kind(body.get('schema', {}))}"
        for media, body in reply.get("content", {}).items()
    ]
    return f"<code>{escape(status)}</code>", ", ".join(kinds), escape(reply.get("description", ""))


def _render_type(name: str, schema: Schema) -> str:
    rows = [
        (f"<code>{escape(member)}</code>", _render_kind(kind), escape(kind.get("description", "")))
        for member, kind in schema.get("properties", {}).items()
    ]
    about = escape(schema.get("description", ""))
    return f'<section id="{escape(name)}"><h3>{escape(name)}</h3><p>{about}</p>{_render_table(rows)}</section>'


def _render_kind(schema: Schema) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    for union in ("oneOf", "anyOf"):
        if union in schema:
            return " or ".join(_render_kind(part) for part in schema[union])
    if schema.get("type") == "array":
        return f"list of {_render_kind(schema.get('items', {}))}"
    kind = schema.get("type", "")
    words = " or ".join(kind) if isinstance(kind, list) else kind
    return escape(f"{words} ({schema['format']})" if "format" in schema else words)


def _render_table(rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
