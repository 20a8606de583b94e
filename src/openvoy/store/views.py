"""The tables as a person asks for them: sealed or not, with the names that ids stand for."""

from __future__ import annotations

import re

from openvoy.store import tables
from openvoy.store.database import Session
from openvoy.store.names import NAMES, joined

EVER_S = (0, 4e9)


_SHOW_TABLES = re.compile(r"\s*show\s+tables\s*;?\s*", re.IGNORECASE)


def with_names_once(sql: str) -> str:
    """Give a query as it is, but `SHOW TABLES` so that a table and the view of its name are one."""
    return "SELECT DISTINCT name FROM (SHOW TABLES) ORDER BY name" if _SHOW_TABLES.fullmatch(sql) else sql


def write_views(session: Session) -> None:
    """Have a view of each table in this session, under the table's name."""
    for table in tables.SERIES:
        rows = session.of(table, *EVER_S).replace(f"FROM {table.name} ", f"FROM history.{table.name} ", 1)
        source = joined(table, rows).replace("JOIN ", "JOIN history.")
        names = ", ".join(f"{expression} AS {name}" for name, expression in NAMES[table].items())
        session.run(f"CREATE OR REPLACE TEMP VIEW {table.name} AS SELECT {names}, {table.name}.* FROM {source}")
