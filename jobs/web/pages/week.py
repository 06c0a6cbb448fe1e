"""Week: seven days in one page, to read, to print and to hand on."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Response

from jobs.services.insight import week as service
from jobs.services.insight.week import Week
from jobs.web.access import Asked, needs
from jobs.web.screens import API, Screen

screen = Screen("week")
Name = Annotated[str, Path(max_length=20, description="such as 2026-W48")]


@screen.page("/week", "week.html")
def this(ask: Asked) -> Week:
    """This week so far."""
    return _week(ask, service.name_of(ask.now.astimezone(ask.zone).date()))


@screen.page("/week/{name}", "week.html")
def week(ask: Asked, name: Name) -> Week:
    """One week."""
    return _week(ask, name)


def _week(ask: Asked, name: str) -> Week:
    return ask.view(("week", name), lambda s: service.week(s, name, ask.now, ask.zone))


def as_markdown(ask: Annotated[Asked, Depends(needs("viewer"))], name: Name) -> Response:
    """The week as Markdown."""
    text = service.markdown(_week(ask, name))
    return Response(
        text, media_type="text/markdown; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}.md"'}
    )


screen.route("GET", f"{API}/week/{{name}}/markdown", as_markdown, "viewer")
