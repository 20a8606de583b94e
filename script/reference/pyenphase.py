"""docs/reference/pyenphase.md: what pyenphase and we read from the same recordings, field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from reference._comparison import Difference, Field, Group, Outcome, Reason
from reference._pyenphase_replay import compare_all
from reference.markdown import code, table
from reference.pyenphase_fields import GROUPS

INTRODUCTION = """# Beside pyenphase

Recordings of real gateways, served by the virtual gateway and read by pyenphase {version}, the library that Home
Assistant uses, and by Openvoy. Every field of its `EnvoyData` is compared with ours for every device of every
recording. Where the two say something else, a rule says why ours is right; `Qn` are measured behaviours of gateways.
A difference without a rule fails the tests.

"""
ONLY_OURS = "more"


def render(folder: Path) -> str:
    """Render the page for the recordings of a folder."""
    outcomes = compare_all(folder)
    return "".join(
        (
            INTRODUCTION.format(version=version("pyenphase")),
            "## Recordings\n\n",
            table(("recording", "values that agree", "that differ", "that only Openvoy reads"), _counts(outcomes)),
            "\n## Differences\n\n",
            table(("field", "recordings", "values", "reason"), _differences(outcomes)),
            "\n## Reasons\n\n",
            table(("reason", "why ours is right"), _reasons(outcomes)),
            *map(_group, GROUPS),
        )
    )


def _counts(outcomes: Iterable[Outcome]) -> Iterator[tuple[str, ...]]:
    for outcome in outcomes:
        kinds = Counter(_id(difference) == ONLY_OURS for difference in outcome.differences)
        yield outcome.recording, str(outcome.agreements), str(kinds[False]), str(kinds[True])


def _id(difference: Difference) -> str:
    return "" if difference.reason is None else difference.reason.id


def _differences(outcomes: Iterable[Outcome]) -> Iterator[tuple[str, ...]]:
    """Give a row for each field and reason; values that only ours has are counted above."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for outcome in outcomes:
        for one in outcome.differences:
            if _id(one) != ONLY_OURS:
                found.setdefault((one.group, one.field, _id(one)), []).append(outcome.recording)
    for (group, field, reason), recordings in found.items():
        yield f"{group}: {code(field)}", ", ".join(dict.fromkeys(recordings)), str(len(recordings)), code(reason)


def _reasons(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
    used: dict[str, Reason] = {
        one.reason.id: one.reason for outcome in outcomes for one in outcome.differences if one.reason is not None
    }
    for reason in used.values():
        yield code(reason.id), reason.text


def _group(group: Group) -> str:
    rows = [(code(one.theirs), code(one.ours or ""), one.note or one.why) for one in group.fields]
    return f"\n## {group.title}\n\n" + table(("pyenphase", "Openvoy", "how they relate"), rows)


def unexplained(outcomes: Iterable[Outcome]) -> list[str]:
    """List the differences that no rule explains."""
    return [
        f"{outcome.recording}: {one.group}: {one.field} of {one.key}: {one.theirs!r}, ours {one.ours!r}"
        for outcome in outcomes
        for one in outcome.differences
        if one.reason is None
    ]


def undeclared(known: Iterable[str], fields: Iterable[Field]) -> list[str]:
    """List the members of a class of theirs that no row declares."""
    declared = {one.theirs.partition(".")[0] for one in fields}
    return [name for name in known if name not in declared]
