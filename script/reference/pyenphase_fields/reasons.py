"""Why ours is right where it differs from pyenphase's."""

from __future__ import annotations

from typing import Any

from reference._comparison import Pair, Reason, unix


def _is_of_another_moment(pair: Pair) -> bool:
    """Whether the overview and the meters were read at different seconds."""
    said = pair.snapshot.reported
    pages = {flow.at for flow in (said.production, said.consumption, said.net) if flow is not None and flow.at}
    meters = {meter.at for meter in pair.snapshot.meters if meter.at is not None}
    return bool(pages and meters and (len(pages | meters) > 1))


def _is_sum_of_factors(pair: Pair, factor: float) -> bool:
    factors = [one.power_factor for one in pair.data.ctmeters_phases.get(pair.key, {}).values() if one is not None]
    return len(factors) > 1 and abs(sum(factors) - factor) < 0.002


def _has_frozen_interval(pair: Pair) -> bool:
    """Whether this is a metered gateway of a build that no longer moves the interval without a production meter."""
    version = tuple(map(int, pair.snapshot.gateway.firmware.split(".")))
    kinds = {meter.kind for meter in pair.snapshot.meters if meter.state == "enabled"}
    return pair.snapshot.gateway.model == "metered" and "production" not in kinds and version >= (8, 2, 4264)


def _is_battery(pair: Pair) -> bool:
    return any(battery.serial == pair.key for battery in pair.snapshot.batteries)


def _says_more(_pair: Pair, theirs: Any, ours: Any) -> bool:
    return theirs is None and ours is not None


MORE = Reason(
    id="more",
    text="pyenphase does not read it here: it chooses one source of several when it starts, or has no such field for"
    " this firmware. Ours comes from a reply of the same recording.",
    applies=_says_more,
)


NOT_SAID = Reason(
    id="not-said",
    text="The gateway did not say it; pyenphase puts 0 in the place of what is not said, ours is None.",
    applies=lambda _pair, theirs, ours: theirs == 0 and ours is None,
)


NO_BATTERY = Reason(
    id="no-battery",
    text="The site has no battery: the gateway fills in zeros and defaults for one that is not there. Ours is None.",
    applies=lambda pair, _theirs, ours: ours is None and not pair.snapshot.batteries,
)


NEGATIVE_WATTS = Reason(
    id="unsigned",
    text="The firmware prints small negative powers unsigned: 4294967292 is -4 W. Ours has its sign.",
    applies=lambda _pair, theirs, ours: theirs is not None and ours is not None and theirs - 2**32 == ours,
)


FACTOR = Reason(
    id="Q9",
    text="No power factor is above 1: the build adds up those of the phases. Ours is active over apparent power.",
    applies=lambda pair, theirs, _ours: theirs is not None and (abs(theirs) > 1 or _is_sum_of_factors(pair, theirs)),
)


NET_TWICE = Reason(
    id="Q9-days",
    text="The build gives the total the values of the net row, and both pyenphase and we make the total anew. Its days"
    " are lifetimes or 0 then, which pyenphase passes on; ours are None.",
    applies=lambda pair, _theirs, ours: ours is None and pair.key.startswith("consumption"),
)


FROZEN = Reason(
    id="Q12",
    text="A metered gateway without a production transformer repeats the same interval values for ever. pyenphase knows"
    " that only where there is no transformer at all; ours are the inverters'.",
    applies=lambda pair, _theirs, _ours: "consumption" not in pair.key and _has_frozen_interval(pair),
)


PRINTED = Reason(
    id="digits",
    text="The overview and the meter print the same value with other digits, on the two sides of one half.",
    applies=lambda _pair, theirs, ours: None not in {theirs, ours} and abs(theirs - ours) == 1,
)


NEVER = Reason(
    id="never",
    text="0 is how a gateway says never; ours is None.",
    applies=lambda _pair, theirs, ours: theirs == 0 and ours is None,
)


ANOTHER_MOMENT = Reason(
    id="Q16",
    text="pyenphase gives the overview, we give the meter: the reading times that the gateway says of them differ, by"
    " seconds or, where a recording was put together of several, by much more. The meter is the fresher of both.",
    applies=lambda pair, theirs, ours: None not in {theirs, ours} and _is_of_another_moment(pair),
)


NEWER_REPORT = Reason(
    id="newer-report",
    text="A report and the details list the same inverter; of their powers the one reported later counts.",
    applies=lambda pair, _theirs, ours: ours is not None and pair.theirs.last_report_date < (unix(pair.ours.at) or 1),
)


ROUNDED_TWICE = Reason(
    id="rounding",
    text="The total is made anew of production and net; pyenphase adds what it has rounded, ours is rounded once.",
    applies=lambda pair, theirs, ours: (
        pair.key.startswith("consumption")
        and None not in {theirs, ours}
        and abs(theirs - ours) == 1
        and pair.ours.today_wh is None
    ),
)


AC_BATTERY = Reason(
    id="ac-battery",
    text="It is an AC Battery, which the gateway lists among the inverters. Ours stands under `batteries`.",
    applies=lambda pair, _theirs, ours: ours is None and _is_battery(pair),
)


LIVE_CHARGE = Reason(
    id="live-charge",
    text="Two replies say the charge. Ours is that of the reply with the power, which pyenphase gives there too: it is"
    " of this moment, the inventory's is of the last report.",
    applies=lambda pair, _theirs, ours: pair.data.encharge_power[pair.key].soc == ours,
)


NO_CONTROLLER = Reason(
    id="no-controller",
    text="Without a system controller there are no contacts; the gateway lists four defaults.",
    applies=lambda pair, _theirs, ours: ours is None and not pair.snapshot.contacts,
)


NO_GENERATOR = Reason(
    id="no-generator",
    text="No generator is configured; firmware 7 and 8 list one at rest. Ours is None.",
    applies=lambda pair, _theirs, ours: ours is None and pair.snapshot.generator is None,
)


NO_TARIFF_TEXT = "The gateway's fixed text, without meaning to a reader."
