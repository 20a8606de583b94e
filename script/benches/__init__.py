"""Benchmarks. Each module here without a leading underscore is one, with `def run() -> Sequence[Row]`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measured figure, beside a peer's in the same run where there is one."""

    figure: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    """Ours divided by the peer's; of pairs measured side by side, the median of their ratios."""
    bound: str | None = None
    """What must hold, for people, such as `ratio <= 1.3`."""
    ok: bool | None = None
    """Whether it holds; None where nothing must."""


class UnmeasurableError(Exception):
    """Something that a benchmark needs is not on this machine."""


only: list[str] = []
"""What is to be measured; everything where nothing is named."""


def is_wanted(*names: str) -> bool:
    """Whether something that has these names is to be measured: each word that was asked for is in one of them."""
    return all(any(word.lower() in name.lower() for name in names) for word in only)
