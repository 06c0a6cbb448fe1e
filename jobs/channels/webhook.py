"""Posts alerts as signed JSON to your own server: `webhook+https://host/path?secret=…`.

Any 2xx is acceptance. ``Idempotency-Key`` is the same on every attempt, so a receiver that remembers it gets each alert exactly
once; docs/channels.md has a receiver to copy. Query keys other than ``secret`` stay in the address that is called.
"""

from __future__ import annotations

import hashlib
import hmac
import json

from pydantic import Field

from crawler.errors import OptionError
from crawler.i18n import tr
from crawler.plugins import Options as Base
from jobs.deliver.address import Address, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import as_json
from jobs.deliver.transport import Post, Receipt, accepted

SCHEMES = ("webhook+https", "webhook+http")
PUBLIC = ("host",)
RATE = None
WORDED = False  # it sends data: no template is for it
EXAMPLE = "webhook+https://example.org/alerts?secret=SECRET"


class Options(Base):
    """Where to post, and how to prove who we are."""

    url: str = Field(description="host and path of the receiver", repr=False)
    secret: str = Field("", description="key of the signature", repr=False)
    user: str = Field("", description="user of HTTP basic authentication", repr=False)
    password: str = Field("", description="password of HTTP basic authentication", repr=False)


def options(address: Address) -> Options:
    """The options of an address such as ``webhook+https://example.org/alerts?secret=SECRET``."""
    if not address.host:
        raise OptionError(tr("url (host and path of the receiver) is missing; write it like {example}", example=EXAMPLE))
    kept = "&".join(part for part in address.raw_query.split("&") if part and not part.startswith("secret="))
    url = f"{address.scheme.removeprefix('webhook+')}://{address.authority}{address.raw_path or '/'}" + (
        f"?{kept}" if kept else ""
    )
    given = {"url": url, "secret": address.get("secret"), "user": address.user, "password": address.password}
    return fill(Options, address, EXAMPLE, skip=tuple(key for key, _ in address.query), **given)


async def send(message: Message, options: Options, post: Post) -> Receipt:
    """Post the message with its key and signature; any 2xx is acceptance."""
    body = json.dumps(as_json(message), ensure_ascii=False).encode("utf-8", "replace")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": message.idem_key,
        "X-Zhixun-Timestamp": str(int(post.now().timestamp())),
    }
    if options.secret:
        headers["X-Zhixun-Signature"] = f"sha256={signature(options.secret, body)}"
    login = (options.user, options.password) if options.user else None
    reply = await post(options.url, body=body, headers=headers, auth=login)
    return reply.refusal() or accepted(f"HTTP {reply.status} {reply.text}", reply.status)


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of the body, in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
