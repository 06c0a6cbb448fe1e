"""Week: seven days in one page, to read, to edit, to print, and to hand on under a link that ends.

/w/TOKEN is a week as it was when somebody froze it: for whoever has the link, until it ends.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field

from crawler.i18n import plural, tr
from jobs.formats import pdf
from jobs.services.insight import week as service
from jobs.services.insight.week import Edits, Week
from jobs.services.readers.people import secret_hash
from jobs.web.access import Asked, Viewer, parts_of
from jobs.web.errors import Trouble
from jobs.web.screens import API, Done, Screen

screen = Screen("week")
Name = Annotated[str, Path(max_length=20, description="such as 2026-W48")]
Editing = Annotated[bool, Query(description="with what was left out, for editors to think again")]
Words = Annotated[str, Field(max_length=2_000)]
Several = Annotated[list[int], Field(max_length=100)]
_style = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class Edited(BaseModel):
    """What an editor makes of a week: its stories by their records, the place and the words of each, and those that are left out.

    `version`: of the week that one has before his eyes; what another made of it since is not written over.
    """

    intro: Words = ""
    records: Several = []
    places: Several = []
    comments: Annotated[list[Words], Field(max_length=100)] = []
    dropped: Several = []
    version: Annotated[str, Field(max_length=16)] | None = None


class Freeze(BaseModel):
    """How long the link is good."""

    days: Annotated[int, Field(ge=1, le=365)] = 30


@dataclass(frozen=True, slots=True)
class Alone:
    """The week as a page that needs no other file."""

    week: Week


@screen.page("/week", "week.html")
def this(ask: Asked) -> Week:
    """This week so far."""
    return _week(ask, service.name_of(ask.now.astimezone(ask.zone).date()))


@screen.page("/week/{name}", "week.html")
def week(ask: Asked, name: Name, edit: Editing = False) -> Week:
    """One week, as an editor left it."""
    return _week(ask, name, edit and ask.may("editor"))


def _week(ask: Asked, name: str, all_of_it: bool = False) -> Week:
    found = ask.view(("week", name), lambda s: service.week(s, name, ask.now, ask.zone, ask.config.money))
    return service.edited(found, ask.read(lambda s: service.edits_of(s, name)), all_of_it)


@screen.action("PUT", "/week/{name}/edits")
def edit(ask: Asked, name: Name, given: Edited) -> Done:
    """Put the stories of a week in order, say something of them, leave some out."""
    places = dict(zip(given.records, given.places, strict=False))
    order = tuple(sorted(given.records, key=lambda record: places.get(record, len(places))))
    said = {record: text.strip() for record, text in zip(given.records, given.comments, strict=False) if text.strip()}
    made = Edits(given.intro.strip(), order, said, tuple(given.dropped))
    theirs = ask.write(lambda s: service.edit(s, name, made, ask.person.id, ask.now, seen=given.version))
    if theirs is not None:
        refused = Trouble(409, "conflict", tr("The week was changed meanwhile; nothing was saved."))
        raise refused.with_texts(*("\n".join([one.intro, *one.comments.values()]) for one in (made, theirs)))
    return Done(tr("The week is kept like this."), f"/week/{name}")


@screen.action("POST", "/week/{name}/freeze")
def freeze(ask: Asked, request: Request, name: Name, given: Freeze) -> Done:
    """Keep the week as it is now, for whoever has the link, until it ends."""
    page, secret = _alone(request, _week(ask, name)), secrets.token_urlsafe(24)
    ends = ask.now + timedelta(days=given.days)
    ask.write(lambda s: service.freeze(s, secret_hash(secret), name, page, ask.person.id, now=ask.now, ends=ends))
    day, link = f"{ends.astimezone(ask.zone):%Y-%m-%d}", f"{str(request.base_url).rstrip('/')}/w/{secret}"
    ask.note("week frozen", name, after={"until": day})
    return Done(tr("Until {day}, whoever has this link may read it: {link}", day=day, link=link), f"/week/{name}")


@screen.action("POST", "/week/{name}/thaw")
def thaw(ask: Asked, name: Name) -> Done:
    """Take back all links to a week."""
    n = ask.write(lambda s: service.thaw(s, name))
    ask.note("week links taken back", name)
    return Done(plural("{n} link was taken back.", "{n} links were taken back.", n), f"/week/{name}")


def _alone(request: Request, found: Week) -> str:
    return str(request.app.state.renderer.alone("week_alone.html", Alone(found)))


def kept(request: Request, secret: Annotated[str, Path(max_length=100)]) -> Response:
    """A frozen week."""
    parts = parts_of(request)
    page = parts.db.ask(lambda s: service.frozen(s, secret_hash(secret), parts.now()))
    if page is None:
        raise Trouble(404, "no_page", tr("This link leads nowhere any more, or never did."))
    return Response(page, media_type="text/html; charset=utf-8", headers=_sealed(page))


def _sealed(page: str) -> dict[str, str]:
    """What a browser may do with a page that brings its own style: show it."""
    style = _style.search(page)
    mark = base64.b64encode(hashlib.sha256((style[1] if style else "").encode()).digest()).decode()
    allowed = f"default-src 'none'; style-src 'sha256-{mark}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return {"Content-Security-Policy": allowed, "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}


def export(ask: Viewer, request: Request, name: Name, form: Annotated[Literal["markdown", "html", "pdf"], Path()]) -> Response:
    """The week as Markdown, as a page that needs no other file, or as PDF where Chromium is installed."""
    found = _week(ask, name)
    if form == "markdown":
        body: Any = service.markdown(found)
    else:
        body = _alone(request, found)
    if form == "pdf":
        body = pdf.printed(body, ask.config.crawl.sandbox)
    kind, ending = {"markdown": ("text/markdown; charset=utf-8", "md"), "html": ("text/html; charset=utf-8", "html"), "pdf": ("application/pdf", "pdf")}[form]  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(body, media_type=kind, headers=headers)


screen.route("GET", "/w/{secret}", kept, "anyone", shown=False)
screen.route("GET", f"{API}/week/{{name}}/{{form}}", export, "viewer")
