"""What was worked out from rows that are not sealed: it stands until a row comes or goes that could have a part in it.

Rows are numbered in the order in which they came, and one that takes another's place has a number of its own: as many
rows as there were, and those alone that are newer in number, are the same rows and some more.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

from openvoy.store.database import Session
from openvoy.store.tables import Table
from openvoy.store.times import since_epoch_s


class State(NamedTuple):
    """The rows of a table that are in the database, as the engine knows them without looking at them."""

    first_s: int
    last_s: int
    """The oldest and the newest, in Unix s."""
    last_seq: int
    rows: int


class _Standing(NamedTuple):
    found: Any
    until_s: int
    """Rows from this moment on have no part in it."""
    state: State


def read_state(session: Session, table: Table) -> State | None:
    """Read which rows a table has; None if it has none."""
    sql = f"SELECT min(time), max(time), max(seq), count(*) FROM {table.name}"
    ((first, last, last_seq, rows),) = session.rows(sql)
    return State(since_epoch_s(first), since_epoch_s(last), last_seq, rows) if rows else None


def recall(session: Session, table: Table, state: State, asked: Hashable) -> Any | None:
    """Give what was found for a question, if it stands."""
    known: _Standing | None = session.catalog.remembered.get((table.name, asked))
    if known is None or not _stands(session, table, known, state):
        return None
    remember(session, table, state, asked, known.found, until_s=known.until_s)
    return known.found


def remember(session: Session, table: Table, state: State, asked: Hashable, found: object, *, until_s: int) -> None:
    """Keep what rows before a moment say."""
    session.catalog.remembered.put((table.name, asked), _Standing(found, until_s, state))


def _stands(session: Session, table: Table, known: _Standing, state: State) -> bool:
    if state.last_seq <= known.state.last_seq:
        return state == known.state
    sql = f"SELECT count(*), min(time) FROM {table.name} WHERE seq > {known.state.last_seq}"
    ((come, first),) = session.rows(sql)
    return state.rows == known.state.rows + come and since_epoch_s(first) >= known.until_s
