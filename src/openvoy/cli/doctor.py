"""What `openvoy doctor` looks at: patients from options or configuration, and this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openvoy.cli.cloud import build_store, tokens_folder
from openvoy.cli.config import Config, GatewayConfig
from openvoy.cli.extras import needing
from openvoy.cli.target import Target, resolve_credentials
from openvoy.client.cloud import FileAttempts
from openvoy.client.doctor import MachineFacts, Patient, TokenFacts
from openvoy.client.doctor.facts import Damage
from openvoy.client.private_file import is_open_to_others
from openvoy.errors import ConfigError, OpenvoyError, StorageError
from openvoy.protocol.cloud import explain_renewal
from openvoy.protocol.login import TokenInfo

MOUNTS = Path("/proc/mounts")
PARTS = ("history*", "journal", "journal/*", "sealed", "sealed/*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A gateway of the configuration that cannot even be asked."""

    name: str
    host: str
    error: OpenvoyError


def patient_of_target(target: Target, environ: Mapping[str, str], wanted_role: str | None) -> Patient:
    """Take gateway and login from options; raise ConfigError for what contradicts itself."""
    credentials = resolve_credentials(target, environ)
    named = environ.get("OPENVOY_TOKEN_FILE")
    file = target.token_file or (Path(named) if named else None)
    return Patient(
        name=target.host,
        host=target.host,
        read_token=lambda _serial: credentials.token,
        token=TokenFacts(is_open_to_others=file is not None and file.is_file() and is_open_to_others(file)),
        user=credentials.user,
        password=credentials.password,
        wanted_role=wanted_role,
    )


def patients_of_config(
    config: Config, environ: Mapping[str, str], wanted_role: str | None, now: datetime
) -> Sequence[Patient | Trouble]:
    """Take the gateways of a configuration; a login that is not there is told for each."""
    return [_patient(gateway, environ, wanted_role, now) for gateway in config.gateways]


def _patient(
    gateway: GatewayConfig, environ: Mapping[str, str], wanted_role: str | None, now: datetime
) -> Patient | Trouble:
    try:
        read_token, token = _token_of(gateway, environ, now)
        password = None if gateway.password is None else gateway.password.read(environ)
    except OpenvoyError as error:
        return Trouble(name=gateway.name, host=gateway.host, error=error)
    return Patient(
        name=gateway.name,
        host=gateway.host,
        read_token=read_token,
        token=token,
        find_trouble=lambda serial, info: _find_trouble(serial, info, now) if token.renews_itself else None,
        user=gateway.user,
        password=password,
        wanted_role=wanted_role,
    )


def _token_of(
    gateway: GatewayConfig, environ: Mapping[str, str], now: datetime
) -> tuple[Callable[[str], str | None], TokenFacts]:
    if gateway.cloud is not None:
        gateway.cloud.password.read(environ)
        in_keyring = gateway.cloud.keep == "keyring"
        return lambda serial: _read_saved(serial, now, in_keyring=in_keyring), TokenFacts(renews_itself=True)
    if gateway.token is None:
        return lambda _serial: None, TokenFacts()
    token, file = gateway.token.read(environ), gateway.token.file
    return lambda _serial: token, TokenFacts(is_open_to_others=file is not None and is_open_to_others(file))


def _read_saved(serial: str, now: datetime, *, in_keyring: bool) -> str:
    """Read what the service has obtained; the cloud is not asked."""
    token = build_store(in_keyring=in_keyring).read_token(serial)
    if token is not None:
        return token
    raise _find_trouble(serial, None, now) or ConfigError(
        f"No token for {serial} has been obtained yet.",
        hint="`openvoy run` obtains one as soon as it runs; `openvoy token fetch` tries the account now.",
    )


def _find_trouble(serial: str, info: TokenInfo | None, now: datetime) -> OpenvoyError | None:
    return explain_renewal(FileAttempts(tokens_folder()).read_attempt(serial), info, now)


def look_at_machine(folder: Path) -> MachineFacts:
    """Look at the folder of the history without opening it, as the service may be using it."""
    place = next(one for one in (folder, *folder.absolute().parents) if one.is_dir())
    problem: OpenvoyError | None = None
    if folder.exists() and not folder.is_dir():
        problem = StorageError(f"{folder} is not a folder.", hint="Name another one with [store] path or --data.")
    elif is_read_only(place):
        problem = StorageError(
            f"The disk of {place} is mounted read-only.",
            hint="If nobody wanted that, the system found an error on it: look at `dmesg`, and replace the disk.",
        )
    elif not os.access(place, os.W_OK):
        problem = StorageError(f"{place} cannot be written by this user.", hint=f"Run: chown $(id -u) {place}")
    else:
        problem = _find_unreadable(folder)
    usage = shutil.disk_usage(place)
    return MachineFacts(
        folder=str(folder),
        free_bytes=usage.free,
        total_bytes=usage.total,
        device=_device_of(place),
        problem=problem,
        set_aside=tuple(sorted(path.name for path in folder.glob("*damaged*"))) if folder.is_dir() else (),
        damage=_find_damage(folder) if problem is None else (),
    )


def _find_damage(folder: Path) -> tuple[Damage, ...]:
    """Check the files of the history by their checksums, also beside a running service."""
    try:
        with needing("service", "History"):
            from openvoy.store.verifying import verify_files  # noqa: PLC0415 - a client needs no database
    except ConfigError:
        return ()
    return tuple(
        Damage(problems=tuple(found.problems), remedy=found.remedy) for found in verify_files(folder) if found.problems
    )


def is_read_only(folder: Path) -> bool:
    """Whether the disk of a folder takes nothing, where the system tells that."""
    return hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _find_unreadable(folder: Path) -> OpenvoyError | None:
    if (folder / "unfinished").exists():
        return StorageError(
            f"{folder} is a copy that was not finished.",
            hint="Run `openvoy history restore` or `openvoy history backup` into it again.",
        )
    for file in sorted(one for name in PARTS for one in folder.glob(name)):
        if not os.access(file, os.R_OK | os.W_OK):
            return StorageError(f"{file} cannot be read and written by this user.", hint=f"Run: chown $(id -u) {file}")
    return None


def _device_of(folder: Path) -> str | None:
    """Find the block device of a folder, where the system tells mounts as Linux does."""
    try:
        lines = [line.split() for line in MOUNTS.read_text(errors="replace").splitlines()]
    except OSError:
        return None
    path = folder.resolve()
    mounts = [(Path(words[1]), words[0]) for words in lines if len(words) > 1 and path.is_relative_to(words[1])]
    return max(mounts, key=lambda mount: len(mount[0].parts))[1] if mounts else None
