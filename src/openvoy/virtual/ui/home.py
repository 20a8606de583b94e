"""The home page: what the gateway is, what it does now, and whom it can talk to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from openvoy.codec import each
from openvoy.protocol.endpoints.inventory import HOME, Comm, CommLevel, HomePage, Network, NetworkInterface
from openvoy.virtual.markup import Html, render_facts, render_section, render_table
from openvoy.virtual.ui.entry import login_page
from openvoy.virtual.ui.layout import render_view
from openvoy.virtual.ui.production import fetch_production
from openvoy.virtual.ui.view import View
from openvoy.virtual.ui.words import render_answer, render_bars, render_quantity, render_time


async def home_page(view: View) -> bytes:
    """Render the home page, or the login to who has no session."""
    if view.is_locked:
        return await login_page(view)
    home = await view.fetch(HOME)
    production = await fetch_production(view)
    now_w = None if production is None else production.now_w
    parts = [render_section("Now", render_facts([("Production", render_quantity(now_w, "W") or "not known")]))]
    parts.append(render_section("Gateway", render_facts(_gateway(view, home))))
    if home is not None and home.network is not None:
        parts.append(_render_network(home.network))
    if home is not None and home.comm is not None:
        levels = render_table(
            "How well devices are heard",
            ("Devices", "Number", "Level"),
            ((name, level.count, render_bars(level.level)) for name, level in _levels(home.comm)),
            numbers=frozenset({"Number"}),
        )
        parts.append(render_section("Communication", levels))
    return render_view(view, "Home", *parts)


def _gateway(view: View, home: HomePage | None) -> Iterator[tuple[str, object]]:
    yield "Serial number", view.identity.serial
    yield "Part number", view.identity.part_number
    yield "Software", view.identity.firmware
    if home is not None:
        yield "Built", render_time(home.built_s)
        yield "Local time", " ".join(filter(None, (home.date, home.time, home.time_zone))) or None
        yield "Tariff", None if home.tariff_kind is None else home.tariff_kind.replace("_", " ")


def _render_network(network: Network) -> Html:
    facts = render_facts(
        [
            ("Internet", render_answer(network.internet)),
            ("Last report to the cloud", render_time(network.last_report_s)),
            ("Default route", network.primary),
        ]
    )
    table = render_table("Interfaces", ("Kind", "Address", "Hardware", "Link"), _interfaces(each(network.interfaces)))
    return render_section("Network", facts, table)


def _interfaces(interfaces: Iterable[NetworkInterface]) -> Iterator[tuple[object, ...]]:
    for interface in interfaces:
        link = interface.status if interface.status is not None else render_answer(interface.carrier)
        yield interface.kind, interface.ip, interface.mac, link


def _levels(comm: Comm) -> Iterator[tuple[str, CommLevel]]:
    kinds = (("Microinverters", comm.inverters), ("AC Batteries", comm.acb), ("Q Relays", comm.nsrb))
    for name, level in (*kinds, ("System controllers", comm.esub)):
        if level is not None and level.count:
            yield name, level
    for level in each(comm.batteries):
        if level.count:
            yield "IQ Batteries", level
