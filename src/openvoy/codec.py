"""JSON to typed structs and back. The only file that names msgspec.

A wire struct is decoded leniently: unknown members are ignored, a number written as text is a number, and a member of
the wrong type costs itself, else its row, never the whole reply. What was dropped is told, not hidden.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, ClassVar, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T")

MAX_DEFECTS = 64
"""A reply with more broken members than this is refused whole: it is not the endpoint's reply at all."""

LARGEST = 1e15
"""No gateway counts this far: a lifetime of 100 years at 100 kW is 3.2e14 J. `"nan"` and `"inf"` are no numbers."""


MAX_KEYS = 2000
"""A mapping with more rows is not searched for the broken one; a gateway lists 50 devices."""


class DecodeError(ValueError):
    """The text is not JSON, or nothing of the expected shape can be saved from it; `json_path` says where."""

    def __init__(self, reason: str, json_path: str = "$") -> None:
        super().__init__(reason)
        self.reason = reason
        self.json_path = json_path


@dataclass_transform(frozen_default=True)
class WireStruct(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of all wire structs: immutable; `None` is "not said" and is left out when encoded."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class ValueStruct(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """Base of values that are made and looked up by the thousand: immutable, hashed once.

    To `dataclasses.replace`, `asdict` and `fields` they are dataclasses, of which one takes ten times as long to make.
    """

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]] = {}

    def __init_subclass__(cls, **config: Any) -> None:
        super().__init_subclass__(**config)
        own: Any = dataclasses.make_dataclass(
            cls.__name__, cls.__annotations__.items(), init=False, repr=False, eq=False
        )
        cls.__dataclass_fields__ = {**cls.__dataclass_fields__, **own.__dataclass_fields__}


def said(name: str) -> Any:
    """Declare a member by its wire name; None where the gateway does not say it."""
    return msgspec.field(name=name, default=None)


def each(rows: Iterable[T] | None) -> Iterable[T]:
    """Go through rows that may not have been said."""
    return () if rows is None else rows


def doc(unit: str, meaning: str) -> msgspec.Meta:
    """Annotate a member with its unit ("" if it has none) and its meaning; the endpoint reference is made of these."""
    return msgspec.Meta(description=meaning, extra={"unit": unit})


def encode_json(value: object, *, indent: int | None = None) -> bytes:
    """Encode structs, dataclasses and plain values as JSON; `indent` spaces for people."""
    encoded = msgspec.json.encode(value, enc_hook=_simple)
    return encoded if indent is None else msgspec.json.format(encoded, indent=indent)


def _simple(value: object) -> object:
    """Give a number or a text of a library's own kind as what it is derived from."""
    for kind in (float, int, str):
        if isinstance(value, kind):
            return kind(value)
    raise TypeError(f"JSON has nothing like a {type(value).__name__}")


StructT = TypeVar("StructT", bound=WireStruct)


def changed(struct: StructT, **members: Any) -> StructT:
    """Copy a struct with other members."""
    return msgspec.structs.replace(struct, **members)


def plain(value: object) -> Any:
    """Turn structs and dataclasses into dicts, lists and plain values."""
    return msgspec.to_builtins(value)


def convert(value: object, shape: type[T]) -> T:
    """Turn plain values into `shape`, strictly; raise DecodeError with the path of the first misfit."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise DecodeError(*_split_path(str(error))) from error


def parse(body: bytes, shape: type[T]) -> T:
    """Decode JSON to `shape`, strictly and without unknown members being minded; raise DecodeError."""
    return convert(_parse(body), shape)


@functools.cache
def decoder(shape: Any) -> Callable[[bytes], tuple[Any, tuple[DecodeError, ...]]]:
    """Build a decoder for `shape`: it returns the value and the members that had to be dropped."""
    fast = _bounded_decoder(shape)

    def decode(body: bytes) -> tuple[Any, tuple[DecodeError, ...]]:
        try:
            return fast.decode(body), ()
        except msgspec.ValidationError:
            return _salvage(_parse(body), shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise DecodeError(str(error)) from error

    return decode


def _bounded_decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    """Build a decoder to which a number beyond all measure is as wrong as a text; that costs nothing then."""
    structs = dict.fromkeys(_structs_of(shape))
    hints = {struct: get_type_hints(struct, include_extras=True) for struct in structs}
    written = {struct: struct.__annotations__ for struct in structs}
    for struct in structs:
        struct.__annotations__ = {name: _bounded(hints[struct][name]) for name in written[struct]}
    try:
        # The library reads a struct's annotations once, here.
        return msgspec.json.Decoder(_bounded(shape), strict=False)
    finally:
        for struct in structs:
            struct.__annotations__ = written[struct]


def _structs_of(hint: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
        for inner in get_type_hints(hint).values():
            yield from _structs_of(inner)
    for inner in get_args(hint):
        yield from _structs_of(inner)


_BOUNDS = {
    float: Annotated[float, msgspec.Meta(ge=-LARGEST, le=LARGEST)],
    int: Annotated[int, msgspec.Meta(ge=-int(LARGEST), le=int(LARGEST))],
}


def _bounded(hint: Any) -> Any:
    """Give a type whose numbers have bounds."""
    if hint in _BOUNDS:
        return _BOUNDS[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return Annotated[(_bounded(arguments[0]), *arguments[1:])]
    if origin in {Union, types.UnionType}:
        return Union[tuple(map(_bounded, arguments))]  # noqa: UP007 - of a computed tuple
    if origin in {tuple, dict, list}:
        return origin[tuple(map(_bounded, arguments))]
    return hint


def _parse(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DecodeError(str(error)) from error


def _salvage(root: Any, shape: Any) -> tuple[Any, tuple[DecodeError, ...]]:
    """Drop the member that does not fit, then its row, until the rest fits."""
    defects: list[DecodeError] = []
    while True:
        try:
            return msgspec.convert(root, shape, strict=False), tuple(defects)
        except msgspec.ValidationError as error:
            reason, path = _split_path(str(error))
            if len(defects) >= MAX_DEFECTS or not _drop(root, shape, path):
                raise DecodeError(reason, path) from error
            defects.append(DecodeError(reason, path))


def _split_path(message: str) -> tuple[str, str]:
    reason, _, path = message.partition(" - at `")
    return reason, path.rstrip("`") or "$"


_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def _drop(root: Any, shape: Any, path: str) -> bool:
    """Delete from `root` the member or row that `path` names; False where that would be the root itself."""
    steps: list[str | int] = [name or (index if index == "..." else int(index)) for name, index in _STEP.findall(path)]
    return bool(steps) and _drop_below(root, shape, path, root, steps)


def _drop_below(root: Any, shape: Any, path: str, holder: Any, steps: list[str | int]) -> bool:
    """Follow the steps from `holder` on; msgspec names the members of a mapping only as `[...]`."""
    step, *rest = steps
    if step != "...":
        if rest:
            return _drop_below(root, shape, path, holder[step], rest)
        del holder[step]
        return True
    entries = dict(holder)
    if len(entries) > MAX_KEYS:
        return False
    found = None
    for key, value in entries.items():
        # The others stay out while the rest of the path is followed: they may be wrong in the same place.
        holder.clear()
        holder[key] = value
        if _is_misfit(root, shape, path) and (not rest or _drop_below(root, shape, path, value, rest)):
            found = key
            break
    holder.clear()
    holder.update(entries)
    if found is not None and not rest:
        del holder[found]
    return found is not None


def _is_misfit(root: Any, shape: Any, path: str) -> bool:
    try:
        msgspec.convert(root, shape, strict=False)
    except msgspec.ValidationError as error:
        return _split_path(str(error))[1] == path
    return False
