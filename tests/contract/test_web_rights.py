"""Who only looks changes nothing by any request: each operation with what it wants, and odd ways to ask for it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from openvoy.collector import ControlDesk
from openvoy.store import HistoryStore
from openvoy.web.access import Right
from openvoy.web.access.book import FILE_NAME
from openvoy.web.api import OPERATIONS
from openvoy.web.app import CSRF_COOKIE, build_schema
from openvoy.web.operation import Operation
from tests.contract.control_support import Bench, bench
from tests.contract.test_web_access import PASSWORD, make_owner, send, stranger
from tests.contract.web_service import Setup, WebService, web_service
from tests.unit.web.examples import a_status

OWNERS = [one for one in OPERATIONS if one.right is Right.OWNER]
SEND_METHODS = ("POST", "PUT", "DELETE", "PATCH")


@dataclass(frozen=True, kw_only=True)
class House:
    """A dashboard before a gateway that may be told things."""

    web: WebService
    told: Bench
    accounts: Path


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    store = await HistoryStore.open(folder / "history")
    accounts = folder / FILE_NAME
    try:
        async with (
            bench("8.3.5169", folder, enabled=True) as told,
            ControlDesk({"home": told.gateway.control}, audit=told.audit, store=store, is_enabled=True) as desk,
            web_service(Setup(store=store, desk=desk, accounts=accounts)) as web,
        ):
            web.feed.publish(a_status())
            await web.browser.get("/")
            await make_owner(web)
            await send(web.browser, "PUT", "/api/v1/accounts", name="guest", password=PASSWORD, right="viewer")
            yield House(web=web, told=told, accounts=accounts)
    finally:
        await store.close()


@asynccontextmanager
async def looking(home: House, how: str) -> AsyncIterator[tuple[aiohttp.ClientSession, Mapping[str, str]]]:
    """Give somebody who only looks, with what their requests show; the page's token is right."""
    async with stranger(home.web) as browser:
        await browser.get("/")
        headers = {"X-CSRFToken": next(one.value for one in browser.cookie_jar if one.key == CSRF_COOKIE)}
        if how == "account":
            await send(browser, "POST", "/api/v1/login", name="guest", password=PASSWORD)
        else:
            issued = await send(home.web.browser, "POST", "/api/v1/keys", name="hall", kind=how)
            if how == "link":
                await send(browser, "POST", "/api/v1/login/link", link=issued["shown"])
            else:
                headers = {"Authorization": f"Bearer {issued['shown']}"}
        async with browser.get("/api/v1/me", headers=headers) as reply:
            assert (await reply.json())["right"] == "viewer"
        yield browser, headers


def example(schema: Mapping[str, Any]) -> Any:
    """Build the least that a schema accepts."""
    if "$ref" in schema:
        return example(build_schema()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for word in ("oneOf", "anyOf", "allOf"):
        if word in schema:
            return example(schema[word][0])
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "object":
        return {name: example(schema["properties"][name]) for name in schema.get("required", ())}
    return {"array": [], "string": "x", "boolean": True, "integer": 1, "number": 1.0, "null": None}[kind]


def right_request(operation: Operation) -> tuple[dict[str, str], Any]:
    """Give query and body that the operation accepts."""
    described = build_schema()["paths"][operation.path][operation.method.lower()]
    query = {one["name"]: str(example(one["schema"])) for one in described.get("parameters", ()) if one["required"]}
    content = described.get("requestBody", {}).get("content", {})
    return query, example(content["application/json"]["schema"]) if content else None


@pytest.mark.parametrize("how", ["account", "link", "key"])
@pytest.mark.sample(1)
async def test_each_operation_that_changes_something_is_refused(tmp_path: Path, how: str) -> None:
    async with house(tmp_path) as home:
        async with looking(home, how) as (browser, headers):
            before = json.loads(home.accounts.read_text())
            for one in OWNERS:
                query, body = right_request(one)
                async with browser.request(one.method, one.path, params=query, json=body, headers=headers) as reply:
                    assert reply.status == 403, (one.method, one.path, await reply.text())
                    assert "may look, not change" in (await reply.json())["error"]
                async with browser.request(
                    one.method, one.path, params={"x": "y"}, data=b"{", headers=headers
                ) as reply:
                    assert reply.status == 403, (one.method, one.path, await reply.text())
            assert json.loads(home.accounts.read_text()) == before
        assert home.told.writes == []


async def test_no_odd_way_of_asking_is_a_way_around(tmp_path: Path) -> None:
    wish = json.dumps({"control": "battery.reserve", "arguments": {"reserve": 35}})
    path = "/api/v1/control/apply"
    async with house(tmp_path) as home, looking(home, "account") as (browser, headers):
        odd: list[tuple[str, str, dict[str, str]]] = [
            *((method, path, {}) for method in (*SEND_METHODS, "GET", "HEAD", "OPTIONS")),
            *(("POST", one, {}) for one in (f"{path}/", f"{path}//", path.upper(), "/api/v1/./control/apply")),
            ("POST", path, {"X-HTTP-Method-Override": "PUT"}),
            ("POST", "/api/v1/control", {"X-Original-URL": path, "X-Rewrite-URL": path}),
            ("POST", path, {"X-Remote-User-Name": "anna", "Remote-User": "anna", "X-Forwarded-For": "127.0.0.1"}),
            ("POST", path, {"Authorization": "Bearer nobody"}),
            ("POST", path, {"Authorization": "Basic YW5uYTp4"}),
            ("POST", path, {"Content-Type": "text/plain"}),
            ("POST", path, {"Content-Type": "application/x-www-form-urlencoded"}),
            ("POST", f"{path}?control=battery.reserve", {}),
        ]
        for method, target, more in odd:
            sent = {"Content-Type": "application/json", **headers, **more}
            async with browser.request(method, target, data=wish, headers=sent) as reply:
                assert reply.status in {204, 400, 401, 403, 404, 405, 415}, (method, target, more, reply.status)
        assert home.told.writes == []
        # The same by who may: what was sent above would have changed something.
        await send(home.web.browser, "POST", path, **json.loads(wish))
        assert len(home.told.writes) == 1
