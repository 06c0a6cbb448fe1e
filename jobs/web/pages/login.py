"""Signing in, and out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from jobs.services.readers import people
from jobs.services.readers.people import NotSignedIn, SignedIn, TooManyTries
from jobs.web.access import COOKIE, SAFE_COOKIE, Asked, is_local_name, parts_of, session_secret
from jobs.web.pages.live import keep_taste
from jobs.web.render import Renderer
from jobs.web.screens import Screen, is_local

screen = Screen("login")
Back = Annotated[str, Query(max_length=2_000)]


@dataclass(frozen=True, slots=True)
class LoginPage:
    """Where one signs in. `back`: the page that was asked for; `trouble`: why it did not work; `open`: others could listen on the way.

    `empty`: there is nobody yet who could.
    """

    back: str
    name: str = ""
    trouble: str = ""
    open: bool = False
    empty: bool = False


def login(request: Request, back: Back = "/") -> Response:
    """The form."""
    empty = not parts_of(request).db.ask(people.owner_exists)
    return _form(request, LoginPage(back if is_local(back) else "/", open=_open(request), empty=empty))


def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1_000)] = "",
    back: Annotated[str, Form(max_length=2_000)] = "/",
) -> Response:
    """Let somebody in, who gets a session of his own: whatever cookie came with the form is not used."""
    parts, back = parts_of(request), back if is_local(back) else "/"
    address, agent = request.client.host if request.client else "", request.headers.get("user-agent", "")
    try:
        came = people.sign_in(parts.db, parts.tries, name, password, address=address, agent=agent, now=parts.now())
    except (NotSignedIn, TooManyTries) as error:
        status = 429 if isinstance(error, TooManyTries) else 401
        return _form(request, LoginPage(back, name[:40], str(error), _open(request)), status)
    answer = RedirectResponse(back, 303)
    keep(request, answer, came)
    keep_taste(answer, came.person.language, came.person.theme)
    return answer


def keep(request: Request, answer: Response, came: SignedIn) -> None:
    """Give the browser the secret of its session. Only by https it will take, and give back, a cookie that no other host can touch."""
    safe = came_by_https(request)
    age = int((came.ends_at - parts_of(request).now()).total_seconds())
    answer.set_cookie(
        SAFE_COOKIE if safe else COOKIE, came.secret, max_age=age, path="/", secure=safe, httponly=True, samesite="lax"
    )


def sign_out(request: Request) -> Response:
    """End the session."""
    secret = session_secret(request)
    if secret:
        parts_of(request).db.write_now(lambda s: people.sign_out(s, secret))
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    answer.delete_cookie(SAFE_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def came_by_https(request: Request) -> bool:
    """Whether the browser sees https: what stands before us may end it, so its own word counts, which our page's form always brings."""
    return request.url.scheme == "https" or urlsplit(request.headers.get("origin", "")).scheme == "https"


def _open(request: Request) -> bool:
    """Whether others on the way can read along, as far as can be told before a form is sent."""
    return not is_local_name(request.headers.get("host", "")) and request.headers.get("x-forwarded-proto", "http") != "https"


def _form(request: Request, page: LoginPage, status: int = 200) -> Response:
    renderer: Renderer = request.app.state.renderer
    parts = parts_of(request)
    answer = renderer.page(request, "login.html", Asked(parts, None, parts.now()), page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


screen.route("GET", "/login", login, "anyone", shown=False)
screen.route("POST", "/login", sign_in, "anyone", shown=False, guard=True)
screen.route("POST", "/logout", sign_out, "anyone", shown=False, guard=True)
