"""How a screen is written: one file in `jobs/web/pages/`, one function a page, and the JSON twin comes by itself.

    screen = Screen("sources")

    @screen.page("/sources", "sources.html", role="viewer")
    def sources(ask: Asked, state: State = "all", limit: Limit = 50) -> SourcesPage: …

That is two routes: ``/sources``, where the template sees the answer as `page`, and ``/api/v1/sources``, the same answer as JSON with its
schema in OpenAPI. A function takes values and returns a frozen dataclass; it runs in a thread, asks `jobs/services` through
``ask.read(lambda session: …)``, and raises `Unknown`, `QueryError` or `Trouble` for what cannot be answered.

    @screen.action("PUT", "/stories/{story}/star", role="viewer")
    def star(ask: Asked, story: Number, given: Starred) -> Done: …

is ``PUT /api/v1/stories/N/star`` with a JSON body, and ``POST /stories/N/star`` for forms without a script, which goes back to where it came
from and shows `Done.said` there. `given` is a pydantic model. Both want the form token (`jobs/web/access.py`).
"""

from __future__ import annotations

import asyncio
import csv
import inspect
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from difflib import get_close_matches
from functools import cache, partial
from typing import Annotated, Any, TypeVar, get_type_hints
from urllib.parse import quote

from fastapi import Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, SerializationInfo, TypeAdapter
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from crawler.i18n import tr
from crawler.record import Record
from jobs.formats import workbook
from jobs.formats.record import cell, to_json
from jobs.web.access import Asked, Role, guarded, needs
from jobs.web.errors import ErrorAnswer, Trouble
from jobs.web.render import SAID, Renderer, etagged
from storage.archive.queries import Cursor

# FastAPI asks of each type whether it is a model of Pydantic's first version, and loads that for it: 2 MiB, and there is none here.
sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]
API = "/api/v1"
ERRORS = (400, 401, 403, 404, 503)
SHEET_ROWS = 1_000  # of a file for which no limit is asked
View = TypeVar("View", bound=Callable[..., Any])
Rows = Callable[[Any, tzinfo], Iterable[Sequence[object]]]  # an answer as a spreadsheet has it: a heading, then the rows
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Name = Annotated[str, Path(max_length=200)]
Called = Annotated[
    str, Path(max_length=200), AfterValidator(lambda name: name.removesuffix("/"))
]  # as `page_of` in render.py writes it
Limit = Annotated[int, Query(ge=1, le=100, description="how many at most")]
Day = Annotated[date | None, Query(description="a day, in the configured zone")]
Place = AfterValidator(lambda text: text and str(Cursor.parse(text)))  # raises ValueError
After = Annotated[str | None, Query(description="where to go on: `next` of the page before"), Place]


def _record_json(record: Record, info: SerializationInfo) -> dict[str, Any]:
    return to_json(record, info.context["zone"])  # type: ignore[index]


RecordJson = Annotated[Record, PlainSerializer(_record_json)]  # a record with the keys that it has everywhere


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did, in a sentence; `go`: where its form leads to, if not back."""

    said: str = ""
    go: str = ""


class LateRoute(Route):
    """A route that is built when it is first asked: what checks its parameters is large, and most routes are asked by few."""

    def __init__(self, method: str, path: str, endpoint: Any, role: Role, build: Callable[..., APIRoute]) -> None:
        super().__init__(path, endpoint, methods=[method])
        self.methods = {method}  # without the HEAD that Starlette adds to GET
        self.role = role
        self._build = build
        self._built: APIRoute | None = None

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._built is None:
            self._built = await asyncio.to_thread(self._build)  # in none of the threads that pages wait for
        await self._built.handle(scope, receive, send)

    def described(self) -> APIRoute:
        """The same with all that it may answer."""
        return self._build(described=True)


class Screen:
    """The routes of one file in `jobs/web/pages/`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.routes: list[LateRoute] = []

    def page(
        self, path: str, template: str, *, role: Role = "viewer", twin: str = "", sheet: Rows | None = None
    ) -> Callable[[View], View]:
        """A page and its twin, at the same path below /api/v1 or at `twin`; beside it, as `.csv` and `.xlsx`, what `sheet` makes of it."""

        def add(view: View) -> View:
            hints = _hints(view, role)
            html, json = _twins(view, template, hints)
            self.route("GET", path, _signed(html, view, hints), role, shown=False, strict=True)
            self.route("GET", API + (twin or path), _signed(json, view, hints), role, answers=hints["return"])
            return self.sheet(twin or path, sheet, role=role)(view) if sheet is not None else view

        return add

    def sheet(self, path: str, rows: Rows, *, role: Role = "viewer") -> Callable[[View], View]:
        """An answer as two files, `.csv` and `.xlsx`; for where a page is made of more than that."""

        def add(view: View) -> View:
            hints = _hints(view, role)
            for form in ("csv", "xlsx"):
                self.route("GET", f"{API}{path}.{form}", _signed(_sheet(view, rows, form), view, hints), role)
            return view

        return add

    def action(self, method: str, path: str, *, role: Role = "editor") -> Callable[[View], View]:
        """Something that changes something: for programs, and for forms."""

        def add(work: View) -> View:
            hints = _hints(work, role)

            def called(request: Request, **given: Any) -> Any:
                done = work(**_with(request, work, given))
                request.app.state.renderer.menu.forget(given["ask"])
                return done

            def posted(request: Request, **given: Any) -> Response:
                done = called(request, **given)
                return back(request, getattr(done, "said", ""), getattr(done, "go", ""))

            self.route("POST", path, _signed(posted, work, _as_form(hints)), role, shown=False, guard=True)
            self.route(method, API + path, _signed(called, work, _as_json(hints)), role, answers=hints["return"], guard=True)
            return work

        return add

    def form(
        self, path: str, template: str, *, role: Role = "editor", twin: str = "", changes: bool = True
    ) -> Callable[[View], View]:
        """A page that answers a form, and its twin: for what asks strangers, or is too long for an address. `changes`: … something."""

        def add(work: View) -> View:
            hints, said = _hints(work, role, changes), {"guard": True, "changes": changes}
            html, json = _twins(work, template, hints)
            self.route("POST", path, _signed(html, work, _as_form(hints)), role, shown=False, **said)
            self.route("POST", API + (twin or path), _signed(json, work, _as_json(hints)), role, answers=hints["return"], **said)
            return work

        return add

    def route(
        self,
        method: str,
        path: str,
        endpoint: Any,
        role: Role,
        *,
        shown: bool = True,
        answers: Any = None,
        guard: bool = False,
        changes: bool = True,
        strict: bool = False,
    ) -> None:
        """One route, for what is neither a page with a twin nor an action. It asks for the role by itself. `strict`, as all of the API is:
        a parameter that nobody reads is refused."""
        known = [Depends(_known_only(endpoint))] if method == "GET" and (strict or path.startswith(API)) else []

        def build(*, described: bool = False) -> APIRoute:
            answered = described or inspect.get_annotations(endpoint).get("return") != "Response"  # which needs no model
            return APIRoute(
                path,
                endpoint,
                methods=[method],
                tags=[self.name],
                response_model=answers if answered else None,
                responses={status: {"model": ErrorAnswer} for status in ERRORS} if described else None,
                include_in_schema=shown,
                dependencies=[Depends(needs(role, changes)), *known, *([Depends(guarded)] if guard else [])],
                openapi_extra={"x-role": role},
            )

        self.routes.append(LateRoute(method, path, endpoint, role, build))


def _hints(view: Callable[..., Any], role: Role, changes: bool = True) -> dict[str, Any]:
    return get_type_hints(view, include_extras=True) | {"ask": Annotated[Asked, Depends(needs(role, changes))]}


def _as_form(hints: dict[str, Any]) -> dict[str, Any]:
    """The same with `given` from the fields of a form."""
    model = hints.get("given")
    return hints if model is None else hints | {"given": Annotated[model, Form()]}


def _as_json(hints: dict[str, Any]) -> dict[str, Any]:
    """The same with `given` from a body of which each key is read."""
    model = hints.get("given")
    return hints if model is None else hints | {"given": strict(model)}


def strict(model: type[BaseModel]) -> Any:
    """The model where a key that it has not is refused: with another spelling a program would get the default. A form has keys of its own."""
    said = {"__module__": model.__module__, "__doc__": model.__doc__}
    return type(model.__name__, (model,), said | {"model_config": ConfigDict(extra="forbid")})


def _twins(
    view: Callable[..., Any], template: str, hints: dict[str, Any]
) -> tuple[Callable[..., Response], Callable[..., Response]]:
    """The endpoints that give an answer as a page and as JSON."""
    answer = cache(partial(TypeAdapter[Any], hints["return"]))

    def html(request: Request, **given: Any) -> Response:
        renderer: Renderer = request.app.state.renderer
        try:
            return renderer.page(request, template, given["ask"], view(**given))
        except Trouble as trouble:
            if trouble.form is None:
                raise
            return renderer.page(request, trouble.form[0], given["ask"], trouble.form[1], trouble.status, mistake=trouble.message)

    def json(request: Request, **given: Any) -> Response:
        body = answer().dump_json(view(**given), context={"zone": given["ask"].zone})
        return etagged(request, body, "application/json")

    return html, json


def _sheet(view: Callable[..., Any], rows: Rows, form: str) -> Callable[..., Response]:
    """The endpoint that gives an answer as CSV or as a workbook; no cell of it is a formula. `Link` says where it goes on."""

    def sheet(request: Request, **given: Any) -> Response:
        zone, one_page = given["ask"].zone, "limit" in request.query_params or "limit" not in given
        answer = view(**given if one_page else given | {"limit": 100})
        lines = list(rows(answer, zone))
        while _next(answer) and not one_page and len(lines) <= SHEET_ROWS:
            answer = view(**given | {"limit": 100, "after": _next(answer)})
            lines += list(rows(answer, zone))[1:]
        name = request.url.path.rpartition("/")[2]
        cells = [[_cell(value, zone) for value in row] for row in lines]
        if form == "xlsx":
            sent = Response(workbook.sheet(name.partition(".")[0], cells), media_type=workbook.MEDIA_TYPE)
        else:
            text = io.StringIO()
            csv.writer(text).writerows(cells)
            sent = etagged(request, text.getvalue().encode("utf-8", "replace"), "text/csv; charset=utf-8")
        sent.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        if following := _next(answer):
            sent.headers["Link"] = f'<{request.url.include_query_params(after=following)}>; rel="next"'
        return sent

    return sheet


def _next(answer: Any) -> str | None:
    """Where a list, or the table of a page, goes on."""
    return getattr(getattr(answer, "table", answer), "next", None)


def _cell(value: object, zone: tzinfo) -> int | float | str:
    if isinstance(value, int | float):
        return value
    return cell(value.astimezone(zone).isoformat(timespec="seconds") if isinstance(value, datetime) else value)


def _signed(endpoint: Any, view: Callable[..., Any], hints: dict[str, Any]) -> Any:
    """The endpoint with the parameters of the view, so that FastAPI reads, checks and documents them."""
    own = [
        one.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, one in inspect.signature(view).parameters.items()
        if name != "request"
    ]
    request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    endpoint.__signature__ = inspect.Signature([request, *own])
    endpoint.__name__, endpoint.__doc__ = view.__name__, view.__doc__
    return endpoint


def _with(request: Request, work: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
    """What is given, with the request itself for those few who ask for it."""
    return given | {"request": request} if "request" in inspect.signature(work).parameters else given


def _known_only(endpoint: Any) -> Callable[[Request], Awaitable[None]]:
    """The dependency of what answers questions: a parameter that nobody reads is a mistake, and not to be answered as if all were well."""
    read = {
        next((said.alias for said in getattr(one.annotation, "__metadata__", ()) if getattr(said, "alias", None)), name)
        for name, one in inspect.signature(endpoint, eval_str=True).parameters.items()
        if name not in ("ask", "request")
    }

    async def check(request: Request) -> None:
        known = sorted(read - request.path_params.keys())
        for name in request.query_params:
            if name not in known:
                near = next(iter(get_close_matches(name, known, 1)), None)
                told = tr("{name}: there is no such parameter; there are: {known}", name=name, known=", ".join(known) or "–")
                raise Trouble(400, "bad_parameter", told, name, near)

    return check


def back(request: Request, said: str = "", go: str = "") -> Response:
    """Send the browser of a form back to the page that it came from, where `said` is shown once."""
    referer = request.headers.get("referer", "")
    host = f"//{request.headers.get('host', '')}/"
    place = go or ("/" + referer.partition(host)[2] if host in referer else "/")
    answer = RedirectResponse(place if is_local(place) else "/", 303)
    if said:
        answer.set_cookie(SAID, quote(said), max_age=20, httponly=True, samesite="lax")
    return answer


def is_local(place: str) -> bool:
    """Whether an address is a page of ours: a browser takes ``//host`` and ``/\\host`` for another site."""
    return place.startswith("/") and not place.startswith(("//", "/\\")) and place.isprintable()
