"""Any JSON at all, and anything shaped like a wire struct: decoded or refused, and then written again."""

from __future__ import annotations

import json
import types
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from openvoy.codec import WireStruct, decoder, encode_json
from openvoy.errors import BadPayload
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.registry import REGISTRY

JSON_ENDPOINTS = [endpoint for endpoint in REGISTRY.values() if endpoint.parse is None and endpoint.reply is not None]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
BOUNDED = settings(max_examples=40, suppress_health_check=list(HealthCheck))
"""Times some 140 endpoints."""

pytestmark = pytest.mark.timeout(60)


def shaped(hint: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Make values as a wire struct has them, now and then something else in their place."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return shaped(arguments[0], depth)
    if isinstance(hint, type) and issubclass(hint, WireStruct):
        members = {
            field.encode_name: shaped(get_type_hints(hint, include_extras=True)[field.name], depth + 1)
            for field in fields_of(hint)
        }
        return st.fixed_dictionaries({}, optional=members) if depth < 6 else st.just({})
    if origin in {Union, types.UnionType}:
        return st.one_of(*(shaped(one, depth) for one in arguments))
    if origin is tuple:
        return st.lists(shaped(arguments[0], depth + 1), max_size=3)
    if origin is dict:
        return st.dictionaries(st.text(max_size=8), shaped(arguments[1], depth + 1), max_size=3)
    return of_kind(hint) | (SCALARS if depth % 2 else ANYTHING)


def of_kind(hint: Any) -> st.SearchStrategy[Any]:
    kinds: dict[Any, st.SearchStrategy[Any]] = {
        int: st.integers(-(2**70), 2**70),
        float: st.floats(),
        str: st.text(max_size=30),
        bool: st.booleans(),
        type(None): st.none(),
    }
    return kinds.get(hint, SCALARS)


def fields_of(struct: type[WireStruct]) -> list[Any]:
    names = zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True)
    return [types.SimpleNamespace(name=name, encode_name=encoded) for name, encoded in names]


def check(endpoint: Endpoint[Any], value: Any) -> None:
    body = json.dumps(value).encode()
    try:
        decoded = endpoint.decode(body)
    except BadPayload as error:
        assert error.hint  # noqa: PT017 - either outcome is right
        assert error.endpoint == endpoint.name  # noqa: PT017 - as above
        return
    again = endpoint.decode(endpoint.encode(decoded.value))
    assert again.value == decoded.value
    assert again.defects == ()


@pytest.mark.parametrize("endpoint", JSON_ENDPOINTS, ids=lambda endpoint: endpoint.name)
@pytest.mark.sample(40)
def test_what_looks_like_a_reply_is_decoded_and_written_again(endpoint: Endpoint[Any]) -> None:
    @seed(1)
    @BOUNDED
    @given(shaped(endpoint.reply))
    def holds(value: Any) -> None:
        check(endpoint, value)

    holds()


@seed(2)
@settings(BOUNDED, max_examples=300)
@given(st.sampled_from(JSON_ENDPOINTS), ANYTHING)
def test_any_json_is_decoded_or_refused(endpoint: Endpoint[Any], value: Any) -> None:
    check(endpoint, value)


@seed(3)
@settings(BOUNDED, max_examples=300)
@given(st.sampled_from(list(REGISTRY.values())), st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(endpoint: Endpoint[Any], body: bytes) -> None:
    try:
        endpoint.decode(body)
    except BadPayload as error:
        assert error.hint  # noqa: PT017 - either outcome is right


def test_strategies_make_values_that_decode_whole() -> None:
    class Sample(WireStruct):
        power_w: float | None = None
        rows: tuple[int, ...] | None = None

    found = []

    @seed(4)
    @settings(BOUNDED, max_examples=200)
    @given(shaped(Sample))
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    assert any(isinstance(value.get("rows"), list) and value["rows"] for value in found)
    assert decoder(Sample)(encode_json({"power_w": 1.5}))[0].power_w == 1.5
