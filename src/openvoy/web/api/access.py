"""Who may see and change what: login, accounts, keys of programs, links of wall tablets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from openvoy.codec import doc
from openvoy.web.access import Caller, Right
from openvoy.web.access.book import Account, Key
from openvoy.web.backend import Backend
from openvoy.web.operation import Operation, Visit
from openvoy.web.problems import BadQuery, NotAllowed, WhoAreYou

RightName = Literal["owner", "viewer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who calls, and what they may do."""

    name: str
    right: Literal["nobody", "viewer", "owner"]
    via: str
    """session, link, key, proxy, or open while there are no accounts."""
    has_accounts: bool
    """False: everybody on this machine is owner, and other machines are not let in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Name and password of an account."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLogin:
    """What a wall tablet's link carries."""

    link: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be made, or to be given a new password or right."""

    name: str
    password: str = field(repr=False)
    right: RightName = "viewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPassword:
    """One's own password, before and after."""

    old_password: str = field(repr=False)
    new_password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """An account without its password."""

    name: str
    right: RightName
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key for a program, or a link for a wall tablet."""

    name: str
    kind: Literal["key", "link"] = "key"
    right: RightName = "viewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A key without what its bearer shows."""

    id: str
    name: str
    kind: Literal["key", "link"]
    right: RightName
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """A new key; `shown` is told this once."""

    key: KeyView
    shown: str = field(repr=False)


async def show_me(backend: Backend, *, visit: Visit) -> Me:
    """Who calls, and what they may do."""
    return _me(backend, visit.caller)


async def log_in(backend: Backend, *, visit: Visit, body: Login) -> Me:
    """Log in with name and password; the browser is remembered."""
    return _me(backend, await backend.access.log_in(visit.visitor, body.name, body.password))


async def log_in_by_link(backend: Backend, *, visit: Visit, body: LinkLogin) -> Me:
    """Log a wall tablet in by its link; it only looks."""
    return _me(backend, backend.access.log_in_by_link(visit.visitor, body.link))


async def log_out(backend: Backend, *, visit: Visit) -> Me:
    """End this browser's session, and that of whoever copied its cookie."""
    backend.access.log_out(visit.visitor)
    return _me(backend, backend.access.identify(visit.visitor))


async def list_accounts(backend: Backend) -> Sequence[AccountView]:
    """All accounts."""
    return [_account(one) for one in backend.access.accounts]


async def put_account(backend: Backend, *, visit: Visit, body: NewAccount) -> AccountView:
    """Make an account, or give one a new password, which ends its sessions. The first one is the owner's."""
    is_first = not backend.access.has_accounts
    account = await backend.access.set_password(body.name, body.password, body.right)
    if is_first or account.name == visit.caller.name:
        await backend.access.log_in(visit.visitor, body.name, body.password)
    return _account(account)


async def remove_account(
    backend: Backend, *, name: Annotated[str, doc("", "Of the account.")]
) -> Sequence[AccountView]:
    """Remove an account; gives those that are left."""
    backend.access.remove_account(name)
    return await list_accounts(backend)


async def change_password(backend: Backend, *, visit: Visit, body: ChangedPassword) -> Me:
    """Give oneself a new password, which ends all other sessions of this account."""
    name = visit.caller.name
    if visit.caller.via != "session":
        raise BadQuery("Only who has logged in with a password can change it.", hint="Log in first.")
    try:
        caller = await backend.access.log_in(visit.visitor, name, body.old_password)
    except WhoAreYou as error:
        hint = "Try again; an owner can also replace the account, with a new password."
        raise NotAllowed("The present password is wrong.", hint=hint) from error
    right: RightName = "owner" if caller.right is Right.OWNER else "viewer"
    await backend.access.set_password(name, body.new_password, right)
    return _me(backend, await backend.access.log_in(visit.visitor, name, body.new_password))


async def list_keys(backend: Backend) -> Sequence[KeyView]:
    """All keys of programs and links of tablets."""
    return [_key(one) for one in backend.access.keys]


async def issue_key(backend: Backend, *, body: NewKey) -> IssuedKey:
    """Make a key for a program (sent as `Authorization: Bearer …`), or a link for a wall tablet (`/#link=…`)."""
    key, shown = backend.access.issue_key(body.name, kind=body.kind, right=body.right)
    return IssuedKey(key=_key(key), shown=shown)


async def revoke_key(backend: Backend, *, id: Annotated[str, doc("", "Of the key.")]) -> Sequence[KeyView]:  # noqa: A002
    """Make a key or link invalid at once; gives those that are left."""
    backend.access.revoke_key(id)
    return await list_keys(backend)


def _me(backend: Backend, caller: Caller) -> Me:
    names: dict[Right, Literal["nobody", "viewer", "owner"]] = {
        Right.NOBODY: "nobody",
        Right.VIEWER: "viewer",
        Right.OWNER: "owner",
    }
    return Me(name=caller.name, right=names[caller.right], via=caller.via, has_accounts=backend.access.has_accounts)


def _account(account: Account) -> AccountView:
    return AccountView(name=account.name, right=account.right, created_at=account.created_at)


def _key(key: Key) -> KeyView:
    return KeyView(id=key.id, name=key.name, kind=key.kind, right=key.right, created_at=key.created_at)


_ME, _LOGIN, _ACCOUNTS, _KEYS = "/api/v1/me", "/api/v1/login", "/api/v1/accounts", "/api/v1/keys"
OPERATIONS = (
    Operation(path=_ME, handler=show_me, tag="Access", right=Right.NOBODY),
    Operation(path=f"{_ME}/password", handler=change_password, tag="Access", method="PUT"),
    Operation(path=_LOGIN, handler=log_in, tag="Access", method="POST", right=Right.NOBODY),
    Operation(path=f"{_LOGIN}/link", handler=log_in_by_link, tag="Access", method="POST", right=Right.NOBODY),
    Operation(path="/api/v1/logout", handler=log_out, tag="Access", method="POST", right=Right.NOBODY),
    Operation(path=_ACCOUNTS, handler=list_accounts, tag="Access", right=Right.OWNER),
    Operation(path=_ACCOUNTS, handler=put_account, tag="Access", method="PUT", right=Right.OWNER),
    Operation(path=_ACCOUNTS, handler=remove_account, tag="Access", method="DELETE", right=Right.OWNER),
    Operation(path=_KEYS, handler=list_keys, tag="Access", right=Right.OWNER),
    Operation(path=_KEYS, handler=issue_key, tag="Access", method="POST", right=Right.OWNER),
    Operation(path=_KEYS, handler=revoke_key, tag="Access", method="DELETE", right=Right.OWNER),
)
