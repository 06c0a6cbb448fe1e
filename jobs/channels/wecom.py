"""企业微信 group bots: `wecom://KEY`.

KEY stands in the bot's webhook address after ``key=``. ``wecom://CORP_ID:SECRET@AGENT_ID/USER`` sends as an application instead, to
USER (several with ``|``; left out: all); that way drops a repeated message for four hours.
"""

from __future__ import annotations

from urllib.parse import urlencode

from pydantic import Field

from jobs.deliver.address import Address, ApiOptions, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import CHAT, WIDE_MARKDOWN, render
from jobs.deliver.transport import Codes, Post, Receipt, refused

SCHEMES = ("wecom",)
WEB = ((r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([\w-]+)", "wecom://{}"),)
RATE = 20.0  # developer.work.weixin.qq.com/document/path/91770: 20 a minute and bot
MARKDOWN_LIMIT = 4096  # bytes of UTF-8, same page
TEXT_LIMIT = 2048
# 45009 and 45033 too fast, -1 busy; 93000 no such key, 93008 bot not in the group; 40008 message type, 40058 bad parameter (also:
# too long), 44004 empty, 45002 too long.
CODES = Codes(ok=(0,), wait={45009: 60.0, 45033: 5.0, -1: 5.0}, final=(93000, 93008), poison=(40008, 40058, 44004, 45002))


# The application's: 42001 and 40014 stale token, asked for anew; 40001 and 40013 wrong secret or corporation, 40056 and 301002 wrong
# agent, 60020 address not allowed, 81013 no such receiver.
_STALE = (42001, 40014)
_APP_WAIT: dict[object, float] = {**CODES.wait, **dict.fromkeys(_STALE, 0.0)}
APP_CODES = Codes(ok=(0,), wait=_APP_WAIT, final=(40001, 40013, 40056, 301002, 60020, 81013), poison=CODES.poison)
APP_LIMIT = 2048  # developer.work.weixin.qq.com/document/path/90236, for text and markdown alike
REPEATED = 14_400  # seconds; the longest that the vendor remembers a message, same page
_MISSED = ("invaliduser", "invalidparty", "invalidtag", "unlicenseduser")  # receivers that an "ok" leaves out


class Options(ApiOptions):
    """Which bot."""

    api: str = "https://qyapi.weixin.qq.com"
    key: str = Field(description="key of the webhook address", repr=False)


class App(ApiOptions):
    """Which application writes to whom."""

    api: str = "https://qyapi.weixin.qq.com"
    corp: str = Field(description="CorpID")
    secret: str = Field(description="Secret of the application", repr=False)
    agent: int = Field(description="AgentId")
    to: str = "@all"


def options(address: Address) -> Options | App:
    """The options of an address such as ``wecom://KEY``."""
    if address.user is not None:
        example, to = "wecom://CORP_ID:SECRET@AGENT_ID/USER", "/".join(address.segments)
        return fill(App, address, example, corp=address.user, secret=address.password, agent=address.host, to=to)
    return fill(Options, address, "wecom://KEY", key=address.authority)


async def send(message: Message, options: Options | App, post: Post) -> Receipt:
    """Send a markdown message, or text for a plain one."""
    if isinstance(options, App):
        return await _send_as_app(message, options, post)
    body = _body(message, TEXT_LIMIT if message.plain else MARKDOWN_LIMIT)
    reply = await post(f"{options.api}/cgi-bin/webhook/send?{urlencode({'key': options.key})}", json_body=body)
    return CODES.read(reply, reply.json.get("errcode"), str(reply.json.get("errmsg", "")))


def _body(message: Message, limit: int) -> dict[str, object]:
    kind, dialect = ("text", CHAT) if message.plain else ("markdown", WIDE_MARKDOWN)
    return {"msgtype": kind, kind: {"content": render(message, dialect, limit)}}


async def _send_as_app(message: Message, options: App, post: Post) -> Receipt:
    async def ask() -> tuple[str, object] | Receipt:
        login = urlencode({"corpid": options.corp, "corpsecret": options.secret})
        reply = await post(f"{options.api}/cgi-bin/gettoken?{login}", method="GET")
        answer = reply.json
        if answer.get("errcode") == 0 and "access_token" in answer:
            return str(answer["access_token"]), answer.get("expires_in")
        return APP_CODES.read(reply, answer.get("errcode") or None, str(answer.get("errmsg", "")))

    key = f"wecom {options.api} {options.corp} {options.agent}"
    token = await post.token(key, ask)
    if isinstance(token, Receipt):
        return token
    body = _body(message, APP_LIMIT) | {"touser": options.to, "agentid": options.agent}
    body |= {"enable_duplicate_check": 1, "duplicate_check_interval": REPEATED}
    reply = await post(f"{options.api}/cgi-bin/message/send?{urlencode({'access_token': token})}", json_body=body)
    code = reply.json.get("errcode")
    if code in _STALE:
        post.forget(key)
    receipt = APP_CODES.read(reply, code, str(reply.json.get("errmsg", "")))
    missed = ", ".join(str(reply.json[key]) for key in _MISSED if reply.json.get(key))
    return (
        refused(f"not sent to {missed}: unknown to the application", code, permanent=True)
        if receipt.accepted and missed
        else receipt
    )
