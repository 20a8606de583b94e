"""New rows that wait in the journal, part by part, until all of them take their place at once."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.store.changes import Change, parse_change, parse_part
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.journal import Journal
from openvoy.store.rows import Drafts


def read_parts(journal: Journal, number: int, change: Change) -> Iterator[Drafts]:
    """Read the parts that a record puts in place, within its time, one at a time; raise StorageError if one lacks.

    Parts of a gateway that begin anew with number 0 make those before them void: they were never finished.
    """
    if not change.replaced or not change.parts:
        return
    gateway = change.replaced[0].gateway
    wanted = _find_parts(journal, number, gateway)
    if len(wanted) != change.parts:
        raise StoreFault(
            Fault.LACKING,
            f"History: gateway {gateway} is not accounted anew: of {change.parts} parts in which its new energies "
            f"came, {len(wanted)} can be read.",
        )
    for record in journal.records(wanted[0] - 1):
        if record.number > wanted[-1]:
            return
        if record.number in wanted:
            drafts = parse_change(record.content).drafts
            yield {
                table: [draft for draft in rows if any(span.has(draft.values[0]) for span in change.replaced)]
                for table, rows in drafts.items()
            }


def _find_parts(journal: Journal, below: int, gateway: str) -> list[int]:
    """Find the records of the parts that came last, as many as follow each other."""
    found: list[int] = []
    for record in journal.records(0):
        if record.number >= below:
            break
        part = parse_part(record.content)
        if part is None or part.gateway != gateway:
            continue
        if part.number == 0:
            found = []
        if part.number == len(found):
            found.append(record.number)
    return found
