"""Discord webhooks: `discord://ID/TOKEN`, the two parts at the end of the webhook's address."""

from __future__ import annotations

from pydantic import Field

from jobs.deliver.address import Address, ApiOptions, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import CHAT, DISCORD, render, units
from jobs.deliver.transport import Codes, Post, Receipt, refused

SCHEMES = ("discord",)
WEB = ((r"https://(?:\w+\.)?discord(?:app)?\.com/api(?:/v\d+)?/webhooks/(\d+/[\w-]+)", "discord://{}"),)
RATE = 30.0  # a minute and webhook, as client libraries report; the headers of each answer decide
LIMIT = 2000  # discord.com/developers/docs/resources/webhook#execute-webhook, of content, as clients count: in UTF-16 units
# 10015 unknown webhook, 50027 invalid token, 40333 blocked; 50006 empty message, 50035 invalid form, 240000 unsuitable link or text.
CODES = Codes(ok=(0,), final=(10015, 50027, 40333), poison=(50006, 50035, 240000))


class Options(ApiOptions):
    """Which webhook."""

    api: str = "https://discord.com/api"
    id: str = Field(description="number of the webhook", pattern="^[0-9]+$")
    token: str = Field(description="token of the webhook", repr=False)


def options(address: Address) -> Options:
    """The options of an address such as ``discord://1234/TOKEN``."""
    return fill(Options, address, "discord://ID/TOKEN", id=address.authority, token="/".join(address.segments))


async def send(message: Message, options: Options, post: Post) -> Receipt:
    """Send the message; no mention in it rings anybody, whatever it says."""
    text = render(message, CHAT if message.plain else DISCORD, LIMIT, units)
    body = {"content": text, "allowed_mentions": {"parse": []}, "flags": 4}  # 4: no previews
    reply = await post(f"{options.api}/webhooks/{options.id}/{options.token}?wait=true", json_body=body)
    answer = reply.json
    if reply.status == 429:
        return refused(f"429 {answer.get('message', '')}", 429, retry_after=answer.get("retry_after") or reply.retry_after)
    if "id" in answer:  # the message as it now stands in the channel
        return CODES.read(reply, 0, f"message {answer['id']}")
    return CODES.read(reply, answer.get("code") or None, str(answer.get("message", "")))
