"""The bridge to the inverters: search for new ones, reports to the cloud."""

from __future__ import annotations

from openvoy.model.control import Argument, Settings
from openvoy.protocol.control import FORM, ONLY, Control, Plan, State, Undoing, Values, Verdict, build_request
from openvoy.protocol.controls._members import arguments_of, number, read_members, words, write_members
from openvoy.protocol.endpoint import Role
from openvoy.protocol.endpoints.bridge import NEW_SCAN, REPORT_SETTINGS
from openvoy.protocol.http import Request

MOST_MINUTES = 1440.0


def _scan(state: State) -> Values:
    reply = state.value(NEW_SCAN)
    scan = None if reply is None else reply.scan
    return {ONLY: {"active": None if scan is None else scan.active}}


def _plan_scan(_state: State, wanted: Settings) -> Plan:
    if not wanted["active"]:
        return Plan(requests=(Request(method="DELETE", path=NEW_SCAN.path),))
    if "minutes" not in wanted:
        return Plan(requests=(Request(method="PUT", path=NEW_SCAN.path),))
    body = {"newDeviceScan": {"duration-in-minutes": round(float(str(wanted["minutes"])))}}
    return Plan(requests=(build_request(NEW_SCAN, "PUT", body),))


def _confirm_scan(_control: Control, state: State, wanted: Settings) -> Verdict:
    active = _scan(state)[ONLY]["active"]
    if active is None:
        return Verdict.UNSAID
    return Verdict.DONE if active is wanted["active"] else Verdict.NOT_YET


def _undo_scan(undoing: Undoing) -> Settings | None:
    return {"active": not undoing.arguments["active"]}


SCAN_ACTIVE = Control(
    name="scan.active",
    family="provision",
    summary="Search for new inverters on the power line.",
    arguments=(
        Argument(name="active", kind="flag", summary="on searches, off ends it.", is_required=True),
        Argument(name="minutes", kind="number", summary="How long.", unit="min", least=1.0, most=MOST_MINUTES),
    ),
    example="on --minutes 15",
    role=Role.PROVISIONING,
    reads=(NEW_SCAN,),
    current=_scan,
    plan=_plan_scan,
    confirm=_confirm_scan,
    undo=_undo_scan,
    settles_s=75.0,
    watch_s=0.0,
)

REPORTS = (
    words(
        "bandwidth", "high: every 5 minutes; low: four times a day.", "bandwidth", wire={"high": "high", "low": "low"}
    ),
    number("diagnosis", "High for so long; 0 ends it.", "diag_duration_mins", unit="min", most=MOST_MINUTES),
)


def _plan_reports(state: State, wanted: Settings) -> Plan:
    document = state.document(REPORT_SETTINGS)
    settings = document["reportsettings"]
    write_members(settings, REPORTS, wanted)
    settings.pop("diag_remaining_secs", None)
    return Plan(requests=(build_request(REPORT_SETTINGS, "PUT", document, content_type=FORM),))


def _reports(state: State) -> Values:
    document = state.document(REPORT_SETTINGS)
    return {ONLY: read_members(document.get("reportsettings") if isinstance(document, dict) else None, REPORTS)}


REPORTS_SETTINGS = Control(
    name="reports.settings",
    family="provision",
    summary="How often the gateway reports to the vendor's cloud.",
    arguments=arguments_of(REPORTS),
    example="--bandwidth low",
    role=Role.SUPPORT,
    reads=(REPORT_SETTINGS,),
    current=_reports,
    plan=_plan_reports,
    reason=lambda _state, _wanted: "While a diagnosis runs the bandwidth reads high.",
)
