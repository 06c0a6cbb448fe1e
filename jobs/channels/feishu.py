"""飞书 and Lark group bots: `feishu://TOKEN?secret=…&keyword=…`, `lark://TOKEN`.

TOKEN is the last part of the bot's webhook address. `secret` is its 签名校验 key, `keyword` its 自定义关键词.
``feishu://APP_ID:APP_SECRET@CHAT_ID`` sends as an application instead; that way knows the alert's key, and shows a repeat once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from pydantic import Field

from jobs.deliver.address import Address, ApiOptions, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import CHAT, ENTITY_MARKDOWN, details, headline, render, safe_link
from jobs.deliver.transport import Codes, Post, Receipt

SCHEMES = ("feishu", "lark")
PUBLIC = ("keyword",)
WEB = (
    (r"https://open\.feishu\.cn/open-apis/bot/(?:v2/)?hook/([\w-]+)", "feishu://{}"),
    (r"https://open\.larksuite\.com/open-apis/bot/(?:v2/)?hook/([\w-]+)", "lark://{}"),
)
RATE = 100.0  # a minute and bot, as several projects report; the vendor's page names no figure
LIMIT = 12_000  # bytes of text; a request may have 20 KB, and the card's frame and JSON quoting take a part
APIS = {"feishu": "https://open.feishu.cn", "lark": "https://open.larksuite.com"}
# 11232 too fast, 2200 internal; 9499 bad request, 19001 bad parameter, 19002 message refused, 11246 bad card;
# 19021 signature or clock, 19022 address not allowed, 19024 keyword missing: the bot's own security settings.
CODES = Codes(ok=(0,), wait={11232: 60.0, 2200: 5.0}, final=(19021, 19022, 19024), poison=(9499, 19001, 19002, 11246))

_STALE = (99991663, 99991661, 99991668)
APP_CODES = Codes(
    ok=(0,),
    # 230020 and 99991400 too fast, 2200 internal; 230002 not in that chat, 10003 and 10014 wrong application or secret; 230001 bad
    # parameter, 230025 too long, 230028 refused by content control, 230099 not a card; a stale token is asked for anew.
    wait={230020: 60.0, 99991400: 60.0, 2200: 5.0, **dict.fromkeys(_STALE, 0.0)},
    final=(230002, 10003, 10014),
    poison=(230001, 230025, 230028, 230099),
)
_KINDS = {"oc_": "chat_id", "ou_": "open_id", "on_": "union_id"}


class Options(ApiOptions):
    """Which bot, and what its security settings ask for."""

    token: str = Field(description="last part of the webhook address", repr=False)
    secret: str = Field("", description="签名校验", repr=False)
    keyword: str = Field("", description="自定义关键词")


class App(ApiOptions):
    """Which application writes to whom."""

    app_id: str = Field(description="App ID")
    app_secret: str = Field(description="App Secret", repr=False)
    chat: str = Field(description="chat_id, open_id, user_id or mail address of the receiver")


def options(address: Address) -> Options | App:
    """The options of an address such as ``feishu://TOKEN?secret=SECRET``."""
    api = address.get("api") or APIS[address.scheme]
    if address.user is not None:
        example = f"{address.scheme}://APP_ID:APP_SECRET@CHAT_ID"
        return fill(App, address, example, app_id=address.user, app_secret=address.password, chat=address.host, api=api)
    return fill(Options, address, f"{address.scheme}://TOKEN?secret=SECRET", token=address.authority, api=api)


async def send(message: Message, options: Options | App, post: Post) -> Receipt:
    """Send a card, or text for a plain message."""
    if isinstance(options, App):
        return await _send_as_app(message, options, post)
    body = text(message, options.keyword) if message.plain else card(message, options.keyword)
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


async def _send_as_app(message: Message, options: App, post: Post) -> Receipt:
    async def ask() -> tuple[str, object] | Receipt:
        login = {"app_id": options.app_id, "app_secret": options.app_secret}
        reply = await post(f"{options.api}/open-apis/auth/v3/tenant_access_token/internal", json_body=login)
        answer = reply.json
        if answer.get("code") == 0 and "tenant_access_token" in answer:
            return str(answer["tenant_access_token"]), answer.get("expire")
        return APP_CODES.read(reply, answer.get("code") or None, str(answer.get("msg", "")))

    key = f"feishu {options.api} {options.app_id}"
    token = await post.token(key, ask)
    if isinstance(token, Receipt):
        return token
    said = text(message, "") if message.plain else card(message, "")
    content = said["content"] if message.plain else said["card"]
    body = {"receive_id": options.chat, "msg_type": said["msg_type"], "content": json.dumps(content, ensure_ascii=False)}
    body["uuid"] = message.idem_key[:50]  # the same for an hour is one message
    kind = _KINDS.get(options.chat[:3], "email" if "@" in options.chat else "user_id")
    url = f"{options.api}/open-apis/im/v1/messages?receive_id_type={kind}"
    reply = await post(url, json_body=body, headers={"Authorization": f"Bearer {token}"})
    code = reply.json.get("code")
    if code in _STALE:
        post.forget(key)
    return APP_CODES.read(reply, code, str(reply.json.get("msg", "")))


def text(message: Message, keyword: str) -> dict[str, Any]:
    """The body of a text message; ``<at …>`` in it would ring people."""
    return {"msg_type": "text", "content": {"text": f"{keyword} {render(message, CHAT, LIMIT)}".strip()}}


def card(message: Message, keyword: str) -> dict[str, Any]:
    """The body of a card: headline, details, and a button to the article."""
    elements: list[dict[str, Any]] = [{"tag": "markdown", "content": details(message, ENTITY_MARKDOWN, LIMIT)}]
    link = safe_link(message.link)
    if link:
        label = {"tag": "plain_text", "content": "阅读原文" if message.chinese else "Read the article"}
        elements.append({"tag": "action", "actions": [{"tag": "button", "text": label, "url": link, "type": "primary"}]})
    title = {"tag": "plain_text", "content": f"{keyword} {CHAT.escape(headline(message))}".strip()}
    frame = {"config": {"wide_screen_mode": True}, "header": {"title": title, "template": "blue"}, "elements": elements}
    return {"msg_type": "interactive", "card": frame}
