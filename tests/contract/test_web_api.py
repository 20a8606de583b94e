from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from openvoy import __version__
from openvoy.testing.clock import NOON
from openvoy.web.api import OPERATIONS
from openvoy.web.app import CSRF_COOKIE
from tests.contract.web_service import Setup, web_service
from tests.unit.web.examples import a_snapshot, a_status

DAY = {"start": "2025-06-21", "end": "2025-06-22"}


async def test_the_parts_of_the_site() -> None:
    async with web_service(Setup(names=("home", "barn"))) as service:
        service.feed.publish(a_status("home"), a_snapshot(1500.0, panels=1))
        service.feed.publish(a_status("barn", state="unreachable", is_fresh=False, fresh_at=None, problem="No answer."))
        home, barn = await service.ask("/api/v1/gateways")
        assert home == {
            "name": "home",
            "host": "envoy.local",
            "serial": "1220home",
            "state": "ok",
            "fresh_at": "2025-06-21T12:00:00Z",
            "is_fresh": True,
            "problem": None,
            "hint": None,
            "load_pct": None,
            "login_trouble": None,
            "settings_at": None,
        }
        assert (barn["state"], barn["fresh_at"], barn["problem"]) == ("unreachable", None, "No answer.")
        site = await service.ask("/api/v1/site")
        assert site == {
            "name": "home",
            "time_zone": "Europe/Paris",
            "latitude": 48.85,
            "longitude": 2.35,
            "version": __version__,
        }


async def test_a_snapshot_has_the_documented_parts() -> None:
    async with web_service() as service:
        service.feed.publish(a_status(), a_snapshot(1500.0, panels=1))
        snapshot = await service.ask("/api/v1/snapshot")
        assert set(snapshot) >= {
            "gateway", "at", "power", "energy", "meters", "inverters", "batteries", "storage", "grid", "contacts",
            "generator", "tariff", "missing",
        }  # fmt: skip
        assert snapshot["at"] == "2025-06-21T12:00:00Z"
        assert snapshot["power"]["solar_w"] == 1500.0
        assert snapshot["power"]["load_w"] is None
        assert snapshot["inverters"][0]["power_w"] == 200.0
        assert snapshot["storage"] is None
        for name in ("home", "1220home"):
            assert await service.ask("/api/v1/snapshot", gateway=name) == snapshot


async def test_without_a_reading_there_is_no_snapshot() -> None:
    async with web_service(Setup(names=("home", "barn"))) as service:
        nothing = await service.ask("/api/v1/snapshot", 404)
        assert "No gateway" in nothing["error"]
        service.feed.publish(a_status("home", state="needs_login", problem="The token expired.", hint="Fetch one."))
        assert await service.ask("/api/v1/snapshot", 404) == {
            "error": "Gateway 'home' has not been read yet. The token expired.",
            "hint": "Fetch one.",
            "kind": "NothingThere",
        }
        unknown = await service.ask("/api/v1/snapshot", 404, gateway="shed")
        assert "shed" in unknown["error"]
        assert "home" in unknown["hint"]


async def test_health_is_good_only_while_all_data_is_fresh() -> None:
    async with web_service(Setup(names=("home", "barn"))) as service:
        empty = await service.ask("/healthz", 503)
        assert empty["reasons"] == ["no gateway is configured"]
        service.feed.publish(a_status("home"))
        good = await service.ask("/healthz")
        assert good["status"] == "ok"
        assert good["gateways"][0]["is_fresh"] is True
        service.feed.publish(
            a_status("barn", state="unreachable", is_fresh=False, problem="No answer.", hint="Check the cable.")
        )
        bad = await service.ask("/healthz", 503)
        assert bad["status"] == "stale"
        assert bad["reasons"] == ["barn: No answer."]
        assert bad["hint"] == "Check the cable."
        assert [gateway["is_fresh"] for gateway in bad["gateways"]] == [True, False]
        service.feed.publish(a_status("barn", fresh_at=NOON + timedelta(seconds=5)))
        assert (await service.ask("/healthz"))["history"] == await service.ask("/api/v1/history/state")


@pytest.mark.parametrize(
    ("path", "query", "error", "hint"),
    [
        (
            "history/power",
            {"start": "2025-06-21"},
            "Missing required query parameter 'end'",
            "end: Moment after the last one",
        ),
        ("history/power", {"start": "x", "end": "2025-06-22"}, "start: 'x' is not a time", "ISO 8601"),
        ("history/power", {"start": "2025-06-22", "end": "2025-06-21"}, "start is not before end", "earlier"),
        ("history/power", {**DAY, "step_s": "0"}, "step_s is 0", "at least 1"),
        ("history/power", {**DAY, "step_s": "1"}, "more than 20,000 points", "step_s=5"),
        ("history/power", {**DAY, "step_s": "1.5"}, "step_s: Expected `int`", "step_s: Length of a step"),
        ("history/power", {**DAY, "step": "60"}, "no parameter 'step'", "step_s"),
        (
            "history/energy",
            {**DAY, "by": "decade"},
            "by: Invalid enum value 'decade'",
            "hour, day, week (from Monday), month or year",
        ),
        ("history/energy", {"start": "2000-01-01", "end": "2025-01-01", "by": "hour"}, "longer than", "by="),
        ("history/inverters", {"start": "2025-06-01", "end": "2025-06-04"}, "longer than 2 days", "serial="),
        (
            "history/inverters",
            {"start": "2025-01-01", "end": "2025-06-01", "serial": "1"},
            "longer than 69 days",
            "parts",
        ),
        ("events", {"limit": "0"}, "limit is 0", "1 to 1000"),
        ("events", {"limit": "many"}, "limit: Expected `int`", "limit: How many"),
        ("site", {"gateway": "home"}, "no parameter 'gateway'", "none"),
    ],
)
@pytest.mark.sample(5)
async def test_what_cannot_be_asked_is_told_with_a_remedy(
    path: str, query: dict[str, Any], error: str, hint: str
) -> None:
    async with web_service() as service:
        problem = await service.ask(f"/api/v1/{path}", 400, **query)
        assert list(problem) == ["error", "hint", "kind"]
        assert problem["kind"] == "BadQuery"
        assert error in problem["error"]
        assert hint in problem["hint"]


@pytest.mark.parametrize(
    ("path", "query"),
    [("today", {}), ("history/power", DAY), ("history/energy", DAY), ("history/inverters", DAY), ("events", {})],
)
async def test_without_history_the_rest_goes_on(path: str, query: dict[str, str]) -> None:
    async with web_service() as service:
        service.feed.publish(a_status(), a_snapshot())
        assert await service.ask(f"/api/v1/{path}", 503, **query) == {
            "error": "The history cannot be read: the disk is gone.",
            "hint": "Plug the disk in again.",
            "kind": "StorageError",
        }
        await service.ask("/api/v1/snapshot")
        await service.ask("/healthz")


async def test_history_of_a_gateway_that_never_answered_waits_for_its_serial() -> None:
    async with web_service() as service:
        service.feed.publish(a_status(serial=None, state="starting", is_fresh=False))
        problem = await service.ask("/api/v1/events", 503, gateway="home")
        assert "serial" in problem["error"]
        assert (await service.ask("/api/v1/events", 404, gateway="shed"))["hint"] == "Known are: home."


async def test_what_only_reads_is_only_read() -> None:
    async with web_service() as service:
        service.feed.publish(a_status())
        await service.ask("/api/v1/site")
        token = {cookie.key: cookie.value for cookie in service.browser.cookie_jar}[CSRF_COOKIE]
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            headers = {"X-CSRFToken": token}
            async with service.browser.request(method, "/api/v1/site", data=b"{}", headers=headers) as reply:
                assert reply.status == 405
                problem = await reply.json()
                assert "/api/schema" in problem["hint"]
                assert problem["kind"] == "NotPossible"
        for path, status in (("/", 200), ("/healthz", 200), ("/api/v1/snapshot", 404), ("/api/v1/live", 405)):
            async with service.browser.head(path) as reply:
                assert (reply.status, await reply.read()) == (status, b"")


async def test_what_is_not_there_is_told_as_json() -> None:
    async with web_service() as service:
        for path in ("/api/v2/site", "/api/v1/live/x", "/assets/none.js", "/a/b", "/api"):
            problem = await service.ask(path, 404)
            assert "/api/schema" in problem["hint"]


async def test_big_replies_are_compressed_for_those_who_take_it() -> None:
    async with web_service() as service:
        service.feed.publish(a_status(), a_snapshot(1.0, panels=60))
        plain = await service.ask("/api/v1/snapshot")
        async with aiohttp.ClientSession(service.browser._base_url, auto_decompress=False) as raw:
            async with raw.get("/api/v1/snapshot", headers={"Accept-Encoding": "gzip"}) as reply:
                body = await reply.read()
                assert reply.headers["Content-Encoding"] == "gzip"
                assert reply.headers["Vary"] == "accept-encoding"
            async with raw.get("/api/v1/snapshot", headers={"Accept-Encoding": "identity"}) as reply:
                assert "Content-Encoding" not in reply.headers
                assert len(await reply.read()) > 5 * len(body)
        assert json.loads(gzip.decompress(body)) == plain


async def test_the_schema_is_a_page_for_people_and_a_document_for_programs() -> None:
    async with web_service() as service:
        document = await service.ask("/api/schema")
        assert document["openapi"].startswith("3.")
        assert set(document["paths"]) == {operation.path for operation in OPERATIONS}
        assert await service.ask("/api/schema/openapi.json") == document
        async with service.browser.get("/api/schema", headers={"Accept": "text/html,*/*"}) as reply:
            assert reply.content_type == "text/html"
            assert "<h1>Openvoy HTTP API</h1>" in await reply.text()
        async with service.browser.get("/api/schema/style.css") as reply:
            assert reply.content_type == "text/css"


async def test_the_dashboard_is_served_and_found_again(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>dashboard</title>")
    (tmp_path / "assets" / "index-BViWVlav.js").write_text("export {};")
    async with web_service(Setup(static=tmp_path)) as service:
        for path in ("/", "/index.html", "/history"):
            async with service.browser.get(path) as reply:
                assert reply.content_type == "text/html"
                assert reply.headers["Cache-Control"] == "no-cache"
                etag = reply.headers["ETag"]
            async with service.browser.get(path, headers={"If-None-Match": etag}) as reply:
                assert (reply.status, await reply.read()) == (304, b"")
        async with service.browser.get("/assets/index-BViWVlav.js") as reply:
            assert "immutable" in reply.headers["Cache-Control"]
            assert reply.content_type == "text/javascript"


async def test_without_a_built_dashboard_the_service_says_so(tmp_path: Path) -> None:
    async with web_service(Setup(static=tmp_path / "none")) as service, service.browser.get("/") as reply:
        assert reply.status == 200
        assert "script/run" in await reply.text()
