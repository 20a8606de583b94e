"""Names of imported chains of energy, which stand among the gateways: see `exchange.chains`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(r"import-(?P<id>\d{8}-\d+)-(?P<start>-?\d+)-(?P<end>-?\d+)-\d+@(?P<gateway>.*)")


@dataclass(frozen=True, slots=True)
class ChainName:
    """What the name of a chain says."""

    import_id: str
    start_s: int
    end_s: int
    gateway: str
    """Serial; empty for the site as a whole."""

    def touches(self, start_s: int, end_s: int) -> bool:
        """Whether the chain says anything about a time."""
        return self.start_s < end_s and start_s < self.end_s


def parse_chain_name(serial: str) -> ChainName | None:
    """Take the name of a chain apart; None for the serial of a real gateway."""
    found = _NAME.fullmatch(serial)
    if found is None:
        return None
    return ChainName(found["id"], int(found["start"]), int(found["end"]), found["gateway"])


def build_chain_name(name: ChainName, number: int) -> str:
    """Build the name of the chain of this number in its import."""
    return f"import-{name.import_id}-{name.start_s}-{name.end_s}-{number}@{name.gateway}"
