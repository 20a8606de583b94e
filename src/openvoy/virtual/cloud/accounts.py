"""Who has an account, and whose systems and gateways there are."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import Enum

from openvoy.virtual.login.tokens import INSTALLER_LIFETIME_S, OWNER_LIFETIME_S


class Kind(Enum):
    """What an account is for; its value is the claim `enphaseUser`."""

    OWNER = "owner"
    """Tokens for a year."""
    INSTALLER = "installer"
    """Tokens for 12 hours."""
    SELF_INSTALLER = "self-installer"
    """An owner who is his own installer: the web page gives the installer's kind, programs get the owner's (4.2)."""


class Route(Enum):
    """How a token is asked for."""

    PERSON = "person"
    """On a web page: the token page, or the login of the gateway's own pages."""
    PROGRAM = "program"
    """By a call with a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may log in."""

    address: str
    kind: Kind
    user_id: int
    first_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system with its gateways."""

    site_id: int
    name: str
    serials: tuple[str, ...]
    owners: tuple[Kind, ...]
    """Kinds of account that it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token will say."""

    user: str
    lifetime_s: float


def build_grant(account: Account, route: Route) -> Grant:
    """Say which kind of token an account gets on this route."""
    is_installer = account.kind is Kind.INSTALLER or (account.kind is Kind.SELF_INSTALLER and route is Route.PERSON)
    return Grant(user="installer", lifetime_s=INSTALLER_LIFETIME_S) if is_installer else OWNER_GRANT


OWNER_GRANT = Grant(user="owner", lifetime_s=OWNER_LIFETIME_S)

ACCOUNTS = (
    Account(address="owner@example.com", kind=Kind.OWNER, user_id=1001, first_name="Olivia"),
    Account(address="installer@example.com", kind=Kind.INSTALLER, user_id=1002, first_name="Ingo"),
    Account(address="self-installer@example.com", kind=Kind.SELF_INSTALLER, user_id=1003, first_name="Sasha"),
)
"""The accounts of every virtual cloud."""


class Directory:
    """Accounts with one password for all, the gateway's own system, and a neighbour's that only the installer sees."""

    def __init__(self, serial: str, password: str) -> None:
        self._password = password
        self.systems = (
            System(site_id=700_001, name="Home", serials=(serial,), owners=tuple(Kind)),
            System(site_id=700_002, name="Neighbour", serials=(neighbour_of(serial),), owners=(Kind.INSTALLER,)),
        )

    def find(self, address: str, password: str) -> Account | None:
        """Find who logs in; None where address or password is wrong."""
        is_right = hmac.compare_digest(password.encode("utf-8", "replace"), self._password.encode())
        known = next((account for account in ACCOUNTS if account.address == address.strip().lower()), None)
        return known if is_right else None

    def systems_of(self, account: Account) -> tuple[System, ...]:
        """Give the systems that an account sees."""
        return tuple(system for system in self.systems if account.kind in system.owners)

    def system_of(self, serial: str) -> System | None:
        """Find the system of a gateway."""
        return next((system for system in self.systems if serial in system.serials), None)


def neighbour_of(serial: str) -> str:
    """Give the serial number of the gateway next door: it exists, but is not the owner's."""
    return f"{(int(serial) + 1) % 10 ** len(serial):0{len(serial)}d}" if serial.isdigit() else f"{serial}1"
