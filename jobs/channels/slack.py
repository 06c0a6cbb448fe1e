"""Slack incoming webhooks: `slack://A/B/C`, the three parts at the end of the webhook's address."""

from __future__ import annotations

from pydantic import Field

from jobs.deliver.address import Address, ApiOptions, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import SLACK, SLACK_PLAIN, render, units
from jobs.deliver.transport import Post, Receipt, accepted, refused

SCHEMES = ("slack",)
WEB = ((r"https://hooks\.slack\.com/services/(\w+/\w+/\w+)", "slack://{}"),)  # addresses as the vendor hands them out
RATE = 60.0  # docs.slack.dev/apis/web-api/rate-limits: one a second and webhook, short bursts allowed
LIMIT = 4000  # characters, of which an emoji may be two, after which api.slack.com/changelog/2018-04-truncating-really-long-messages advises to stop


class Options(ApiOptions):
    """Which webhook."""

    api: str = "https://hooks.slack.com"
    path: str = Field(description="the three parts A/B/C of the webhook's address", pattern="^[^/]+/[^/]+/[^/]+$", repr=False)


def options(address: Address) -> Options:
    """The options of an address such as ``slack://T000/B000/XXXX``."""
    return fill(Options, address, "slack://T000/B000/XXXX", path="/".join((address.authority, *address.segments)).strip("/"))


async def send(message: Message, options: Options, post: Post) -> Receipt:
    """Send the message as mrkdwn, or unformatted for a plain one."""
    text = render(message, SLACK_PLAIN if message.plain else SLACK, LIMIT, units)
    body = {"text": text, "mrkdwn": not message.plain, "unfurl_links": False, "unfurl_media": False}
    reply = await post(f"{options.api}/services/{options.path}", json_body=body)
    if refusal := reply.refusal():
        return refusal
    if reply.text.strip() == "ok" or reply.json.get("ok") is True:
        return accepted(reply.text, reply.status)
    return refused(f"an answer other than ok: {reply.text}", reply.status)
