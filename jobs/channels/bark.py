"""Bark, for iPhones: `bark://host/KEY`, the host being api.day.app or your own server.

``?group=…`` and ``?sound=…`` are passed on; ``?tls=off`` speaks plain HTTP, for a server on your own network.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crawler.plugins import Options as Base
from jobs.deliver.address import Address, Host, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import PLAIN, details, headline, safe_link
from jobs.deliver.transport import Codes, Post, Receipt

SCHEMES = ("bark",)
PUBLIC = ("host", "sound", "group")
WEB = ((r"https://(api\.day\.app/\w+)(?:/\S*)?", "bark://{}"),)
RATE = 60.0  # the vendor names no figure
LIMIT = 2000  # bytes; Apple takes 4 KB for the whole notification, as ASCII JSON at worst
CODES = Codes(ok=(200,), final=(400, 404), poison=(413,))


class Options(Base):
    """Which phone, by which server."""

    host: Host = Field(description="server, with its port if it is unusual")
    key: str = Field(description="key that the app shows", pattern="^[^/]+$", repr=False)
    group: str = "智讯"
    sound: str = ""
    tls: Literal["on", "off"] = "on"


def options(address: Address) -> Options:
    """The options of an address such as ``bark://api.day.app/KEY``."""
    return fill(Options, address, "bark://api.day.app/KEY", host=address.authority, key="/".join(address.segments))


async def send(message: Message, options: Options, post: Post) -> Receipt:
    """Push the message; a notification with the same `id` replaces the one before, so a repeat is not seen twice."""
    body = {"device_key": options.key, "title": headline(message), "body": details(message, PLAIN, LIMIT) or message.id}
    body |= {"group": options.group, "id": message.idem_key}
    link = safe_link(message.link)
    body |= {"url": link} if link else {}
    body |= {"sound": options.sound} if options.sound else {}
    scheme = "https" if options.tls == "on" else "http"
    reply = await post(f"{scheme}://{options.host}/push", json_body=body)
    return CODES.read(reply, reply.json.get("code"), str(reply.json.get("message", "")))
