"""Server酱, both Turbo (SCT…) and Server酱³ (sctp…): `serverchan://KEY`."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field

from jobs.deliver.address import Address, ApiOptions, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import CHAT, WIDE_MARKDOWN, headline, render
from jobs.deliver.transport import Codes, Post, Receipt, Reply, refused

SCHEMES = ("serverchan",)
WEB = (
    (r"https://sctapi\.ftqq\.com/(\w+)\.send", "serverchan://{}"),
    (r"https://\d+\.push\.ft07\.com/send/(sctp\w+)\.send", "serverchan://{}"),
)
RATE = 5.0  # a minute; the vendor counts by the day, by account
LIMIT = 32_000  # sct.ftqq.com: desp takes 32 KB
TITLE = 32  # sct.ftqq.com: code points of title
DAY_IS_FULL = 6 * 3600.0  # seconds until we ask again whether the day's share is renewed
CODES = Codes(ok=(0,), final=(40001,))  # 40001: unknown key, or the day's share is used up; the words tell which


class Options(ApiOptions):
    """Which account."""

    key: str = Field(description="SendKey", pattern="^[A-Za-z0-9]+$", repr=False)


def options(address: Address) -> Options:
    """The options of an address such as ``serverchan://SCT123ABC``."""
    return fill(Options, address, "serverchan://SENDKEY", key=address.authority)


def endpoint(options: Options) -> str:
    """Where this key is served: each Server酱³ account has a host of its own, named in the key."""
    third = re.match(r"sctp(\d+)t", options.key)
    if third:
        return f"{options.api or f'https://{third[1]}.push.ft07.com'}/send/{options.key}.send"
    return f"{options.api or 'https://sctapi.ftqq.com'}/{options.key}.send"


async def send(message: Message, options: Options, post: Post) -> Receipt:
    """Send the message as markdown."""
    text = render(message, WIDE_MARKDOWN, LIMIT).replace("\n", "\n\n")  # a single line end is none in this markdown
    reply = await post(endpoint(options), form={"title": CHAT.escape(headline(message, TITLE)), "desp": text})
    return _read(reply, reply.json)


def _read(reply: Reply, answer: dict[str, Any]) -> Receipt:
    code = answer.get("code", answer.get("errno"))
    words = str(answer.get("message") or answer.get("error") or "")
    if code not in CODES.ok and "次数" in words:
        return refused(f"{code} {words}", code, retry_after=DAY_IS_FULL)
    return CODES.read(reply, code, words)
