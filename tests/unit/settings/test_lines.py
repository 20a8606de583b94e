from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from openvoy.settings.lines import Key, find_lines, line_of

TEXT = '''
# [web] is not here
title = """
[web]
listen = "no"
"""
[[gateway]]
name = "a"
[[gateway]] # second
"na me" = "[[gateway]]"
list = [
  "x", # ]
  "host = 1",
]
inline = { user = "u", deep = { more = 1 } }
[gateway.cloud]
user = 'b'
[site."Le Mans"]
a.b.c = 1
[web]
listen = """\\
  one line"""
last = true
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("title",), 3),
        (("gateway", 0), 7),
        (("gateway", 0, "name"), 8),
        (("gateway", 1), 9),
        (("gateway", 1, "na me"), 10),
        (("gateway", 1, "list"), 11),
        (("gateway", 1, "list", 1), 11),
        (("gateway", 1, "inline", "deep", "more"), 15),
        (("gateway", 1, "cloud", "user"), 17),
        (("site", "Le Mans"), 18),
        (("site", "Le Mans", "a", "b", "c"), 19),
        (("web", "listen"), 21),
        (("web", "last"), 23),
        (("web", "absent"), 20),
        (("absent",), None),
        ((), None),
    ],
)
def test_settings_are_found_where_they_stand(key: Key, line: int | None) -> None:
    assert line_of(find_lines(TEXT), key) == line


def test_everything_that_toml_reads_has_a_line() -> None:
    lines = find_lines(TEXT)

    def keys(value: Any, path: Key) -> Iterator[Key]:
        if isinstance(value, dict):
            for name, member in value.items():
                yield from keys(member, (*path, name))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for index, member in enumerate(value):
                yield from keys(member, (*path, index))
        else:
            yield path

    for key in keys(tomllib.loads(TEXT), ()):
        assert line_of(lines, key) is not None, key
