"""Accounts and keys as a file: written whole, readable only by who runs the service, without any secret in clear."""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from openvoy import codec
from openvoy.errors import ConfigError

_LOG = logging.getLogger(__name__)

FILE_NAME = "access.json"
MOST_SESSIONS = 50
"""Of one account or link; who logs in once more ends the oldest."""
SECRET_BYTES = 32
KEY_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person."""

    name: str
    right: Literal["owner", "viewer"]
    password_hash: str = field(repr=False)
    created_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a program or a wall tablet shows instead of a password."""

    id: str
    name: str
    kind: Literal["key", "link"]
    right: Literal["owner", "viewer"]
    hash: str = field(repr=False)
    created_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that has logged in; what its cookie says counts for as long as this is kept."""

    id: str = field(repr=False)
    via: Literal["account", "link"]
    of: str
    """Name of the account, or id of the link."""

    def is_of(self, via: str, of: str) -> bool:
        """Whether it is of this account, whatever the case of its name, or of this link."""
        return self.via == via and self.of.casefold() == of.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the file holds."""

    secret: str = field(repr=False)
    """Encrypts what browsers are given to show again."""
    accounts: tuple[Account, ...] = ()
    keys: tuple[Key, ...] = ()
    sessions: tuple[Session, ...] = ()
    """The oldest first."""


class AccessBook:
    """Reads the file once and writes it whole at every change."""

    def __init__(self, file: Path | None) -> None:
        """Take the file of a folder, None to forget everything at the end; raise ConfigError for one that is broken."""
        self._file = file
        self._written_ns = _change_ns(file)
        self.contents = Contents(secret=_new_secret()) if file is None or self._written_ns is None else _read(file)

    def refresh(self) -> None:
        """Take in what another program, such as `openvoy account set`, has written meanwhile.

        The secret stays: pages and sessions of the running service are signed with it.
        """
        written_ns = _change_ns(self._file)
        if self._file is not None and written_ns is not None and written_ns != self._written_ns:
            self._written_ns = written_ns
            self.contents = replace(_read(self._file), secret=self.contents.secret)

    @property
    def secret(self) -> bytes:
        """The key of browsers' sessions."""
        return base64.b64decode(self.contents.secret)

    def find_account(self, name: str) -> Account | None:
        """Find an account by its name, whatever its case."""
        return next((one for one in self.contents.accounts if one.name.casefold() == name.casefold()), None)

    def find_key(self, id: str) -> Key | None:  # noqa: A002 - what it is called everywhere
        """Find a key by its id."""
        return next((one for one in self.contents.keys if one.id == id), None)

    def find_key_of(self, shown: str) -> Key | None:
        """Find the key that somebody shows."""
        hashed = hash_key(shown)
        return next((one for one in self.contents.keys if secrets.compare_digest(one.hash, hashed)), None)

    def find_session(self, id: str) -> Session | None:  # noqa: A002 - as above
        """Find a session that has not ended."""
        return next((one for one in self.contents.sessions if one.id == id), None)

    def put_account(self, account: Account) -> None:
        """Add an account, or replace the one of its name, whose sessions end."""
        others = self._accounts_but(account.name)
        self._write(
            replace(self.contents, accounts=(*others, account), sessions=self._without("account", account.name))
        )

    def remove_account(self, name: str) -> None:
        """Remove an account and end its sessions."""
        left = self._accounts_but(name)
        self._write(replace(self.contents, accounts=left, sessions=self._without("account", name)))

    def put_key(self, key: Key) -> None:
        """Add a key."""
        self._write(replace(self.contents, keys=(*self.contents.keys, key)))

    def remove_key(self, id: str) -> None:  # noqa: A002 - as above
        """Remove a key and end its sessions."""
        left = tuple(one for one in self.contents.keys if one.id != id)
        self._write(replace(self.contents, keys=left, sessions=self._without("link", id)))

    def begin_session(self, session: Session, *, instead: str = "") -> None:
        """Begin a session; `instead` is the one that the same browser had."""
        others = [one for one in self.contents.sessions if one.id != instead]
        own = [one for one in others if one.is_of(session.via, session.of)]
        ended = {one.id for one in own[: max(0, len(own) + 1 - MOST_SESSIONS)]}
        self._write_sessions((*(one for one in others if one.id not in ended), session))

    def end_session(self, id: str) -> None:  # noqa: A002 - as above
        """End a session: no cookie brings it back."""
        self._write_sessions(tuple(one for one in self.contents.sessions if one.id != id))

    def _accounts_but(self, name: str) -> tuple[Account, ...]:
        return tuple(one for one in self.contents.accounts if one.name.casefold() != name.casefold())

    def _without(self, via: str, of: str) -> tuple[Session, ...]:
        return tuple(one for one in self.contents.sessions if not one.is_of(via, of))

    def _write_sessions(self, sessions: tuple[Session, ...]) -> None:
        """Keep sessions; a full disk keeps nobody out, or in, until the next start."""
        contents = replace(self.contents, sessions=sessions)
        try:
            self._write(contents)
        except ConfigError as error:
            _LOG.warning("who has logged in or out is forgotten at the next start: %s", error.message)
            self.contents = contents

    def _write(self, contents: Contents) -> None:
        if self._file is not None:
            try:
                _write_whole(self._file, codec.encode_json(contents, indent=2))
            except OSError as error:
                raise ConfigError(
                    f"{self._file} cannot be written: {error.strerror}.", hint="Let the service write its data folder."
                ) from error
            self._written_ns = _change_ns(self._file)
        self.contents = contents


def new_key() -> str:
    """Make a key that nobody can guess."""
    return secrets.token_urlsafe(KEY_BYTES)


def hash_key(shown: str) -> str:
    """Hash a key; it is long and random, so this may be quick."""
    return hashlib.sha256(shown.encode()).hexdigest()


def _change_ns(file: Path | None) -> int | None:
    try:
        return None if file is None else file.stat().st_mtime_ns
    except OSError:
        return None


def _new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _read(file: Path) -> Contents:
    try:
        contents: Contents = codec.parse(file.read_bytes(), Contents)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.", hint="Let this user read it.") from error
    except ValueError as error:
        raise ConfigError(
            f"{file}, which holds the accounts, is damaged.",
            hint="Restore it from a backup, or remove it: the dashboard then asks for a new password of the owner.",
        ) from error
    if len(base64.b64decode(contents.secret)) != SECRET_BYTES:
        raise ConfigError(f"{file} has no secret.", hint="Restore it from a backup, or remove it.")
    return contents


def _write_whole(file: Path, text: bytes) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_name(file.name + ".new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(handle)
    new.replace(file)
