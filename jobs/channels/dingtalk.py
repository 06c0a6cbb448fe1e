"""钉钉 group bots: `dingtalk://TOKEN?secret=…&keyword=…`.

TOKEN is the access_token in the bot's webhook address. `secret` is its 加签 key (SEC…), `keyword` its 自定义关键词.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from pydantic import Field

from jobs.deliver.address import Address, ApiOptions, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import CHAT, WIDE_MARKDOWN, headline, render
from jobs.deliver.transport import Codes, Post, Receipt

SCHEMES = ("dingtalk",)
PUBLIC = ("keyword",)
WEB = ((r"https://oapi\.dingtalk\.com/robot/send\?access_token=(\w+)", "dingtalk://{}"),)
RATE = 20.0  # open.dingtalk.com, 自定义机器人接入: 20 a minute and bot; who sends more is silenced for ten minutes
LIMIT = 15_000  # bytes; the vendor takes a request of 20,000
SILENCED = 600.0  # seconds
# 410100, 130101 and 90030 too fast, -1 busy; 310000 keyword, signature, clock or address; 400013 group dissolved, 400101 no such
# token, 300001 and 300005 likewise, 400102 bot disabled, 400106 no such bot; 40035 bad parameter, 400105 message type, 460101 too long, 43010x unsuitable.
CODES = Codes(
    ok=(0,),
    wait={410100: SILENCED, 130101: SILENCED, 90030: SILENCED, -1: 5.0},
    final=(310000, 300001, 300005, 400013, 400101, 400102, 400106),
    poison=(40035, 400105, 460101, 430101, 430102, 430103, 430104),
)


class Options(ApiOptions):
    """Which bot, and what its security settings ask for."""

    api: str = "https://oapi.dingtalk.com"
    token: str = Field(description="access_token of the webhook address", repr=False)
    secret: str = Field("", description="加签", repr=False)
    keyword: str = Field("", description="自定义关键词")


def options(address: Address) -> Options:
    """The options of an address such as ``dingtalk://TOKEN?secret=SEC…``."""
    return fill(Options, address, "dingtalk://TOKEN?secret=SECRET", token=address.authority)


async def send(message: Message, options: Options, post: Post) -> Receipt:
    """Send a markdown message, or text for a plain one."""
    if message.plain:
        said = f"{options.keyword} {render(message, CHAT, LIMIT)}".strip()
        body: dict[str, object] = {"msgtype": "text", "text": {"content": said}}
    else:
        title = f"{options.keyword} {CHAT.escape(headline(message))}".strip()
        text = render(message, WIDE_MARKDOWN, LIMIT).replace("\n", "\n\n")  # a single line end is none in this markdown
        body = {"msgtype": "markdown", "markdown": {"title": title, "text": f"{options.keyword} {text}".strip()}}
    query = {"access_token": options.token}
    if options.secret:
        stamp = str(int(post.now().timestamp() * 1000))
        query |= {"timestamp": stamp, "sign": signature(options.secret, stamp)}
    reply = await post(f"{options.api}/robot/send?{urlencode(query)}", json_body=body)
    return CODES.read(reply, reply.json.get("errcode"), str(reply.json.get("errmsg", "")))


def signature(secret: str, stamp: str) -> str:
    """The vendor signs "stamp\\nsecret" with the secret; the stamp is in milliseconds."""
    return base64.b64encode(hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()).decode()
