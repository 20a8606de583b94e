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
    bound: str | None = None
    """What must hold, for people, such as `ratio <= 1.3`."""
    ok: bool | None = None
    """Whether it holds; None where nothing must."""

    @property
    def ratio(self) -> float | None:
        """Ours divided by the peer's."""
        return self.value / self.peer_value if self.peer_value else None


class UnmeasurableError(Exception):
    """Something that a benchmark needs is not on this machine."""
