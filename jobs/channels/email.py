"""Sends alerts by mail: `smtps://user:password@host:465?from=…&to=…`, or `smtp://…` with STARTTLS.

Each mail has a text and an HTML form. Its Message-ID comes from the alert's key and never changes, so that a mail program shows a
repeated mail once. ``tls=off`` sends in the clear, for a relay on the same machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from pydantic import Field, field_validator

from crawler.plugins import Options as Base
from jobs.deliver.address import BY_MAIL, Address, Host, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import MAIL, PLAIN, headline, render
from jobs.deliver.transport import TIMEOUT, Post, Receipt, accepted, refused

SCHEMES = ("smtps", "smtp")
PUBLIC = ("host", "from", "to", "tls")
RATE = 30.0  # ours: mail providers bar who sends many in a minute, and a mailbox is no place for a storm
LIMIT = 100_000  # bytes of one form; far below what mail servers refuse
TOTAL = 3 * TIMEOUT  # seconds for a whole delivery, which takes several answers of the server
BOTH_WAYS = 2  # socket.SHUT_RDWR
POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)  # what every server takes; RFC 2047 bounds an encoded word to 75


class Options(Base):
    """Which server, who sends, who receives."""

    host: Host = Field(description="mail server")
    port: int
    sender: str = Field(description="address in from=")
    to: tuple[str, ...] = Field(description="addresses in to=, several with commas")
    user: str = Field("", repr=False)
    password: str = Field("", repr=False)
    tls: str = Field(pattern="^(wrapped|starttls|off)$")

    @field_validator("sender", "to")
    @classmethod
    def _is_address(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for one in (value,) if isinstance(value, str) else value:
            if "@" not in one.strip("@") or any(ch in one for ch in " \r\n<>;，；"):
                raise ValueError(f"{one!r} is no mail address")
        return value


def options(address: Address) -> Options:
    """The options of an address such as ``smtps://user:password@smtp.example.org:465?from=a@example.org&to=b@example.org``."""
    wrapped = address.scheme == "smtps"
    to = tuple(one.strip() for value in address.all("to") for one in value.split(",") if one.strip())
    return fill(
        Options,
        address,
        BY_MAIL,
        skip=("from", "to", "tls"),
        host=address.host,
        port=address.port or (465 if wrapped else 587),
        sender=address.get("from"),
        to=to,
        user=address.user,
        password=address.password,
        tls="wrapped" if wrapped else address.get("tls", "starttls"),
    )


async def send(message: Message, options: Options, post: Post) -> Receipt:
    """Hand the mail to the server; it counts as sent when the server took it for every recipient."""
    mail = compose(message, options)
    mail["Date"] = format_datetime(post.now())
    connection: list[smtplib.SMTP] = []
    taken = post.taken_by(mail["Message-ID"])
    try:
        return await asyncio.wait_for(asyncio.to_thread(_deliver, mail, options, connection, taken), TOTAL)
    except TimeoutError:
        # This ends the thread, which waits for the server; `close` would wait for the thread, and all of the program with it.
        for one in connection:
            with contextlib.suppress(OSError):
                if one.sock:
                    one.sock.shutdown(BOTH_WAYS)
        return refused(f"{options.host} took longer than {TOTAL:g} s")


def compose(message: Message, options: Options) -> EmailMessage:
    """The mail, without its date."""
    mail = EmailMessage(policy=POLICY)
    mail["Subject"] = headline(message)
    mail["From"] = options.sender
    mail["To"] = ", ".join(options.to)
    mail["Message-ID"] = f"<{message.idem_key}@{options.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies
    mail.set_content(render(message, PLAIN, LIMIT))
    if not message.plain:
        mail.add_alternative(f"<html><body>{render(message, MAIL, LIMIT)}</body></html>", subtype="html")
    return mail


def _deliver(mail: EmailMessage, options: Options, connection: list[smtplib.SMTP], taken: set[str]) -> Receipt:
    """Hand the mail over for those recipients for whom no attempt before was `taken`: a second one is late for one of them only."""
    wanted = [one for one in options.to if one not in taken]
    if not wanted:
        return accepted("250 accepted", 250)
    try:
        server = _connect(options, connection)
        with contextlib.closing(server):
            if options.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            if options.user:
                server.login(options.user, options.password)
            not_taken = server.send_message(mail, options.sender, wanted)
            taken.update(set(wanted) - set(not_taken))
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()  # the mail is taken already
    except smtplib.SMTPRecipientsRefused as error:
        return _refused_recipients(error.recipients, options)
    except smtplib.SMTPResponseException as error:
        words = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else str(error.smtp_error)
        return refused(f"{error.smtp_code} {words}", error.smtp_code, permanent=error.smtp_code >= 500)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        return refused(f"{options.host}:{options.port}: {error or type(error).__name__}")
    return _refused_recipients(not_taken, options) if not_taken else accepted("250 accepted", 250)


def _connect(options: Options, connection: list[smtplib.SMTP]) -> smtplib.SMTP:
    """The open connection; it stands in `connection` before the server has said a word, and may never have ended its greeting."""
    wrapped = options.tls == "wrapped"
    kind: type[smtplib.SMTP] = smtplib.SMTP_SSL if wrapped else smtplib.SMTP
    more: dict[str, Any] = {"context": ssl.create_default_context()} if wrapped else {}
    server = kind.__new__(kind)
    connection.append(server)
    kind.__init__(server, options.host, options.port, timeout=TIMEOUT, **more)
    return server


def _refused_recipients(not_taken: dict[str, tuple[int, bytes]], options: Options) -> Receipt:
    """A mail that one of several recipients did not get is not delivered; the ledger says who has it."""
    said = "; ".join(f"{one}: {code} {words.decode('utf-8', 'replace')}" for one, (code, words) in not_taken.items())
    taken = [one for one in options.to if one not in not_taken]
    codes = [code for code, _ in not_taken.values()]
    taken_by = f" (accepted for {', '.join(taken)})" if taken else ""
    return refused(said + taken_by, codes[0], permanent=all(code >= 500 for code in codes))
