from __future__ import annotations

import re
from dataclasses import fields
from html.parser import HTMLParser

import pytest

from openvoy.model import Snapshot
from openvoy.model.view import SnapshotView, build_snapshot_view
from openvoy.web.access import Right
from openvoy.web.api import OPERATIONS
from openvoy.web.app import build_schema
from openvoy.web.operation import Operation
from openvoy.web.schema_page import render_schema_page
from tests.unit.web.examples import a_snapshot


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
def test_every_operation_is_described(operation: Operation) -> None:
    described = build_schema()["paths"][operation.path][operation.method.lower()]
    assert described["description"].endswith(".")
    assert all(parameter["description"] for parameter in described.get("parameters", ()))
    problems = {"400", "401", "403", "404", "409", "429", "502", "503"}
    assert set(described["responses"]) == {"200", *problems}
    for status in problems:
        (content,) = described["responses"][status]["content"].values()
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_the_document_has_all_operations_and_says_who_may() -> None:
    document = build_schema()
    described = {(path, method) for path, item in document["paths"].items() for method in item}
    assert described == {(operation.path, operation.method.lower()) for operation in OPERATIONS}
    assert document["security"] == [{name: []} for name in document["components"]["securitySchemes"]]


def test_who_only_looks_changes_nothing_but_the_own_login() -> None:
    changing = [one for one in OPERATIONS if one.method != "GET" and one.right < Right.OWNER]
    own = {"change_password", "log_in", "log_in_by_link", "log_out"}
    assert {one.handler.__name__ for one in changing} == own
    open_to_all = {one.handler.__name__ for one in OPERATIONS if one.right is Right.NOBODY} - own
    assert open_to_all == {"show_me", "show_start", "show_health"}


def test_replies_have_their_types() -> None:
    document = build_schema()
    power = document["components"]["schemas"]["PowerColumns"]["properties"]
    assert list(power) == ["at", "solar_w", "grid_w", "battery_w", "generator_w", "load_w", "soc_pct"]
    assert power["solar_w"]["type"] == "array"
    reply = document["paths"]["/api/v1/snapshot"]["get"]["responses"]["200"]["content"]["application/json"]
    assert reply["schema"] == {"$ref": "#/components/schemas/SnapshotView"}
    live = document["paths"]["/api/v1/live"]["get"]["responses"]["200"]["content"]
    assert list(live) == ["text/event-stream"]
    by = next(one for one in document["paths"]["/api/v1/history/energy"]["get"]["parameters"] if one["name"] == "by")[
        "schema"
    ]
    assert by["enum"] == ["hour", "day", "week", "month", "year"]


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_is_complete_and_loads_nothing_from_elsewhere() -> None:
    text = render_schema_page(build_schema()).decode()
    page = Page(text)
    for operation in OPERATIONS:
        assert operation.path in text
    assert {tag for tag, _ in page.tags} & {"script", "img", "iframe", "style", "base"} == set()
    links = [value for _, attributes in page.tags for name, value in attributes.items() if name in ("href", "src")]
    assert links
    assert all(link is not None and re.match(r"#|\.\./", link) for link in links)
    targets = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert {link[1:] for link in links if link is not None and link.startswith("#")} <= targets
    assert not any(name.startswith("on") or name == "style" for _, attributes in page.tags for name in attributes)


def test_texts_cannot_become_markup() -> None:
    document = {
        "info": {"title": "<b>", "version": "1"},
        "paths": {"/<i>": {"get": {"responses": {}, "description": "<script>"}}},
        "components": {"schemas": {}},
    }
    text = render_schema_page(document).decode()
    assert not {"b", "i", "script"} & {tag for tag, _ in Page(text).tags}


def test_other_programs_see_all_of_a_snapshot_but_the_raw_counters() -> None:
    expected = {field.name for field in fields(Snapshot)} - {"counters"}
    assert {field.name for field in fields(SnapshotView)} == expected
    snapshot = a_snapshot(5.0, panels=2)
    view = build_snapshot_view(snapshot)
    assert all(getattr(view, name) is getattr(snapshot, name) for name in expected)
