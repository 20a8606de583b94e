"""All energies of one gateway's site, from raw counters alone: the same readings give the same energies again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from openvoy.codec import ValueStruct
from openvoy.model.accounting.chain import INTEGRATED, Chain
from openvoy.model.accounting.feed import FED
from openvoy.model.accounting.fleet import Fleet
from openvoy.model.accounting.steps import Notice
from openvoy.model.balance import parts_of_load, total_of
from openvoy.model.counters import CounterSource, RawCounter
from openvoy.model.snapshot import Energy
from openvoy.units import measured

QUANTITIES = ("solar", "standby", "import", "export", "charge", "discharge", "generator", "total")
"""What is accounted for a whole site; phases and devices are accounted beside it. Standby is what inverters draw."""
INVERTER = "inverter"
_PHASES = frozenset({"L1", "L2", "L3"})
_OF_SITE = frozenset(QUANTITIES)


@lru_cache(maxsize=4096)
def is_of_site(source: CounterSource) -> bool:
    """Whether a counter belongs to the site as a whole, neither to a phase nor to a device."""
    if source.quantity not in _OF_SITE or source.block in _PHASES:
        return False
    return source.block != INTEGRATED or not source.device


class Accounted(ValueStruct, frozen=True, kw_only=True):
    """What one reading of all counters amounts to."""

    energy: Energy
    """The newest accounted counters, whenever each was last known."""
    generator_wh: float | None = None
    residual_wh: float | None = None
    """What the balance of the meters leaves over against a meter of total consumption; the only one that may fall."""
    known: frozenset[str] = frozenset()
    """The energies (solar_wh, …) that are known at this moment; the others are from before."""
    late_since: Mapping[str, datetime] = {}
    """Energies that came late all at once: since when their shape is not known."""
    is_stood_in_for: bool = False
    """A source stands in for a better one, so that some energy may belong to a time just before or after."""
    is_charge_integrated: bool = False
    """Charge and discharge are added up from power, as nothing counts them."""
    notices: tuple[Notice, ...] = ()


class Accountant:
    """Accounts the site's counters of one gateway, reading by reading."""

    def __init__(self, *, is_replay: bool = False) -> None:
        """Begin; in a replay of kept rows, inverters that did not move are left out."""
        self._is_replay = is_replay
        self._chains = {quantity: Chain() for quantity in QUANTITIES}
        self._fleet = Fleet()
        self._fed_wh: float | None = None
        self._owed_wh = 0.0
        """What the import's counter has yet to give to the generator."""
        self._load_wh: float | None = None
        self._balance_wh: dict[str, float] = {}
        """What each part of the balance stood at when the load was last known."""
        self._loads_sum_wh = 0.0

    def go_live(self) -> None:
        """End a replay: readings are whole from now on."""
        self._is_replay = False

    def seed(self, last: Iterable[tuple[CounterSource, float, datetime]]) -> None:
        """Remember the last readings of inverters that may have been silent for long."""
        for source, raw_wh, at in last:
            if source.quantity == INVERTER:
                self._fleet.seed(source, raw_wh, at.timestamp())

    def remember(self, source: CounterSource, raw_wh: float, at: datetime, total_wh: float) -> None:
        """Remember a source of the site that has been silent for long, and what the series stood at then."""
        self._chains[source.quantity].remember(source, raw_wh, at.timestamp(), total_wh)

    def resume(self, energies: Mapping[str, float | None], balanced: Mapping[str, float | None] | None = None) -> None:
        """Go on from accounted energies, by their names with unit; those not named begin with their counter.

        `balanced` are those of the moment when the load was last known, if it was another one.
        """
        for quantity, chain in self._chains.items():
            value_wh = energies.get(f"{quantity}_wh")
            if value_wh is not None:
                chain.shift(value_wh)
        self._load_wh = energies.get("load_wh")
        self._loads_sum_wh = 0.0 if self._load_wh is None else self._load_wh
        self._balance_wh = self._parts()
        for quantity in QUANTITIES:
            value_wh = None if balanced is None else balanced.get(f"{quantity}_wh")
            if value_wh is not None:
                self._balance_wh[quantity] = value_wh

    def account(self, counters: Iterable[RawCounter], at: datetime, *, is_load_known: bool = True) -> Accounted:
        """Take one reading of all counters; `is_load_known` says that nothing else belongs to the balance."""
        at_s = at.timestamp()
        of_site, inverters = _sort_out(counters)
        notices = self._count_inverters(inverters, of_site, at_s)
        known: set[str] = set()
        late: dict[str, datetime] = {}
        is_stood_in_for = False
        for quantity, readings in of_site.items():
            chain = self._chains[quantity]
            is_known, found = chain.take(readings, at_s, fleet=self._fleet)
            notices += found
            if is_known:
                known.add(f"{quantity}_wh")
            is_stood_in_for = is_stood_in_for or chain.is_stood_in_for(at_s)
            if chain.late_since_s is not None:
                late[f"{quantity}_wh"] = datetime.fromtimestamp(chain.late_since_s, UTC)
        self._give_to_generator(of_site.get("generator", ()))
        parts = self._parts()
        if is_load_known and self._balance(parts, known):
            known.add("load_wh")
            if late:
                late["load_wh"] = min(late.values())
        residual_wh = _residual_wh(parts)
        if residual_wh is not None and {"solar_wh", "import_wh", "export_wh", "total_wh"} <= known:
            known.add("residual_wh")
        return Accounted(
            energy=self._energy(parts),
            generator_wh=_measured(parts.get("generator")),
            residual_wh=residual_wh,
            known=frozenset(known),
            late_since=late,
            is_stood_in_for=is_stood_in_for,
            is_charge_integrated=self._is_charge_integrated(),
            notices=tuple(notices),
        )

    def _give_to_generator(self, readings: Iterable[tuple[CounterSource, float]]) -> None:
        """Take from the import what the same meter counted of the generator."""
        import_ = self._chains["import"]
        for source, fed_wh in readings:
            if source.block == FED:
                grown_wh = 0.0 if self._fed_wh is None else max(0.0, fed_wh - self._fed_wh)
                self._fed_wh, self._owed_wh = fed_wh, self._owed_wh + grown_wh
        given_wh = min(self._owed_wh, import_.grown_wh)
        if given_wh > 0 and import_.total_wh is not None:
            import_.shift(import_.total_wh - given_wh)
            self._owed_wh -= given_wh

    def _count_inverters(
        self, inverters: list[RawCounter], of_site: Mapping[str, list[tuple[CounterSource, float]]], at_s: float
    ) -> list[Notice]:
        is_whole = any(source.endpoint == "device_data" for source, _ in of_site.get("solar", ()))
        return self._fleet.take(inverters, at_s, is_whole=is_whole, has_unchanged=not self._is_replay)

    def _balance(self, parts: Mapping[str, float], known: set[str]) -> bool:
        """Add to the house's use what its parts did since it was last known; whether they are all known now."""
        needed = parts_of_load(parts)
        if not all(f"{part}_wh" in known for part in needed):
            return False
        if self._load_wh is None:
            # Meters that began at different times may say less than nothing of the past; that is no debt.
            self._loads_sum_wh = self._load_wh = max(0.0, total_of(needed, parts))
        else:
            # A part that begins brings the past of its meter along, which is none of the house's.
            grown_wh = {part: parts[part] - self._balance_wh.get(part, parts[part]) for part in needed}
            self._loads_sum_wh += total_of(needed, grown_wh)
            # Its parts are read at slightly different moments; a counter does not step back for that.
            self._load_wh = max(self._load_wh, self._loads_sum_wh)
        self._balance_wh = {part: parts[part] for part in needed}
        return True

    def _parts(self) -> dict[str, float]:
        return {name: chain.total_wh for name, chain in self._chains.items() if chain.total_wh is not None}

    def _energy(self, parts: Mapping[str, float]) -> Energy:
        return Energy(
            solar_wh=_measured(parts.get("solar")),
            import_wh=_measured(parts.get("import")),
            export_wh=_measured(parts.get("export")),
            charge_wh=_measured(parts.get("charge")),
            discharge_wh=_measured(parts.get("discharge")),
            load_wh=_measured(self._load_wh),
        )

    def _is_charge_integrated(self) -> bool:
        lead = self._chains["charge"].lead
        return lead is not None and lead.block == INTEGRATED


def _sort_out(
    counters: Iterable[RawCounter],
) -> tuple[dict[str, list[tuple[CounterSource, float]]], list[RawCounter]]:
    """Give the counters of the site by their quantity, and those of inverters."""
    of_site: dict[str, list[tuple[CounterSource, float]]] = {}
    inverters: list[RawCounter] = []
    for counter in counters:
        source = counter.source
        if source.quantity == INVERTER:
            inverters.append(counter)
        elif is_of_site(source):
            of_site.setdefault(source.quantity, []).append((source, counter.value_wh))
    return of_site, inverters


def _residual_wh(parts: Mapping[str, float]) -> float | None:
    if not {"solar", "import", "export", "total"} <= parts.keys():
        return None
    balance_wh = parts["solar"] - parts.get("standby", 0.0) + parts["import"] - parts["export"]
    return measured(balance_wh + parts.get("generator", 0.0) - parts["total"])


def _measured(value_wh: float | None) -> float | None:
    return None if value_wh is None else measured(value_wh)
