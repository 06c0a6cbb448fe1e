"""PushPlus 推送加: `pushplus://TOKEN`, with ?topic=… for a group, ?channel=… for another way than WeChat."""

from __future__ import annotations

from pydantic import Field

from jobs.deliver.address import Address, ApiOptions, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import CHAT, HTML, headline, render
from jobs.deliver.transport import Codes, Post, Receipt

SCHEMES = ("pushplus",)
PUBLIC = ("topic",)
WEB = ((r"https?://(?:www\.)?pushplus\.(?:plus|hxtrip\.com)/send\?token=(\w+)", "pushplus://{}"),)
RATE = 5.0  # a minute; the vendor bars who sends more than 200 a day
LIMIT = 20_000  # bytes of content
BARRED = 6 * 3600.0  # seconds; asking sooner makes the bar longer, says the vendor
# api.pushplus.plus/doc-3034446: 900 barred, 500 error of theirs; 401 and 403 not allowed, 805 no right, 888 no credit, 903 unknown
# token, 905 identity not verified; 600 bad data, 999 validation failed.
CODES = Codes(ok=(200,), wait={900: BARRED, 500: 5.0}, final=(401, 403, 805, 888, 903, 905), poison=(600, 999))


class Options(ApiOptions):
    """Which account, and to whom."""

    api: str = "https://www.pushplus.plus"
    token: str = Field(description="token of the account", repr=False)
    topic: str = ""
    channel: str = ""


def options(address: Address) -> Options:
    """The options of an address such as ``pushplus://TOKEN``."""
    return fill(Options, address, "pushplus://TOKEN", token=address.authority)


async def send(message: Message, options: Options, post: Post) -> Receipt:
    """Send the message as HTML, or as text for a plain one."""
    content, template = (render(message, CHAT, LIMIT), "txt") if message.plain else (render(message, HTML, LIMIT), "html")
    body = {"token": options.token, "title": CHAT.escape(headline(message)), "content": content, "template": template}
    body |= {key: value for key, value in (("topic", options.topic), ("channel", options.channel)) if value}
    reply = await post(f"{options.api}/send", json_body=body)
    return CODES.read(reply, reply.json.get("code"), str(reply.json.get("msg", "")))
