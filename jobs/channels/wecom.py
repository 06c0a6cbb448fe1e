"""企业微信 group bots: `wecom://KEY`.

KEY stands in the bot's webhook address after ``key=``.
"""

from __future__ import annotations

from urllib.parse import urlencode

from pydantic import Field

from jobs.address import Address, ApiOptions, fill
from jobs.message import Message
from jobs.rendering import CHAT, WIDE_MARKDOWN, render
from jobs.sending import Codes, Post, Receipt

SCHEMES = ("wecom",)
RATE = 20.0  # developer.work.weixin.qq.com/document/path/91770: 20 a minute and bot
MARKDOWN_LIMIT = 4096  # bytes of UTF-8, same page
TEXT_LIMIT = 2048
# 45009 and 45033 too fast, -1 busy; 93000 no such key, 93008 bot not in the group; 40008 message type, 40058 bad parameter (also:
# too long), 44004 empty, 45002 too long.
CODES = Codes(ok=(0,), wait={45009: 60.0, 45033: 5.0, -1: 5.0}, final=(93000, 93008), poison=(40008, 40058, 44004, 45002))


class Options(ApiOptions):
    """Which bot."""

    api: str = "https://qyapi.weixin.qq.com"
    key: str = Field(description="key of the webhook address", repr=False)


def options(address: Address) -> Options:
    """The options of an address such as ``wecom://KEY``."""
    return fill(Options, address, "wecom://KEY", key=address.authority)


async def send(message: Message, options: Options, post: Post) -> Receipt:
    """Send a markdown message, or text for a plain one."""
    if message.plain:
        body: dict[str, object] = {"msgtype": "text", "text": {"content": render(message, CHAT, TEXT_LIMIT)}}
    else:
        body = {"msgtype": "markdown", "markdown": {"content": render(message, WIDE_MARKDOWN, MARKDOWN_LIMIT)}}
    reply = await post(f"{options.api}/cgi-bin/webhook/send?{urlencode({'key': options.key})}", json_body=body)
    return CODES.read(reply, reply.json.get("errcode"), str(reply.json.get("errmsg", "")))
