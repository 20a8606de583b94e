"""Recognises who calls, and keeps accounts and keys."""

from __future__ import annotations

import asyncio
import math
import re
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from openvoy.ports import Clock
from openvoy.settings.listen import is_loopback
from openvoy.web.access.attempts import Attempts
from openvoy.web.access.book import AccessBook, Account, Key, Session, hash_key, new_key
from openvoy.web.access.caller import NOBODY, OPEN_OWNER, OPEN_VIEWER, WRONG_KEY, Caller, Right, Visitor
from openvoy.web.access.passwords import UNKNOWN, hash_password, is_password
from openvoy.web.access.rules import AccessRules
from openvoy.web.problems import BadQuery, NotAllowed, NothingThere, TooManyAttempts, WhoAreYou

RightName = Literal["owner", "viewer"]

FIRST_ACCOUNT = "Nobody has an account yet: run `openvoy account set owner` where the service runs."
LEAST_LENGTH = 8
"""Characters of a password; longer helps more than odd ones."""
MOST_LENGTH = 1000
_NAME = re.compile(r"[\w.@ -]{1,64}")
_RIGHTS = {"owner": Right.OWNER, "viewer": Right.VIEWER}


class Issued(NamedTuple):
    """A new key, and what its bearer shows; that is told this once and kept nowhere."""

    key: Key
    shown: str


class Access:
    """The door: `identify` says who calls, the rest manages who may."""

    def __init__(self, *, clock: Clock, file: Path | None = None, rules: AccessRules | None = None) -> None:
        """Read the accounts in `file`; None begins without any and forgets all at the end. Raises ConfigError."""
        self._clock, self._book = clock, AccessBook(file)
        self._rules = AccessRules() if rules is None else rules
        self._attempts = Attempts()

    def take_rules(self, rules: AccessRules) -> None:
        """Go by the rules of a changed configuration from now on; who has logged in stays so."""
        self._rules = rules

    @property
    def secret(self) -> bytes:
        """The key that encrypts browsers' sessions."""
        return self._book.secret

    @property
    def has_accounts(self) -> bool:
        """Whether anybody has to log in."""
        return bool(self._book.contents.accounts)

    @property
    def is_protected(self) -> bool:
        """Whether other machines may reach the service: they log in here or at a proxy, or are allowed to look."""
        return self.has_accounts or self._rules.allow_unprotected or bool(self._rules.proxy_header)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All accounts, in the order of their making."""
        return self._book.contents.accounts

    @property
    def keys(self) -> tuple[Key, ...]:
        """All keys and links."""
        return self._book.contents.keys

    def identify(self, visitor: Visitor) -> Caller:
        """Say who calls."""
        self._book.refresh()
        if visitor.bearer is not None:
            key = self._book.find_key_of(visitor.bearer)
            return WRONG_KEY if key is None else _bearer(key)
        proxied = self._of_proxy(visitor)
        if proxied is not None or self.has_accounts:
            return proxied or self._of_session(visitor) or NOBODY
        if is_loopback(visitor.address) and not visitor.is_forwarded and not self._is_at_proxy(visitor):
            return OPEN_OWNER
        return OPEN_VIEWER if self._rules.allow_unprotected else NOBODY

    def is_proxied(self, visitor: Visitor) -> bool:
        """Whether a trusted proxy has checked who calls."""
        name = visitor.headers.get(self._rules.proxy_header.lower(), "")
        # Said twice, one of the two is the visitor's own word.
        return self._is_at_proxy(visitor) and bool(name) and "\n" not in name

    def is_renamed(self, visitor: Visitor) -> bool:
        """Whether a trusted proxy may have passed on any name that browsers call it by.

        One on this machine may not: a browser here can be made to call this service by a name of another site, with
        the proxy's header.
        """
        return self.is_proxied(visitor) and not is_loopback(visitor.address)

    def _is_at_proxy(self, visitor: Visitor) -> bool:
        """Whether a request comes from where a trusted proxy is, which names everybody whom it has checked."""
        return bool(self._rules.proxy_header) and visitor.address in self._rules.proxies

    def _of_proxy(self, visitor: Visitor) -> Caller | None:
        rules = self._rules
        if not self.is_proxied(visitor):
            return None
        name = visitor.headers[rules.proxy_header.lower()]
        account = self._book.find_account(name)
        right = rules.proxy_right if account is None else _RIGHTS[account.right]
        return Caller(name=name if account is None else account.name, right=right, via="proxy")

    def _of_session(self, visitor: Visitor) -> Caller | None:
        session = self._book.find_session(_session_id(visitor))
        if session is None:
            return None
        if session.via == "account":
            account = self._book.find_account(session.of)
            return None if account is None else Caller(name=account.name, right=_RIGHTS[account.right], via="session")
        key = self._book.find_key(session.of)
        return None if key is None or key.kind != "link" else _bearer(key)

    def check(self, caller: Caller, needed: Right) -> None:
        """Raise WhoAreYou or NotAllowed where a caller may not do what needs this right."""
        if caller.right >= needed:
            return
        if caller is WRONG_KEY:
            hint = "The owner makes keys on the dashboard: Settings, Tablets and programs."
            raise WhoAreYou("This API key is not known here; it may have been revoked.", hint=hint)
        if caller.right is Right.NOBODY:
            hint = "Log in on the dashboard, or send an API key as Bearer." if self.has_accounts else FIRST_ACCOUNT
            raise WhoAreYou("This needs a login.", hint=hint)
        raise NotAllowed(f"{caller.name} may look, not change.", hint="Ask the owner of this installation.")

    async def log_in(self, visitor: Visitor, name: str, password: str) -> Caller:
        """Check name and password and remember the browser; raise WhoAreYou or TooManyAttempts."""
        keys, now_s = (f"address {visitor.address}", f"name {name.casefold()}"), self._clock.monotonic()
        self._check_pace(keys, now_s)
        # Counted before it is checked, so that many at once are no way around.
        self._attempts.note_failure(keys, now_s)
        account = self._book.find_account(name)
        hashed = UNKNOWN if account is None else account.password_hash
        is_right = await asyncio.to_thread(is_password, password[:MOST_LENGTH], hashed)
        if account is None or not is_right:
            raise WhoAreYou("Name or password is wrong.", hint="Try again; the owner can set a new password.")
        self._attempts.note_success(keys)
        self._begin_session(visitor, "account", account.name)
        return Caller(name=account.name, right=_RIGHTS[account.right], via="session")

    def log_in_by_link(self, visitor: Visitor, shown: str) -> Caller:
        """Let a wall tablet in by its link; raise WhoAreYou or TooManyAttempts."""
        keys, now_s = (f"address {visitor.address}",), self._clock.monotonic()
        self._check_pace(keys, now_s)
        key = self._book.find_key_of(shown)
        if key is None or key.kind != "link":
            self._attempts.note_failure(keys, now_s)
            raise WhoAreYou("This link is not valid any more.", hint="Ask the owner for a new one.")
        present = self._book.find_session(_session_id(visitor))
        # A tablet that opens its link at every start has one session and not many.
        if present is None or not present.is_of("link", key.id):
            self._begin_session(visitor, "link", key.id)
        return _bearer(key)

    def log_out(self, visitor: Visitor) -> None:
        """End the session of a browser, and of whoever copied its cookie."""
        if self._book.find_session(_session_id(visitor)) is not None:
            self._book.end_session(_session_id(visitor))
        visitor.session.clear()

    def _begin_session(self, visitor: Visitor, via: Literal["account", "link"], of: str) -> None:
        session = Session(id=new_key(), via=via, of=of)
        self._book.begin_session(session, instead=_session_id(visitor))
        visitor.session.clear()
        visitor.session.update(id=session.id)

    def _check_pace(self, keys: tuple[str, ...], now_s: float) -> None:
        wait_s = math.ceil(self._attempts.wait_s(keys, now_s))
        if wait_s > 0:
            raise TooManyAttempts(
                "Too many attempts to log in.", hint=f"Wait {wait_s} s.", details={"retry_after_s": wait_s}
            )

    async def set_password(self, name: str, password: str, right: RightName) -> Account:
        """Make an account, or give one a new password, which ends its sessions; raise BadQuery."""
        self._check_name(name)
        if not LEAST_LENGTH <= len(password) <= MOST_LENGTH:
            raise BadQuery(
                f"The password has {len(password)} characters.", hint=f"Give {LEAST_LENGTH} to {MOST_LENGTH} of them."
            )
        hashed = await asyncio.to_thread(hash_password, password)
        known = self._book.find_account(name)
        if known is None and not self.has_accounts and right != "owner":
            raise BadQuery("The first account is the owner's.", hint='Give it the right "owner".')
        if known is not None and right != "owner":
            self._check_owner_left(known)
        account = Account(
            name=name if known is None else known.name,
            right=right,
            password_hash=hashed,
            created_at=self._now().isoformat() if known is None else known.created_at,
        )
        self._book.put_account(account)
        return account

    def remove_account(self, name: str) -> None:
        """Remove an account, which ends its sessions; raise NothingThere, or BadQuery for the last owner."""
        account = self._book.find_account(name)
        if account is None:
            raise NothingThere(f"There is no account '{name}'.", hint="GET /api/v1/accounts lists them.")
        self._check_owner_left(account)
        self._book.remove_account(name)

    def issue_key(self, name: str, *, kind: Literal["key", "link"], right: RightName) -> Issued:
        """Make a key for a program, or a link for a wall tablet, which only looks; raise BadQuery."""
        self._check_name(name)
        if kind == "link" and right != "viewer":
            raise BadQuery("A link only looks.", hint='Give it the right "viewer", or make a key.')
        if any(one.name.casefold() == name.casefold() for one in self.keys):
            raise BadQuery(f"'{name}' is there already.", hint="Choose another name, or revoke that one first.")
        shown = new_key()
        key = Key(
            id=new_key()[:8],
            name=name,
            kind=kind,
            right=right,
            hash=hash_key(shown),
            created_at=self._now().isoformat(),
        )
        self._book.put_key(key)
        return Issued(key, shown)

    def revoke_key(self, id: str) -> None:  # noqa: A002 - what it is called everywhere
        """Make a key or link invalid at once; raise NothingThere."""
        if self._book.find_key(id) is None:
            raise NothingThere(f"There is no key {id}.", hint="GET /api/v1/keys lists them.")
        self._book.remove_key(id)

    def _check_name(self, name: str) -> None:
        if not _NAME.fullmatch(name) or name != name.strip():
            raise BadQuery(f"'{name}' is no name.", hint="Give 1 to 64 letters, digits, spaces or . _ @ -")

    def _check_owner_left(self, account: Account) -> None:
        owners = [one.name for one in self.accounts if one.right == "owner"]
        if owners == [account.name]:
            raise BadQuery(f"{account.name!r} is the only owner.", hint="Make another owner first.")

    def _now(self) -> datetime:
        return self._clock.now().replace(microsecond=0)


def _session_id(visitor: Visitor) -> str:
    return str(visitor.session.get("id", ""))


def _bearer(key: Key) -> Caller:
    return Caller(name=key.name, right=_RIGHTS[key.right], via=key.kind)
