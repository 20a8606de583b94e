"""What the cloud's refusals mean, in terms of what helps. Its own words are never shown: they may hold secrets.

The cloud locks accounts that ask too often, so whoever meets one of these waits before the next attempt.
"""

from __future__ import annotations

from openvoy.errors import CloudUnavailable, CredentialRejected, OpenvoyError, SecondFactorNeeded
from openvoy.protocol.http import Response

SESSION_LIFE_S = 3600.0
"""Sessions end by themselves after about an hour (endpoints.md 4.3)."""
BUSY_S = 900.0
"""Patience where the cloud asks for it without saying how much."""

WEB_PAGE = (
    "Create the token on the web page https://entrez.enphaseenergy.com instead: log in, name the system and the"
    " gateway, copy the token into a file and give it with --token-file or token_file."
)
_TOO_MANY = b"too many active sessions"


def check_answer(response: Response, *, service: str) -> None:
    """Raise CloudUnavailable where the cloud itself cannot or will not serve now, whoever asks."""
    status = response.status
    if _TOO_MANY in response.body[:4096].lower():
        raise CloudUnavailable(
            f"{service}: the account has too many active sessions.",
            hint="They end by themselves within an hour. Log out elsewhere, and have other programs keep their token.",
            retry_after_s=SESSION_LIFE_S,
        )
    if status == 429:
        wait_s = asked_wait_s(response)
        raise CloudUnavailable(
            f"{service} asks for patience.",
            hint="It is asked too often, by this program or by others with the same account. Wait before trying again.",
            retry_after_s=BUSY_S if wait_s is None else wait_s,
        )
    if status >= 500:
        raise CloudUnavailable(
            f"{service} cannot serve now (status {status}).",
            hint=f"Try again later; a saved token works meanwhile. {WEB_PAGE}",
            retry_after_s=asked_wait_s(response),
        )


def asked_wait_s(response: Response) -> float | None:
    """How many seconds the cloud asks to wait; unlike a gateway's wish it is granted, up to the day of `renewal`."""
    header = response.headers.get("retry-after", "").strip()
    return float(header) if header.isascii() and header.isdigit() else None


def check_no_redirect(response: Response, *, service: str) -> None:
    """Raise where the service leads elsewhere: a password follows no redirect."""
    if 300 <= response.status < 400:
        raise CloudUnavailable(
            f"{service} leads elsewhere (status {response.status}), and a password follows no redirect.",
            hint="Check base_url and tokens_url in [cloud]; they begin with https:// for the real service.",
        )


def wrong_password(user: str) -> OpenvoyError:
    """Build the error for an account that is not let in."""
    return CredentialRejected(
        f"The cloud does not accept e-mail address and password of {user}.",
        hint="Correct them; they are those of the vendor's app. Nothing is tried again by itself with the same ones"
        " for some time, since accounts are locked after several failures.",
    )


def second_factor(user: str) -> OpenvoyError:
    """Build the error for an account that a program cannot log in to (quirk Q61)."""
    return SecondFactorNeeded(
        f"The account {user} asks for a second factor (a code by mail or app), which a program cannot give.",
        hint=f"{WEB_PAGE} Or switch the second factor off for this account, or use another account that the owner gives"
        " access to the system.",
    )


def no_session(user: str) -> OpenvoyError:
    """Build the error for a login that succeeds without a session."""
    return CloudUnavailable(
        f"The login of {user} opens no session, for no reason that is known.", hint=f"Try again later. {WEB_PAGE}"
    )


def no_token(serial: str) -> OpenvoyError:
    """Build the error for text where a token should be (quirk Q61)."""
    return CloudUnavailable(
        f"The cloud answers with something that is no token for gateway {serial}.",
        hint=f"This happens to single accounts until the vendor's support acts. Try again later. {WEB_PAGE}",
    )


def refused_token(response: Response, *, user: str, serial: str) -> OpenvoyError:
    """Build the error for a request for a token that was refused."""
    if response.status == 401:
        return CloudUnavailable(
            f"The session of {user} ended before it was used for a token.", hint=f"Try again later. {WEB_PAGE}"
        )
    if response.status == 403:
        return CredentialRejected(
            f"The account {user} may not have a token for gateway {serial}.",
            hint="Use the account of the system's owner or installer. After a change of owner the vendor's support has"
            " to move the system first.",
        )
    return CredentialRejected(
        f"The cloud knows no gateway {serial} (status {response.status}).",
        hint="Check the serial number: 12 digits, on the gateway and in its /info page. After a replacement it takes"
        " until the new gateway has reported.",
    )
