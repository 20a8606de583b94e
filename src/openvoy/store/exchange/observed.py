"""What foreign files say, before anybody has decided what of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

QUANTITIES = ("solar", "import", "export", "charge", "discharge", "load", "generator")
NET = "net"
"""Power or energy at the grid connection in both directions: import is positive, export negative."""
RESIDUAL = "residual"
"""What the balance of the meters leaves over, of either sign; our own exports say it."""
KEPT = (*QUANTITIES, RESIDUAL)
"""What an import can keep."""
SIGNED = frozenset({NET, RESIDUAL})
"""What may be below 0."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Energy of a time (Unix seconds) of one series; several series of one quantity and source are added up."""

    quantity: str
    series: str
    start_s: int
    end_s: int
    energy_wh: float
    line: int | None = None
    source: str = ""
    """Who says it: what two of them say of one quantity at one time counts once."""
    estimated: bool = False
    """Who says it had it estimated."""


@dataclass(frozen=True, slots=True)
class Total:
    """A counter at a moment; it may begin anew."""

    quantity: str
    series: str
    at_s: int
    total_wh: float
    line: int | None = None
    source: str = ""
    estimated: bool = False
    """What it did since its total before is estimated."""


@dataclass(frozen=True, slots=True)
class PowerSample:
    """A power at a moment."""

    quantity: str
    series: str
    at_s: int
    power_w: float
    line: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of a file that cannot be used."""

    file: str
    line: int | None
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.text}" if self.line is None else f"{self.file}, line {self.line}: {self.text}"


Observation = Amount | Total | PowerSample | Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a file is to be read."""

    zone: ZoneInfo
    """Of times without offset, and of days."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Quantities by the file's own names, as a person gave them."""
    has_day_first: bool | None = None
    """Whether 01/02 is 1 February; None: the file tells."""
    until: datetime | None = None
    """No history is later than this; None: nothing is known of that."""
    now: datetime | None = None
    """What runs beyond it, such as the sum of this month, is of the time until then."""
    ignored: dict[str, int] = field(default_factory=dict)
    """What was passed over by name, and how often; filled by readers."""
    problems: list[Problem] = field(default_factory=list)
    """What readers found about files as a whole."""
    met: set[str] = field(default_factory=set)
    """Those of `names` that the files have; filled by readers."""

    def named(self, name: str) -> str | None:
        """Give what a person said that a name is."""
        if name in self.names:
            self.met.add(name)
        return self.names.get(name)

    def ignore(self, name: str) -> None:
        """Note something that is not imported, as nobody said what it is."""
        self.ignored[name] = self.ignored.get(name, 0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of file that can be imported: one module each, registered in `formats`."""

    name: str
    summary: str
    is_like: Callable[[Path, bytes], bool]
    """Whether a file looks so, by its name and its first bytes."""
    read: Callable[[Path, Reading], Iterable[Observation]]
    """Raises ConfigError for a file that is not of this kind at all."""
