"""WebSub, the subscriber's side (https://www.w3.org/TR/websub/): feeds that offer a hub tell us of news instead of waiting for a poll.

A push makes its source due at once, and that is all: what it carries is checked and left unread. The poll that follows goes the ordinary
way, so a hub can hasten a poll and nothing else; and a push need not be whole, as a feed has to be where gaps are looked for.

    offered ──ask (POST to the hub, through the engine)──▶ asked ──the hub's GET with a challenge──▶ confirmed ──80 % of the lease──▶ ask again
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from crawler.fetch.engine import Fetch, FetchResult
from jobs import log
from jobs.watch import Asked, Work
from storage.db.database import Database
from storage.db.errors import StorageError
from storage.queue import subscriptions
from storage.queue.subscriptions import Subscription

if TYPE_CHECKING:
    from jobs.web.server import Listener

LEASE = timedelta(days=10)  # asked for; the hub decides
PAUSE = timedelta(seconds=30)  # between two polls that pushes cause, so that a hub cannot drive us
SLOWER = 4  # times its own pause is a source polled while its hub proves itself …
LONGEST = timedelta(hours=6)  # … at most
LONGEST_LEASE = 10 * 365 * 86_400  # seconds; more is no number of a hub's
MAX_PUSH = 10 * 2**20  # bytes of a push
# SHA-1 is weak against collisions, not as an HMAC, and some hubs know no other (https://www.w3.org/TR/websub/#signature-validation).
METHODS = ("sha1", "sha256", "sha384", "sha512")

_log = log.get("websub")


def is_signed(secret: str, signature: str, body: bytes) -> bool:
    """Whether an X-Hub-Signature (``sha256=…``) proves that the hub knows our secret. In constant time."""
    method, _, digest = signature.partition("=")
    if method not in METHODS:
        return False
    return hmac.compare_digest(
        hmac.new(secret.encode(), body, method).hexdigest().encode(), digest.strip().lower().encode("utf-8", "replace")
    )


def answer_to(known: Subscription, query: Mapping[str, str], now: datetime) -> tuple[Subscription | None, str | None]:
    """What a hub's question changes, and the challenge to repeat; (None, None) is a refusal."""
    mode, topic, challenge = (query.get(f"hub.{name}", "") for name in ("mode", "topic", "challenge"))
    if topic != known.topic:
        return None, None
    if mode == "denied":
        return known.denied(query.get("hub.reason") or "denied", now), None
    lease = query.get("hub.lease_seconds", "")
    if mode != "subscribe" or not known.asked or not challenge or not lease.isascii() or not lease.isdecimal():
        return None, None
    return known.confirmed(min(int(lease[:12]), LONGEST_LEASE), now), challenge


class WebSub:
    """The subscriptions of all sources. Does nothing before `open`."""

    def __init__(
        self, db: Database, now: Callable[[], datetime], ask: Callable[[Fetch[Work]], None], on_push: Callable[[], None]
    ) -> None:
        self._ask = ask
        self._on_push = on_push
        self._db = db
        self._now = now
        self._callback = ""
        self._known: dict[str, Subscription] = {}
        self._pushed: dict[str, datetime] = {}  # source → when its poll is to be
        self._last_push: dict[str, datetime] = {}
        self._proved: set[str] = set()  # sources whose last news came by a push
        self._listener: Listener | None = None

    async def open(self, callback: str, address: str) -> None:
        """Listen for hubs, which reach us at `callback`. Raises OSError when the address is taken."""
        from jobs.web.server import Listener  # noqa: PLC0415 - who hears no hubs does not wait for what serves

        path = "/{path:path}"
        routes = [Route(path, self._asked_by_hub), Route(path, self._told_by_hub, methods=["POST"])]
        self._known = await asyncio.to_thread(self._db.read, subscriptions.of_all)  # first: who is not known is told to forget us
        self._listener = Listener(Starlette(routes=routes), address)
        self._listener.open()
        self._callback = callback.rstrip("/")

    async def close(self) -> None:
        """Listen no more. What is subscribed stays so, for the next start."""
        if self._listener is not None:
            await self._listener.close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._listener.port if self._listener else 0

    # ---- the pipeline tells

    async def polled(self, name: str, hub: tuple[str, str] | None, new: int) -> None:
        """A source was polled. `hub`: the hub and the topic that its feed names; `new`: how many links."""
        now = self._now()
        if new:  # news without a push: this hub does not tell, or too late
            told = self._last_push.get(name)
            (self._proved.add if told and now - told < 2 * PAUSE else self._proved.discard)(name)
        if hub is None or not self._callback:
            return
        known = self._known.get(name)
        if known is None or (known.hub, known.topic) != hub:
            await self._keep(Subscription(name, *hub, secrets.token_urlsafe(24), secrets.token_hex(32), now))

    def pause(self, name: str, own: timedelta) -> timedelta:
        """How long to wait for the next poll of a source whose own pause is `own`: longer while its hub proves itself."""
        known = self._known.get(name)
        if known is None or name not in self._proved or not known.holds(self._now()):
            return own
        return max(own, min(own * SLOWER, LONGEST))

    # ---- to the hub

    async def tick(self, watched: set[str]) -> None:
        """Ask the hubs that are to be asked, and make due what was pushed. Sources that are not watched any more are forgotten."""
        now = self._now()
        self._known = {name: known for name, known in self._known.items() if name in watched}
        for known in [known for known in self._known.values() if known.ask_at <= now and self._callback]:
            await self._keep(known.is_asked(now))
            self._ask(self._request(known))
        for name, due in list(self._pushed.items()):
            if await self._db.write(lambda s, name=name, due=due: subscriptions.pushed(s, name, due)):  # type: ignore[misc]
                self._pushed.pop(name, None)
                self._on_push()

    def _request(self, known: Subscription) -> Fetch[Work]:
        form = {
            "hub.callback": f"{self._callback}/{known.token}", "hub.mode": "subscribe", "hub.topic": known.topic,
            "hub.lease_seconds": str(int(LEASE.total_seconds())), "hub.secret": known.secret,
        }  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Fetch(known.hub, Asked(known.source), headers=headers, method="POST", body=urlencode(form).encode(), call=True)

    def answered(self, answer: FetchResult[Work], asked: Asked) -> None:
        """What the hub said to the request. Whether it subscribes us, it says later; if it does not, it is asked again."""
        if not answer.outcome.ok:
            _log.warning("no subscription", source=asked.source, hub=answer.fetch.url, reason=answer.outcome.reason.value, detail=answer.outcome.detail)  # fmt: skip

    # ---- from the hub

    async def _asked_by_hub(self, request: Request) -> Response:
        known = self._of(request)
        changed, challenge = answer_to(known, request.query_params, self._now())
        if changed is None:
            raise HTTPException(404, "not asked for")
        await self._keep(changed)
        _log.info("subscription", source=known.source, hub=known.hub, until=changed.until and changed.until.isoformat(), note=changed.note or None)  # fmt: skip
        headers = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
        return Response(challenge or "", headers=headers)

    async def _told_by_hub(self, request: Request) -> Response:
        known = self._of(request)
        now = self._now()
        if not known.holds(now):
            raise HTTPException(410, "not subscribed")  # §7: the hub may then forget us
        body = bytearray()
        try:
            async for part in request.stream():
                body += part
                if len(body) > MAX_PUSH:
                    raise HTTPException(413)
        except ClientDisconnect:  # or too late
            raise HTTPException(408) from None
        if is_signed(known.secret, request.headers.get("X-Hub-Signature", ""), bytes(body)):
            last = self._last_push.get(known.source)
            self._last_push[known.source] = now
            self._pushed.setdefault(known.source, max(now, last + PAUSE) if last else now)
        else:
            _log.warning("a push without a right signature is not heeded", source=known.source)
        return Response(status_code=202)  # §7.1: also where the signature is wrong, so that nobody learns by trying

    def _of(self, request: Request) -> Subscription:
        token = request.scope["path"].rpartition("/")[2].encode("utf-8", "replace")
        found = next((known for known in self._known.values() if hmac.compare_digest(known.token.encode(), token)), None)
        if found is None:
            raise HTTPException(410 if request.method == "POST" else 404, "no such subscription")
        return found

    async def _keep(self, kept: Subscription) -> None:
        self._known[kept.source] = kept
        try:
            await self._db.write(lambda s: subscriptions.keep(s, kept))
        except StorageError as error:  # it holds until the next start
            _log.error("a subscription could not be kept", source=kept.source, error=str(error))
