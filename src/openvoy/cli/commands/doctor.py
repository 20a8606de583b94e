"""`openvoy doctor`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from openvoy.cli.app import JsonFlag, command, option
from openvoy.cli.extras import needing
from openvoy.cli.folders import data_folder
from openvoy.cli.output import print_json
from openvoy.cli.target import Target
from openvoy.errors import ConfigError, CredentialRejected, OpenvoyError, StorageError

if TYPE_CHECKING:
    from openvoy.cli.config import Config
    from openvoy.cli.doctor import Trouble
    from openvoy.client.doctor import Facts, Finding, Patient
    from openvoy.client.doctor.facts import Overwrite

SOMETHING_FOUND = 1
"""Exit code where something has to be done and no error says a code of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found about one gateway, or about the configuration and this machine."""

    subject: str
    findings: Sequence[Finding]
    serial: str | None = None
    firmware: str | None = None
    exit_code: int = 0


@command("doctor", also=("check", "diagnose", "test"))
async def doctor(
    *,
    target: Target,
    config: Annotated[
        Path | None, option("--config", help="Configuration to check without running it. [env: OPENVOY_CONFIG]")
    ] = None,
    role: Annotated[str | None, option("--role", help="Kind of token that is wanted: owner or installer.")] = None,
    as_json: JsonFlag = False,
) -> int:
    """Check a gateway, or a configuration and all its gateways, and say what to do.

    Looks at network, TLS, token, clocks, firmware, wiring of the transformers, panels, Wi-Fi, load, disk and history.
    Each gateway is read once; nothing is changed and the cloud is not asked. The exit code is 0 where nothing has to be
    done, else that of the error, or 1.

    Examples:
        openvoy doctor --host envoy.local --token-file home.jwt

        openvoy doctor --config openvoy.toml

        openvoy doctor --json
    """
    if role not in (None, "owner", "installer"):
        raise ConfigError(f"--role {role} is no role.", hint="Give owner or installer.")
    reports = await _examine_all(target, config, role)
    if as_json:
        print_json({"reports": reports, "exit_code": _exit_code(reports)})
    else:
        _print(reports)
    return _exit_code(reports)


async def _examine_all(target: Target, file: Path | None, role: str | None) -> list[Report]:
    from openvoy.client.clock import SystemClock  # noqa: PLC0415 - `--help` need not load the network

    if file is None and target != Target():
        from openvoy.cli.doctor import patient_of_target  # noqa: PLC0415 - as above

        return [await _examine(patient_of_target(target, os.environ, role)), _machine(data_folder())]
    with needing("service", "Checking a configuration"):
        from openvoy.cli.config import load_config  # noqa: PLC0415 - as above
        from openvoy.cli.doctor import patients_of_config  # noqa: PLC0415 - as above
    try:
        settings = load_config(file, os.environ)
    except ConfigError as error:
        return [_broken("configuration", error), _machine(data_folder())]
    patients = patients_of_config(settings, os.environ, role, SystemClock().now())
    reports = [await _examine(patient) for patient in patients]
    if not patients:
        from openvoy.cli.doctor import patient_of_target  # noqa: PLC0415 - as above

        reports = [await _examine(patient_of_target(target, os.environ, role))]
    return [_configuration(settings), *reports, _machine(settings.store.path)]


async def _examine(patient: Patient | Trouble) -> Report:
    from openvoy.cli.doctor import Trouble  # noqa: PLC0415 - as above
    from openvoy.client.clock import SystemClock  # noqa: PLC0415 - as above
    from openvoy.client.doctor import examine, find_all  # noqa: PLC0415 - as above
    from openvoy.client.gateway import build_transport  # noqa: PLC0415 - as above
    from openvoy.client.pins import FilePinStore  # noqa: PLC0415 - as above

    if isinstance(patient, Trouble):
        return _broken(f"{patient.name} ({patient.host})", patient.error)
    clock, pins = SystemClock(), FilePinStore(data_folder() / "certificates.json")
    facts = await examine(
        patient, open_transport=lambda origin: build_transport(origin, pins=pins, clock=clock), clock=clock
    )
    facts = replace(facts, overwrites=await _read_overwrites(facts))
    capabilities = facts.capabilities
    subject = patient.host if patient.name == patient.host else f"{patient.name} ({patient.host})"
    return Report(
        subject=subject,
        findings=find_all(facts),
        serial=None if capabilities is None else capabilities.serial,
        firmware=None if capabilities is None else str(capabilities.firmware),
        exit_code=0 if facts.failure is None else facts.failure.exit_code,
    )


async def _read_overwrites(facts: Facts) -> tuple[Overwrite, ...]:
    """Read from the audit log what somebody else took back at this gateway."""
    from openvoy.client.control.journal import FileAudit  # noqa: PLC0415 - as above
    from openvoy.client.doctor.facts import Overwrite  # noqa: PLC0415 - as above
    from openvoy.model.control import Outcome  # noqa: PLC0415 - as above

    if facts.capabilities is None:
        return ()
    try:
        entries = await FileAudit(data_folder() / "audit.jsonl").read_entries()
    except StorageError:
        return ()
    return tuple(
        Overwrite(at=entry.at, what=entry.control)
        for entry in entries
        if entry.outcome is Outcome.OVERWRITTEN and entry.gateway == facts.capabilities.serial
    )


def _machine(folder: Path) -> Report:
    from openvoy.cli.doctor import look_at_machine  # noqa: PLC0415 - as above
    from openvoy.client.clock import SystemClock  # noqa: PLC0415 - as above
    from openvoy.client.doctor import Facts, find_all  # noqa: PLC0415 - as above

    machine = look_at_machine(folder)
    facts = Facts(name="machine", host="", now=SystemClock().now(), machine=machine)
    code = 0 if machine.problem is None else machine.problem.exit_code
    return Report(subject=f"this machine ({folder})", findings=find_all(facts), exit_code=code)


def _configuration(settings: Config) -> Report:
    from openvoy.client.doctor import Finding, Severity  # noqa: PLC0415 - as above

    findings = [
        Finding(check="config", severity=Severity.WARNING, what=text, evidence=str(settings.file), advice="See there.")
        for text in settings.warnings
    ]
    return Report(subject=f"configuration ({settings.file or 'none, all is default'})", findings=findings)


def _broken(subject: str, error: OpenvoyError) -> Report:
    from openvoy.client.doctor import Finding, Severity  # noqa: PLC0415 - as above

    finding = Finding(
        check="config",
        severity=Severity.ERROR,
        what="It cannot be used as it is.",
        evidence=error.message,
        advice=error.hint,
    )
    return Report(subject=subject, findings=[finding], exit_code=error.exit_code)


def _exit_code(reports: Sequence[Report]) -> int:
    findings = [finding for report in reports for finding in report.findings]
    has_bad_token = any(finding.check == "token" and finding.severity.value == "error" for finding in findings)
    codes = [report.exit_code for report in reports if report.exit_code]
    if codes or has_bad_token:
        return codes[0] if codes else CredentialRejected.exit_code
    return SOMETHING_FOUND if any(finding.severity.value != "note" for finding in findings) else 0


def _print(reports: Sequence[Report]) -> None:
    for report in reports:
        known = ", ".join(filter(None, (report.serial, report.firmware and f"firmware {report.firmware}")))
        print(f"{report.subject}{f': {known}' if known else ''}")
        for finding in report.findings:
            sure = "" if finding.sureness.value == "certain" else f" ({finding.sureness.value})"
            source = "" if finding.source is None else f" [{finding.source}]"
            print(f"  {finding.severity.value}{sure}: {finding.what}{source}")
            print(f"    seen: {finding.evidence}")
            print(f"    do:   {finding.advice}")
        if not report.findings:
            print("  all is well")
