"""ntfy topics: `ntfy://host/topic`, with user:password@ or ?token=tk_… where the topic is protected.

``?tls=off`` speaks plain HTTP, for a server on your own network.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crawler.plugins import Options as Base
from jobs.deliver.address import Address, Host, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import PLAIN, details, headline, safe_link
from jobs.deliver.transport import Post, Receipt, accepted, refused

SCHEMES = ("ntfy",)
PUBLIC = ("host",)
WEB = ((r"https://(ntfy\.sh/[\w-]+)", "ntfy://{}"),)
RATE = 12.0  # docs.ntfy.sh/publish/#limitations: after a burst of 60, one every 5 s
LIMIT = 4096  # same page, bytes of message; more becomes an attachment. A title may have 1 KB, since 2.28


class Options(Base):
    """Which topic on which server."""

    host: Host = Field(description="server, with its port if it is unusual")
    topic: str = Field(description="topic, the path of the address", pattern="^[^/]+$")
    user: str = Field("", repr=False)
    password: str = Field("", repr=False)
    token: str = Field("", repr=False)
    tls: Literal["on", "off"] = "on"


def options(address: Address) -> Options:
    """The options of an address such as ``ntfy://ntfy.sh/my-topic``."""
    host, topic = address.authority, "/".join(address.segments)
    return fill(Options, address, "ntfy://ntfy.sh/TOPIC", host=host, topic=topic, user=address.user, password=address.password)


async def send(message: Message, options: Options, post: Post) -> Receipt:
    """Publish the message; the notification opens the article."""
    body = {"topic": options.topic, "title": headline(message), "message": details(message, PLAIN, LIMIT) or message.id}
    link = safe_link(message.link)
    if link:
        body["click"] = link
    headers = {"Authorization": f"Bearer {options.token}"} if options.token else {}
    login = (options.user, options.password) if options.user else None
    scheme = "https" if options.tls == "on" else "http"
    reply = await post(f"{scheme}://{options.host}/", json_body=body, headers=headers, auth=login)
    if refusal := reply.refusal():
        return refusal
    if "id" in reply.json:
        return accepted(f"message {reply.json['id']}", reply.status)
    return refused(f"an answer without a message id: {reply.text}", reply.status)
