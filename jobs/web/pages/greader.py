"""The Google Reader API, as phone readers speak it (Reeder, NetNewsWire, Read You, Fluent Reader Lite, NewsFlash …): one item a story.

A rule is a subscription, a story an item whose id is the story's, read and starred are the reader's own. There was never a specification;
followed are https://github.com/miniflux/v2/blob/main/internal/googlereader/README.md and what the readers ask of FreshRSS, whose path
is served as well. A reader signs in with name and password, or with a token as the password.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import Depends, Form, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel

from crawler.i18n import tr
from crawler.record import Record
from jobs.deliver.rendering import safe_link
from jobs.services.readers import people, reading
from jobs.services.readers.people import NotSignedIn, TooManyTries
from jobs.services.readers.reading import Entry, Wanted
from jobs.web.access import Asked, Viewer, needs, parts_of
from jobs.web.errors import Trouble
from jobs.web.render import page_of
from jobs.web.screens import Screen
from storage.archive.queries import Cursor

screen = Screen("greader")
ROOTS = ("", "/api/greader.php")
STATE, LABEL, FEED = "user/-/state/com.google/", "user/-/label/", "feed/"
FOLDER = "Zhixun"  # all rules stand in one: some readers show nothing outside of folders
ITEM = "tag:google.com,2005:reader/item/"
MAX_REFS, MAX_ITEMS = 10_000, 1_000
LISTS: dict[str, reading.Which] = {"reading-list": "all", "kept-unread": "unread", "read": "read", "starred": "starred"}
Asking = Annotated[Asked, Depends(needs("viewer", changes=False))]  # who posts no more than a long question
_user = re.compile(r"user/[^/]+/")
_SECONDS = re.compile(r"[1-9][0-9]{0,9}")


class Stream(BaseModel):
    """Of a stream `s` at most `n` items from `c` on, told after `ot` and before `nt`, without those of `xt`, only those of `it`; `r`: o for
    the oldest first. Moments come in seconds, with a fraction from some readers."""

    s: str = STATE + "reading-list"
    n: int = 20
    c: str = ""
    r: str = ""
    ot: str = ""
    nt: str = ""
    xt: list[str] = []
    it: list[str] = []


# ---- coming in


def sign_in(
    request: Request,
    name: Annotated[str, Form(alias="Email", max_length=200)] = "",
    password: Annotated[str, Form(alias="Passwd", max_length=1_000)] = "",
    output: str = "",
) -> Response:
    """Name and password, or a token as the password, for what is shown as `Authorization: GoogleLogin auth=…` from then on."""
    parts, agent = parts_of(request), request.headers.get("user-agent", "")
    address = request.client.host if request.client else ""
    try:
        secret = people.program_sign_in(parts.db, parts.tries, name, password, address=address, agent=agent, now=parts.now())
    except TooManyTries as error:
        return PlainTextResponse(f"Error=TooManyTries\nInfo={error}\n", 429)
    except NotSignedIn as error:
        return PlainTextResponse(f"Error=BadAuthentication\nInfo={error}\n", 401)
    answer = {"SID": secret, "LSID": secret, "Auth": secret}
    headers = {"Cache-Control": "no-store"}
    if output == "json":
        return JSONResponse(answer, headers=headers)
    return PlainTextResponse("".join(f"{key}={value}\n" for key, value in answer.items()), headers=headers)


def edit_token(ask: Viewer) -> Response:
    """What readers send along with changes. Their header says who they are; this adds nothing, and is no secret."""
    return PlainTextResponse(f"zhixun-{ask.person.id}")


def user_info(ask: Viewer) -> dict[str, str]:
    """Who signed in."""
    number, name = str(ask.person.id), ask.person.name or "zhixun"
    return {"userId": number, "userName": name, "userProfileId": number, "userEmail": name}


# ---- what there is


def subscriptions(request: Request, ask: Viewer) -> dict[str, Any]:
    """The rules."""
    base = _base(request)
    folder = [{"id": LABEL + FOLDER, "label": FOLDER, "type": "folder"}]
    rules = [
        {
            "id": _feed(rule.name), "title": rule.name, "categories": folder, "url": f"{base}/rules/{page_of(rule.name)}",
            "htmlUrl": f"{base}/?tab=all&rule={quote(rule.name)}", "iconUrl": f"{base}/static/icon.svg",
        }
        for rule in ask.config.rules
        if rule.enabled
    ]  # fmt: skip
    return {"subscriptions": rules}


def tags(ask: Viewer) -> dict[str, Any]:
    """The star, the folder, and the team's labels."""
    words = ask.read(reading.labels)
    own = [{"id": LABEL + word, "type": "tag"} for word, _ in words]
    return {"tags": [{"id": STATE + "starred"}, {"id": LABEL + FOLDER, "type": "folder"}, *own]}


def unread_count(ask: Viewer) -> dict[str, Any]:
    """How many wait to be read."""
    rules = [rule.name for rule in ask.config.rules if rule.enabled]
    counts = ask.read(lambda s: reading.unread_by_rule(s, ask.person, rules))
    whole = ask.read(lambda s: reading.counts(s, ask.person)).unread
    found = {STATE + "reading-list": whole, LABEL + FOLDER: whole} | {_feed(rule): count for rule, count in counts.items()}
    stamp = {"newestItemTimestampUsec": _usec(ask.now)}
    return {"max": MAX_REFS, "unreadcounts": [{"id": name, "count": count} | stamp for name, count in found.items()]}


def item_ids(ask: Viewer, asked: Annotated[Stream, Query()]) -> dict[str, Any]:
    """The items of a stream."""
    found, following = _refs(ask, asked)
    refs = [{"id": str(story), "directStreamIds": [], "timestampUsec": _usec(at)} for story, at in found]
    return {"itemRefs": refs} | ({"continuation": following} if following else {})


def item_ids_by_form(ask: Asking, asked: Annotated[Stream, Form()]) -> dict[str, Any]:
    """The same, as some readers ask."""
    return item_ids(ask, asked)


def stream(request: Request, ask: Viewer, asked: Annotated[Stream, Query()], name: str = "") -> dict[str, Any]:
    """The same with the articles; the stream may stand in the path."""
    asked = asked.model_copy(update={"s": name or asked.s, "n": min(asked.n, MAX_ITEMS)})
    found, following = _refs(ask, asked)
    return _contents(request, ask, asked.s, [story for story, _ in found]) | ({"continuation": following} if following else {})


def items_by_form(request: Request, ask: Asking, i: Annotated[list[str], Form()] = []) -> dict[str, Any]:  # noqa: B006
    """These items with their articles."""
    return _contents(request, ask, STATE + "reading-list", _stories(ask, i))


def items(request: Request, ask: Viewer, i: Annotated[list[str], Query()] = []) -> dict[str, Any]:  # noqa: B006
    """The same."""
    return _contents(request, ask, STATE + "reading-list", _stories(ask, i))


def _refs(ask: Asked, asked: Stream) -> tuple[list[tuple[int, datetime]], str | None]:
    wanted = _wanted(asked.s, asked.xt, asked.it, since=_moment(asked.ot), until=_moment(asked.nt), oldest=asked.r == "o")
    if wanted is None:
        return [], None
    return ask.read(lambda session: reading.refs(session, ask.person, wanted, _place(asked.c), max(1, min(asked.n, MAX_REFS))))


def _wanted(name: str, without: Sequence[str], only: Sequence[str], **more: Any) -> Wanted | None:
    """The list that a stream is; None for those that have nothing here, such as what friends liked."""
    stream = _user.sub("user/-/", unquote(name), count=1)
    which: reading.Which = "all"
    rule = label = None
    if stream.startswith(FEED):
        rule = stream.removeprefix(FEED)
    elif stream.startswith(LABEL):
        label = None if stream == LABEL + FOLDER else stream.removeprefix(LABEL)
    elif (state := stream.removeprefix(STATE)) in LISTS:
        which = LISTS[state]
    else:
        return None
    taken = {_user.sub("user/-/", one, count=1) for one in only}
    if which == "all":
        which = next((LISTS[state] for state in ("starred", "read", "kept-unread") if STATE + state in taken), which)
    if which == "all" and any(_user.sub("user/-/", one, count=1) == STATE + "read" for one in without):
        which = "unread"
    return Wanted(which, rule, label, **more)


# ---- an item


def _contents(request: Request, ask: Asked, name: str, stories: Sequence[int]) -> dict[str, Any]:
    def work(session: Any) -> list[dict[str, Any]]:
        entries = reading.entries(session, ask.person, stories)
        texts = reading.texts(session, [entry.record for entry in entries])
        return [_item(entry, texts[entry.record], base) for entry in entries]

    base = _base(request)
    return {
        "direction": "ltr", "id": name, "title": "Zhixun", "self": [{"href": base + request.url.path}],
        "updated": int(ask.now.timestamp()), "items": ask.read(work),
    }  # fmt: skip


def _item(entry: Entry, record: Record, base: str) -> dict[str, Any]:
    told, link = entry.told_at or entry.first_seen, safe_link(entry.link)
    states = [STATE + "reading-list", *([STATE + "read"] if entry.read else []), *([STATE + "starred"] if entry.starred else [])]
    rule = entry.rules[0].rule if entry.rules else ""
    body = {"direction": "ltr", "content": _html(entry, record, base)}
    return {
        "id": f"{ITEM}{entry.story:016x}",
        "crawlTimeMsec": str(int(told.timestamp() * 1000)),
        "timestampUsec": _usec(told),
        "published": int((entry.published or entry.first_seen).timestamp()),
        "updated": int(told.timestamp()),
        "title": entry.title,
        "author": record.author or entry.source,
        "alternate": [{"href": link, "type": "text/html"}] if link else [],
        "canonical": [{"href": link}] if link else [],
        "enclosure": [],
        "categories": [*states, LABEL + FOLDER, *(LABEL + word for word in entry.labels)],
        "origin": {"streamId": _feed(rule), "title": rule, "htmlUrl": f"{base}/?tab=all&rule={quote(rule)}"},
        "summary": body,
        "content": body,
    }


def _html(entry: Entry, record: Record, base: str) -> str:
    """The article's paragraphs, why it was told, and who else tells it. All of it is a stranger's words, and is text."""
    parts = [f"<p>{html.escape(line)}</p>" for line in record.text.split("\n") if line.strip()]
    parts += [
        f"<p><small>{html.escape(hit.rule)}: {html.escape('; '.join(dict.fromkeys(one.quote for one in hit.why)))}</small></p>"
        for hit in entry.rules
    ]
    parts += [
        f'<p><small><a href="{base}/records/{other.record}">{html.escape(other.source)}: {html.escape(other.title)}</a></small></p>'
        for other in entry.tellers
    ]
    return "\n".join(parts)


# ---- marks


def edit_tag(
    request: Request,
    ask: Viewer,
    i: Annotated[list[str], Form()] = [],  # noqa: B006
    a: Annotated[list[str], Form()] = [],  # noqa: B006
    r: Annotated[list[str], Form()] = [],  # noqa: B006
) -> Response:
    """Read and starred, on or off; labels are put on and taken off by who may. What is not known is no mistake: readers send what they kept."""
    stories = _stories(ask, i)
    for tag, on in [*((tag, True) for tag in a), *((tag, False) for tag in r)]:
        _mark(ask, stories, _user.sub("user/-/", tag, count=1), on)
    request.app.state.renderer.menu.forget(ask)
    return PlainTextResponse("OK")


def _mark(ask: Asked, stories: list[int], tag: str, on: bool) -> None:
    if tag in (STATE + "read", STATE + "kept-unread"):
        is_read = on == (tag == STATE + "read")
        ask.write(lambda s: reading.mark_read(s, ask.person, stories, ask.now, is_read))
    elif tag == STATE + "starred":
        ask.write(lambda s: _star(s, ask, stories, on))
    elif tag.startswith(LABEL) and tag != LABEL + FOLDER:
        if not ask.may("editor"):
            raise Trouble(403, "not_allowed", tr("This needs the role “{role}”.", role=tr("editor")))
        ask.write(lambda s: _label(s, ask, stories, tag.removeprefix(LABEL), on))


def _star(session: Any, ask: Asked, stories: list[int], on: bool) -> None:
    for story in stories:
        reading.star(session, ask.person, story, on, ask.now)


def _label(session: Any, ask: Asked, stories: list[int], word: str, on: bool) -> None:
    for entry in reading.entries(session, ask.person, stories):
        words = [one for one in entry.labels if one != word]
        reading.set_labels(session, ask.person, entry.story, [*words, word] if on else words, ask.now)


def mark_all_as_read(request: Request, ask: Viewer, s: Annotated[str, Form()] = "", ts: Annotated[str, Form()] = "") -> Response:
    """All of a stream that was told until `ts`."""
    wanted = _wanted(s, [STATE + "read"], [], until=(_moment(ts) or ask.now) + timedelta(seconds=1))
    if wanted is not None:
        ask.write(lambda session: reading.read_all(session, ask.person, wanted, ask.now))
    request.app.state.renderer.menu.forget(ask)
    return PlainTextResponse("OK")


def refuse(ask: Viewer) -> Response:
    """Subscriptions are rules, and rules are not changed here."""
    del ask
    raise Trouble(400, "not_here", tr("A subscription is a rule; change it on the pages."))


def nothing(ask: Viewer) -> list[Any]:
    """What readers ask beside this: preferences, friends."""
    del ask
    return []


# ---- how things are written


def _stories(ask: Asked, given: Iterable[str]) -> list[int]:
    """Items by id, in any of the three ways; those that were joined are one story now, those that are gone are left out."""
    numbers = [number for one in given if (number := _number(one)) is not None][:MAX_ITEMS]
    return ask.read(lambda s: reading.current(s, numbers))


def _number(given: str) -> int | None:
    short = given.removeprefix(ITEM)
    try:
        number = int(short, 16) if short != given or len(short) == 16 else int(short)
    except ValueError:
        return None
    return number if 0 < number < 2**63 else None


def _place(said: str) -> str | None:
    """Where a list goes on; from its beginning for what is no place of ours: readers send what they kept."""
    try:
        return str(Cursor.parse(said))
    except ValueError:
        return None


def _feed(rule: str) -> str:
    return FEED + quote(rule, safe="")


def _moment(said: str) -> datetime | None:
    """Seconds since 1970, with or without a fraction, or thousandths, millionths, billionths of one: all begin with the ten digits of the seconds."""
    found = _SECONDS.match(said)
    return datetime.fromtimestamp(int(found[0]), UTC) if found else None


def _usec(at: datetime) -> str:
    return str(int(at.timestamp() * 1_000_000))


def _base(request: Request) -> str:
    """Our own address as the reader sees it."""
    said = request.headers.get("x-forwarded-proto", "")
    return f"{said if said in ('http', 'https') else request.url.scheme}://{request.headers.get('host', '')}"


_ASKED: tuple[tuple[str, Any], ...] = (
    ("token", edit_token), ("user-info", user_info), ("subscription/list", subscriptions), ("tag/list", tags),
    ("unread-count", unread_count), ("stream/items/ids", item_ids), ("stream/items/contents", items), ("stream/contents", stream),
    ("stream/contents/{name:path}", stream), ("{rest:path}", nothing),
)  # fmt: skip
_SENT: tuple[tuple[str, Any, bool], ...] = (
    ("stream/items/ids", item_ids_by_form, False), ("stream/items/contents", items_by_form, False), ("edit-tag", edit_tag, True),
    ("mark-all-as-read", mark_all_as_read, True), ("{rest:path}", refuse, True),
)  # fmt: skip
for root in ROOTS:
    screen.route("POST", f"{root}/accounts/ClientLogin", sign_in, "anyone", shown=False)
    for path, work in _ASKED:
        screen.route("GET", f"{root}/reader/api/0/{path}", work, "viewer", shown=False)
    for path, work, changes in _SENT:
        screen.route("POST", f"{root}/reader/api/0/{path}", work, "viewer", shown=False, guard=True, changes=changes)
