"""What belongs to every page: live updates, the reader's language and theme, the files of the look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from fastapi import Form, Request, Response
from fastapi.responses import StreamingResponse

from crawler.i18n import tr
from jobs.services.readers import people
from jobs.web.access import parts_of, who_asks
from jobs.web.errors import Trouble
from jobs.web.events import Live
from jobs.web.render import STATIC, THEME
from jobs.web.safety import LANGUAGE
from jobs.web.screens import API, Screen, back

screen = Screen("live")
YEAR = 365 * 86_400


def events(request: Request) -> StreamingResponse:
    """What comes in from now on, as server-sent events."""
    live: Live = request.app.state.live
    if live.is_full:
        raise Trouble(503, "busy", tr("Too many are listening already."))
    return StreamingResponse(live.events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def prefer(
    request: Request,
    language: Annotated[Literal["zh", "en"] | None, Form()] = None,
    theme: Annotated[Literal["light", "dark", "auto"] | None, Form()] = None,
) -> Response:
    """Keep the reader's language or theme in the browser, and for the next one that he signs in with."""
    answer, parts = back(request), parts_of(request)
    keep_taste(answer, language, theme)
    reader = who_asks(request, parts)
    if reader is not None and reader.writes:
        taste = language or reader.person.language, (None if theme == "auto" else theme or reader.person.theme)
        parts.db.write_now(lambda s: people.set_taste(s, reader.person, *taste))
    return answer


def keep_taste(answer: Response, language: str | None, theme: str | None) -> None:
    """Let the browser keep a language and a theme; None changes nothing."""
    for name, value in ((LANGUAGE, language), (THEME, theme)):
        if value is not None:
            answer.set_cookie(name, value, max_age=YEAR, samesite="lax")


def static(request: Request, name: str) -> Response:
    """Our own script, style and picture, which never change under one address."""
    body = request.app.state.renderer.files.get(name)
    if body is None:
        raise Trouble(404, "no_page", tr("There is no such page."))
    keep = "public, max-age=31536000, immutable" if "v" in request.query_params else "no-cache"
    return Response(body, headers={"Cache-Control": keep}, media_type=STATIC[Path(name).suffix])


screen.route("GET", API + "/events", events, "viewer")
screen.route("POST", "/preferences", prefer, "anyone", shown=False, guard=True)
screen.route("GET", "/static/{name}", static, "anyone", shown=False)
