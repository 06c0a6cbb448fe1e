"""飞书 and Lark group bots: `feishu://TOKEN?secret=…&keyword=…`, `lark://TOKEN`.

TOKEN is the last part of the bot's webhook address. `secret` is its 签名校验 key, `keyword` its 自定义关键词.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from pydantic import Field

from jobs.address import Address, ApiOptions, fill
from jobs.message import Message
from jobs.rendering import CHAT, ENTITY_MARKDOWN, details, headline, render, safe_link
from jobs.sending import Codes, Post, Receipt

SCHEMES = ("feishu", "lark")
RATE = 100.0  # a minute and bot, as several projects report; the vendor's page names no figure
LIMIT = 12_000  # bytes of text; a request may have 20 KB, and the card's frame and JSON quoting take a part
APIS = {"feishu": "https://open.feishu.cn", "lark": "https://open.larksuite.com"}
# 11232 too fast, 2200 internal; 9499 bad request, 19001 bad parameter, 19002 message refused;
# 19021 signature or clock, 19022 address not allowed, 19024 keyword missing: the bot's own security settings.
CODES = Codes(ok=(0,), wait={11232: 60.0, 2200: 5.0}, final=(19021, 19022, 19024), poison=(9499, 19001, 19002))


class Options(ApiOptions):
    """Which bot, and what its security settings ask for."""

    token: str = Field(description="last part of the webhook address", repr=False)
    secret: str = Field("", description="签名校验", repr=False)
    keyword: str = Field("", description="自定义关键词")


def options(address: Address) -> Options:
    """The options of an address such as ``feishu://TOKEN?secret=SECRET``."""
    api = address.get("api") or APIS[address.scheme]
    return fill(Options, address, f"{address.scheme}://TOKEN?secret=SECRET", token=address.authority, api=api)


async def send(message: Message, options: Options, post: Post) -> Receipt:
    """Send a card, or text for a plain message."""
    body = text(message, options) if message.plain else card(message, options)
    if options.secret:
        stamp = str(int(post.now().timestamp()))
        body |= {"timestamp": stamp, "sign": signature(options.secret, stamp)}
    reply = await post(f"{options.api}/open-apis/bot/v2/hook/{options.token}", json_body=body)
    answer = reply.json
    code = answer.get("code", answer.get("StatusCode"))
    return CODES.read(reply, code, str(answer.get("msg") or answer.get("StatusMessage") or ""))


def signature(secret: str, stamp: str) -> str:
    """The vendor signs an empty text with the key "stamp\\nsecret"."""
    return base64.b64encode(hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()


def text(message: Message, options: Options) -> dict[str, Any]:
    """The body of a text message; ``<at …>`` in it would ring people."""
    return {"msg_type": "text", "content": {"text": f"{options.keyword} {render(message, CHAT, LIMIT)}".strip()}}


def card(message: Message, options: Options) -> dict[str, Any]:
    """The body of a card: headline, details, and a button to the article."""
    elements: list[dict[str, Any]] = [{"tag": "markdown", "content": details(message, ENTITY_MARKDOWN, LIMIT)}]
    link = safe_link(message.link)
    if link:
        label = {"tag": "plain_text", "content": "阅读原文" if message.chinese else "Read the article"}
        elements.append({"tag": "action", "actions": [{"tag": "button", "text": label, "url": link, "type": "primary"}]})
    title = {"tag": "plain_text", "content": f"{options.keyword} {CHAT.escape(headline(message))}".strip()}
    frame = {"config": {"wide_screen_mode": True}, "header": {"title": title, "template": "blue"}, "elements": elements}
    return {"msg_type": "interactive", "card": frame}
