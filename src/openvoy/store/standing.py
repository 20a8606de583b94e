"""What was worked out from rows that are not sealed: it stands until a row comes or goes that could have a part in it.

Rows are numbered in the order in which they came, and one that takes another's place has a number of its own: as many
rows as there were, and those alone that are newer in number, are the same rows and some more.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from collections.abc import Set as AbstractSet
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


Silent = Mapping[str, AbstractSet[int]]
"""By quantity, the ids of owners of which it was not heard for long."""


class _Standing(NamedTuple):
    found: Any
    until_s: int
    """Rows from this moment on have no part in it."""
    silent: Silent
    """Nor have rows in which nothing is said by these."""
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
    session.catalog.remembered.put((table.name, asked), known._replace(state=state))
    return known.found


_NOBODY: Silent = {}


def remember(
    session: Session,
    table: Table,
    state: State,
    asked: Hashable,
    found: object,
    *,
    until_s: int,
    silent: Silent = _NOBODY,
) -> None:
    """Keep what rows before a moment say, and that some owners say nothing more."""
    session.catalog.remembered.put((table.name, asked), _Standing(found, until_s, silent, state))


def _stands(session: Session, table: Table, known: _Standing, state: State) -> bool:
    if state.last_seq <= known.state.last_seq:
        return state == known.state
    heard = [f", list(DISTINCT {table.key[0]}) FILTER ({name} IS NOT NULL)" for name in known.silent]
    sql = f"SELECT count(*), min(time){''.join(heard)} FROM {table.name} WHERE seq > {known.state.last_seq}"
    ((come, first, *owners),) = session.rows(sql)
    is_silent = all(silent.isdisjoint(said or ()) for silent, said in zip(known.silent.values(), owners, strict=True))
    return is_silent and state.rows == known.state.rows + come and since_epoch_s(first) >= known.until_s
