"""Telegram chats and channels: `telegram://BOT_TOKEN/CHAT_ID`.

CHAT_ID is a number (negative for groups) or @channel. ``?api=https://…`` goes through a proxy of the bot interface.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from jobs.deliver.address import Address, ApiOptions, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import CHAT, TELEGRAM, render, units
from jobs.deliver.transport import Codes, Post, Receipt, Reply, refused

SCHEMES = ("telegram",)
WEB = ((r"https://api\.telegram\.org/bot(\d+:[\w-]+)/\w+\?chat_id=(@?[\w-]+)", "telegram://{}/{}"),)
RATE = 20.0  # core.telegram.org/bots/faq: no more than 20 a minute to one group
LIMIT = 4096  # core.telegram.org/bots/api#sendmessage, UTF-16 units after the markup is read; ours counts the markup too
CODES = Codes(ok=(True,))
_ABOUT_THE_MESSAGE = ("can't parse", "too long", "message text is empty", "entit")


class Options(ApiOptions):
    """Which bot writes to which chat."""

    api: str = "https://api.telegram.org"
    token: str = Field(description="token of the bot", repr=False)
    chat: str = Field(description="id of the chat, or @channel")


def options(address: Address) -> Options:
    """The options of an address such as ``telegram://123456:ABCDEF/-1001234567``."""
    return fill(Options, address, "telegram://BOT_TOKEN/CHAT_ID", token=address.authority, chat="/".join(address.segments))


async def send(message: Message, options: Options, post: Post) -> Receipt:
    """Send the message with Telegram's HTML, or without any for a plain one."""
    body: dict[str, Any] = {"chat_id": options.chat, "link_preview_options": {"is_disabled": True}}
    if message.plain:
        body["text"] = render(message, CHAT, LIMIT, units)
    else:
        body |= {"text": render(message, TELEGRAM, LIMIT, units), "parse_mode": "HTML"}
    reply = await post(f"{options.api}/bot{options.token}/sendMessage", json_body=body)
    answer = reply.json
    if answer.get("ok") is False:
        return _refusal(reply, answer)
    return CODES.read(reply, answer.get("ok"), "sent")


def _refusal(reply: Reply, answer: dict[str, Any]) -> Receipt:
    code, words, more = answer.get("error_code"), str(answer.get("description", "")), answer.get("parameters")
    code, more = code if isinstance(code, int) else reply.status, more if isinstance(more, dict) else {}
    if "migrate_to_chat_id" in more:  # a group that became a supergroup
        words += f", new id of the chat: {more['migrate_to_chat_id']}"
    if code == 429 or code >= 500:
        return refused(f"{code} {words}", code, retry_after=more.get("retry_after", reply.retry_after))
    poison = code == 400 and any(sign in words.lower() for sign in _ABOUT_THE_MESSAGE)
    return refused(f"{code} {words}", code, permanent=True, poison=poison)
