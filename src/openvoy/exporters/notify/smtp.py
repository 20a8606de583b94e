"""A small SMTP client (RFC 5321) that waits and remembers only so much, and can be stopped at any moment.

The standard library's own blocks a thread, and takes a reply without end for as long as it comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP

from openvoy.errors import ExportError

MOST_LINE_BYTES = 4096
MOST_LINES = 64
HELO = "openvoy.localdomain"

AGAIN = "It is tried again by itself; "


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Takes e-mails."""

    host: str
    port: int
    name: str
    """As people see it, without secrets."""
    has_tls: bool
    """From the start; else STARTTLS is wanted."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    may_be_open: bool = False
    """It may lack STARTTLS: only on this machine, where nobody listens."""
    tls: ssl.SSLContext | None = None
    """Whom to trust; None: whom this machine trusts."""
    timeout_s: float = 30.0
    """For a whole e-mail."""


@dataclass(frozen=True, slots=True)
class _Reply:
    code: int
    lines: tuple[str, ...]

    @property
    def words(self) -> set[str]:
        return {line.partition(" ")[0].upper() for line in self.lines}


async def deliver(server: MailServer, mail: EmailMessage) -> None:
    """Hand over an e-mail; raise ExportError."""
    try:
        async with asyncio.timeout(server.timeout_s), _connected(server) as talk:
            await talk.deliver(mail)
    except TimeoutError as error:
        raise ExportError(
            f"{server.name} takes longer than {server.timeout_s:.0f} s.", hint=f"{AGAIN}see what keeps it busy."
        ) from error
    except ssl.SSLError as error:
        raise ExportError(
            f"{server.name}: the certificate is not trusted, or TLS is not spoken there: {error.reason}.",
            hint="smtps:// is for port 465, smtp:// for 587; the name in the url has to be that of the certificate.",
        ) from error
    except (asyncio.IncompleteReadError, ConnectionResetError, ConnectionAbortedError, BrokenPipeError) as error:
        raise ExportError(
            f"{server.name} closes the connection.", hint=f"{AGAIN}check address and port, and that it takes e-mail."
        ) from error
    except OSError as error:
        raise ExportError(
            f"{server.name} cannot be reached: {_reason(error)}.", hint=f"{AGAIN}check address and port."
        ) from error


@contextlib.asynccontextmanager
async def _connected(server: MailServer) -> AsyncIterator[_Talk]:
    tls = server.tls or ssl.create_default_context()
    reader, writer = await asyncio.open_connection(
        server.host, server.port, ssl=tls if server.has_tls else None, limit=MOST_LINE_BYTES
    )
    talk = _Talk(server, reader, writer, tls)
    try:
        await talk.open()
        yield talk
    finally:
        writer.transport.abort()


class _Talk:
    """One conversation; every refusal is an ExportError."""

    def __init__(
        self, server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: ssl.SSLContext
    ) -> None:
        self._server, self._reader, self._writer, self._tls = server, reader, writer, tls

    async def open(self) -> None:
        """Greet, encrypt, log in."""
        self._expect(await self._read(), 220, "greets with")
        known = await self._say(f"EHLO {HELO}", 250)
        if not self._server.has_tls:
            known = await self._encrypt(known)
        if self._server.password is not None:
            await self._log_in(known)

    async def deliver(self, mail: EmailMessage) -> None:
        """Hand over an e-mail to all of its addresses."""
        await self._say(f"MAIL FROM:<{mail['From'].addresses[0].addr_spec}>", 250)
        for address in mail["To"].addresses:
            await self._say(f"RCPT TO:<{address.addr_spec}>", 250)
        await self._say("DATA", 354)
        body = mail.as_bytes(policy=SMTP.clone(cte_type="7bit"))
        lines = (b"." + line if line.startswith(b".") else line for line in body.split(b"\r\n"))
        self._writer.write(b"\r\n".join(lines) + b"\r\n.\r\n")
        await self._writer.drain()
        self._expect(await self._read(), 250, "does not take the e-mail")
        self._writer.write(b"QUIT\r\n")
        await self._writer.drain()

    async def _encrypt(self, known: _Reply) -> _Reply:
        if "STARTTLS" not in known.words:
            if self._server.may_be_open:
                return known
            raise ExportError(
                f"{self._server.name} does not offer STARTTLS, and passwords would be readable.",
                hint="Use smtps:// if it speaks TLS at port 465.",
            )
        await self._say("STARTTLS", 220)
        # What came before encryption may be forged: nothing of it counts.
        self._reader._buffer.clear()  # type: ignore[attr-defined]  # noqa: SLF001 - the reader offers no other way
        await self._writer.start_tls(self._tls, server_hostname=self._server.host)
        return await self._say(f"EHLO {HELO}", 250)

    async def _log_in(self, known: _Reply) -> None:
        user, password = self._server.user or "", self._server.password or ""
        ways = next((line.upper().split()[1:] for line in known.lines if line.upper().startswith("AUTH ")), [])
        if "PLAIN" in ways:
            await self._say(f"AUTH PLAIN {_base64(f'{chr(0)}{user}{chr(0)}{password}')}", 235, shown="AUTH")
        elif "LOGIN" in ways:
            await self._say("AUTH LOGIN", 334)
            await self._say(_base64(user), 334, shown="AUTH")
            await self._say(_base64(password), 235, shown="AUTH")
        else:
            raise ExportError(
                f"{self._server.name} takes no password.", hint="Leave user and password out, or use its other port."
            )

    async def _say(self, line: str, code: int, *, shown: str = "") -> _Reply:
        self._writer.write(line.encode("utf-8") + b"\r\n")
        await self._writer.drain()
        reply = await self._read()
        self._expect(reply, code, f"answers {(shown or line).partition(' ')[0]} with")
        return reply

    async def _read(self) -> _Reply:
        lines: list[str] = []
        while len(lines) < MOST_LINES:
            try:
                line = (await self._reader.readuntil(b"\n")).decode("utf-8", "replace").rstrip()
            except asyncio.LimitOverrunError as error:
                raise self._no_mail() from error
            if not (line[:3].isascii() and line[:3].isdigit() and line[3:4] in {"", " ", "-"}):
                raise self._no_mail()
            lines.append(line[4:])
            if line[3:4] != "-":
                return _Reply(int(line[:3]), tuple(lines))
        raise self._no_mail()

    def _no_mail(self) -> ExportError:
        return ExportError(
            f"What answers at {self._server.name} does not take e-mail.", hint="Check address and port in the url."
        )

    def _expect(self, reply: _Reply, code: int, what: str) -> None:
        if reply.code == code or (code == 250 and reply.code == 251):
            return
        said = " ".join(reply.lines)[:200]
        hint = "Check user and password." if reply.code in {530, 534, 535} else f"{AGAIN}see what the server says."
        raise ExportError(f"{self._server.name} {what} {reply.code}: {said}", hint=hint)


def _reason(error: OSError) -> str:
    """Say why in the system's words; look-ups of names have no number of it."""
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or "the name has no address"


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
