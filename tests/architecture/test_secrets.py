"""No message of a log or an error tells a secret, and no repr shows one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from openvoy import errors
from tests.architecture.tree import AnyFunction, Module, dotted_name, expect_none, modules, sample

VALUES = re.compile(r"(?:^|_)(?:tokens?|passwords?|secrets?|cookies?|jwt|authorization|session_id)$")
FIELDS = re.compile(r"(?:^|_)(?:token|password|secret|session_id)$")
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type)}


def told_secrets(sources: Iterable[Module]) -> Iterator[str]:
    for module in sources:
        for node in module.nodes:
            if isinstance(node, ast.Call) and _tells(node):
                for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                    yield from (f"{module.at(node)}: tells {name}" for name in _secrets_in(argument))


def _tells(call: ast.Call) -> bool:
    holder, _, method = dotted_name(call.func).rpartition(".")
    return (method in LOG_METHODS and "log" in holder.lower()) or method in ERRORS


def _secrets_in(argument: ast.expr) -> Iterator[str]:
    values = [part.value for part in ast.walk(argument) if isinstance(part, ast.FormattedValue)]
    for value in [argument, *values]:
        name = dotted_name(value) if isinstance(value, ast.Name | ast.Attribute) else ""
        if VALUES.search(name.rpartition(".")[2].lower()):
            yield name


def shown_secrets(sources: Iterable[Module]) -> Iterator[str]:
    for module in sources:
        for node in module.nodes:
            if isinstance(node, ast.ClassDef) and _has_made_repr(node):
                yield from (f"{module.at(field)}: repr shows {name}" for field, name in _open_fields(node))


def _has_made_repr(node: ast.ClassDef) -> bool:
    marks = [ast.unparse(mark) for mark in node.decorator_list]
    is_own = any(isinstance(item, AnyFunction) and item.name == "__repr__" for item in node.body)
    return not is_own and any("dataclass" in mark and "repr=False" not in mark for mark in marks)


def _open_fields(node: ast.ClassDef) -> Iterator[tuple[ast.AnnAssign, str]]:
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and FIELDS.search(item.target.id):
            is_hidden = item.value is not None and "repr=False" in ast.unparse(item.value)
            if "str" in ast.unparse(item.annotation) and not is_hidden:
                yield item, item.target.id


def test_no_message_tells_a_secret() -> None:
    expect_none(told_secrets(modules()))


def test_no_repr_shows_a_secret() -> None:
    expect_none(shown_secrets(modules()))


@pytest.mark.parametrize(
    "source",
    [
        'log.info("login with %s", token)',
        'self._log.debug(f"password {self.password!r}")',
        'raise CredentialRejected(f"{credential.token} is refused")',
        'raise errors.NotAuthorized("refused", hint=f"send {session_id}")',
    ],
)
def test_a_told_secret_is_found(source: str) -> None:
    assert len(list(told_secrets([sample(source)]))) == 1


@pytest.mark.parametrize(
    "source",
    [
        'log.info("token of %s is good until %s", name, token.expires_at)',
        'raise ConfigError(f"no {path} with a token")',
        "parse_token(token)",
    ],
)
def test_a_message_without_a_secret_is_not(source: str) -> None:
    assert list(told_secrets([sample(source)])) == []


FIELD = "@dataclass(frozen=True)\nclass A:\n    name: str\n    password: str"


def test_a_shown_secret_is_found() -> None:
    assert len(list(shown_secrets([sample(FIELD)]))) == 1


@pytest.mark.parametrize(
    "source",
    [
        f"{FIELD} = field(repr=False)",
        FIELD.replace("frozen=True", "repr=False"),
        f"{FIELD}\n    def __repr__(self): ...",
    ],
)
def test_a_hidden_secret_is_not(source: str) -> None:
    assert list(shown_secrets([sample(source)])) == []
