from __future__ import annotations

import base64
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openvoy.errors import ConfigError
from openvoy.virtual.har import parse_har, read_har
from openvoy.virtual.recording import Recording
from tests.unit.virtual.recordings import entry, har


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\x89PNG\r\n", "not a HAR file"),
        (b"<html></html>", "not a HAR file"),
        (b'{"log": {"entries": [', "not a HAR file"),
        (b"[]", "not a HAR file"),
        (b'{"entries": []}', "not a HAR file"),
        (b'{"log": {"entries": {}}}', "not a HAR file"),
        (b'{"log": {"entries": []}}', "no recorded replies"),
        (har([{"request": {"url": "https://a/b"}}]), "no recorded replies"),
    ],
)
def test_what_is_no_recording_is_a_config_error_with_a_remedy(text: bytes, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as caught:
        parse_har(text, name="a.har")
    assert caught.value.message.startswith("a.har: ")
    assert "Give a recording" in caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["absent.har", "."])
def test_a_file_that_cannot_be_read_is_a_config_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_har(tmp_path / name)


def test_a_file_with_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bom.har"
    path.write_bytes(b"\xef\xbb\xbf" + har([entry("/info")]))
    assert [exchange.path for exchange in read_har(path)] == ["/info"]


def test_all_that_a_recorder_wrote_is_taken() -> None:
    (exchange,) = parse_har(
        har([entry("/a?b=1", "x", status=404, host="https://Envoy.LOCAL:443", headers={"Date": "d"}, time=1500)]),
        name="",
    )
    assert (exchange.method, exchange.host, exchange.path) == ("GET", "envoy.local", "/a?b=1")
    assert (exchange.status, exchange.headers, exchange.body) == (404, (("Date", "d"),), b"x")
    assert exchange.duration_s == 1.5


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ({"text": base64.b64encode(b"\x00\xff").decode(), "encoding": "base64"}, b"\x00\xff"),
        ({"text": "é", "mimeType": "text/plain; charset=ISO-8859-4"}, b"\xe9"),
        ({"text": "é"}, b"\xc3\xa9"),
        ({"text": "水", "mimeType": "text/plain; charset=ISO-8859-4"}, "水".encode()),
        ({"text": "é", "mimeType": "text/plain; charset=nonsense"}, b"\xc3\xa9"),
        ({"size": 0}, b""),
        ({}, b""),
    ],
)
def test_bodies_become_the_bytes_of_the_wire(content: dict[str, object], body: bytes) -> None:
    item = entry("/a")
    item["response"]["content"] = content
    assert parse_har(har([item]), name="")[0].body == body


def test_the_charset_of_the_header_counts_before_that_of_the_content() -> None:
    item = entry("/a", "é", headers={"content-type": 'application/json; charset="ISO-8859-4"'}, mimeType="text/plain")
    assert parse_har(har([item]), name="")[0].body == b"\xe9"


def test_what_cannot_be_replayed_is_left_out() -> None:
    lost = entry("/lost", None, size=120)
    broken = entry("/broken", "***", encoding="base64")
    aborted, cached = entry("/aborted", status=0), entry("/cached", status=304)
    elsewhere = entry("/x", host="chrome-extension://abc")
    nothing = {"request": None, "response": None}
    mangled = entry("/mangled")
    mangled["request"]["url"] = "https://[::1"
    kept = parse_har(har([lost, broken, aborted, cached, elsewhere, nothing, mangled, entry("/kept")]), name="")
    assert [exchange.path for exchange in kept] == ["/kept"]


def test_missing_and_odd_members_cost_nothing_else() -> None:
    odd = {
        "time": None,
        "request": {"url": "http://192.0.2.1/info"},
        "response": {"status": 200, "headers": [{"name": "A"}, {"value": "b"}, "c"], "content": {"text": "t"}},
    }
    (exchange,) = parse_har(json.dumps({"log": {"entries": [odd, 7]}}).encode(), name="")
    assert (exchange.method, exchange.headers, exchange.duration_s) == ("GET", (("A", ""),), 0)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
urls = st.text() | st.sampled_from(["https://envoy.local/info", "http://[::1]/a", "//", "https://a:99999/x"])
entries = st.fixed_dictionaries(
    {},
    optional={
        "time": anything,
        "request": st.fixed_dictionaries({}, optional={"method": anything, "url": urls | anything}),
        "response": st.fixed_dictionaries(
            {},
            optional={
                "status": st.sampled_from([0, 200, 404, 700]) | anything,
                "headers": anything,
                "content": anything,
            },
        ),
    },
)


@given(st.lists(entries | anything, max_size=4))
def test_whatever_the_entries_are_it_is_a_recording_or_a_config_error(items: list[object]) -> None:
    document = json.dumps({"log": {"entries": items}}).encode()
    with suppress(ConfigError):
        Recording(parse_har(document, name="fuzz.har"))


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_it_is_a_config_error(data: bytes) -> None:
    with pytest.raises(ConfigError):
        parse_har(data, name="fuzz.har")
