"""Values become pages: the templates, what they may ask for, and answers that a browser need not load twice."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from crawler.i18n import language, plural, retell, tr
from crawler.retold import retold
from jobs.deliver.message import short_id
from jobs.deliver.rendering import safe_link
from jobs.services.archive.narrow import called
from jobs.services.insight import events
from jobs.services.insight.completeness import in_words
from jobs.web.access import Asked, form_token, role_name
from jobs.web.charts import shade
from jobs.web.errors import Trouble
from jobs.web.marks import found
from jobs.web.menu import Menu
from storage.rules.parser import MAX_LENGTH

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
SAID, THEME = "said", "theme"  # cookies: what the last form did; light or dark
OWN = ("new", "add", "test", "remove")  # the words of pages and actions where else the name of a rule or a source stands
SENDS = (
    "instant",
    "hourly",
    "daily {at}",
    *(f"weekly {day} {{at}}" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
)
MOST_BACK = 1_500  # characters of a search that who has to log in first comes back to
STATIC = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class Renderer:
    """Jinja2 with everything escaped, and an error for every name that is not there. `menu`: its numbers."""

    def __init__(self, menu: Menu) -> None:
        self.menu = menu
        self.files = {file.name: file.read_bytes() for file in (HERE / "static").iterdir() if file.suffix in STATIC}
        self._marks = {name: hashlib.sha256(body).hexdigest()[:10] for name, body in self.files.items()}
        self._env = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        functions = (tr, plural, short_id, language, called, here, at, state_name, follow_name)
        of_times = (when, moment, iso, lasting, span, days_before)
        of_words = (
            found,
            language_name,
            name_of,
            page_of,
            percent,
            retold,
            sending,
            role_name,
            scope_name,
            shade,
            in_words,
            events.short,
        )
        self._env.globals.update({one.__name__: one for one in functions}, static=self._static, MAX_LENGTH=MAX_LENGTH)
        self._env.filters.update({one.__name__: one for one in (*of_times, *of_words)}, link=safe_link)

    def warm(self) -> None:
        """Compile all templates: else who asks for a page first waits for that, a fifth of a second."""
        for file in TEMPLATES.glob("*.html"):
            self._env.get_template(file.name)

    def page(self, request: Request, template: str, ask: Asked, page: Any, status: int = 200, *, mistake: str = "") -> Response:
        """A page for a reader; `mistake`: why a form is shown again."""
        values = {"page": page, "ask": ask, "now": ask.now, "zone": ask.zone, "counts": self.menu(ask), "mistake": mistake}
        body = self._html(request, template, **values)
        answer = etagged(request, body, "text/html; charset=utf-8", status)
        if SAID in request.cookies:
            answer.delete_cookie(SAID)
        return answer

    def alone(self, template: str, page: Any) -> str:
        """A page that needs no other file and knows no reader."""
        return self._env.get_template(template).render(page=page, style=self.files["alone.css"].decode())

    def refusal(self, request: Request, trouble: Trouble) -> Response:
        """An error: JSON for programs, a page for people; a stranger is led to where one logs in."""
        headers = {"Cache-Control": "no-store"}
        if wants_json(request):
            return Response(json.dumps(trouble.body, ensure_ascii=False), trouble.status, headers, "application/json")
        if trouble.body["error"]["code"] == "log_in":
            asked = request.url.path + (f"?{request.url.query}" if 0 < len(request.url.query) < MOST_BACK else "")
            return RedirectResponse("/login?" + urlencode({"back": asked}), 303)
        body = self._html(request, "error.html", page=trouble, ask=None, counts=self.menu(None))
        return Response(body, trouble.status, headers, "text/html; charset=utf-8")

    def _html(self, request: Request, template: str, **values: Any) -> bytes:
        theme = request.cookies.get(THEME, "")
        shared = {
            "path": request.url.path,
            "query": dict(request.query_params),
            "token": form_token(request),
            "theme": theme if theme in ("light", "dark") else "",
            "said": unquote(request.cookies.get(SAID, "")),
        }
        return self._env.get_template(template).render(**shared, **values).encode("utf-8", "replace")

    def _static(self, name: str) -> str:
        return f"/static/{name}?v={self._marks[name]}"


def wants_json(request: Request) -> bool:
    """Whether a program asks."""
    accept = request.headers.get("accept", "")
    return request.url.path.startswith(("/api/", "/reader/", "/accounts/")) or (
        "application/json" in accept and "text/html" not in accept
    )


def etagged(request: Request, body: bytes, kind: str, status: int = 200) -> Response:
    """The answer, or 304 where the browser has it already. It is kept by the reader's own browser alone, which asks each time."""
    mark = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": mark, "Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language, Authorization"}
    known = request.headers.get("if-none-match", "")
    if status == 200 and {mark, "*"} & {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, kind)


# ---- what templates may ask for


@pass_context
def when(context: Context, at: datetime | None) -> str:
    """Short: the time of today, else the day, with the year where it is another."""
    if at is None:
        return ""
    local, now = at.astimezone(context["zone"]), context["now"].astimezone(context["zone"])
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == now.year else f"{local:%Y-%m-%d}"


@pass_context
def moment(context: Context, at: datetime | None) -> str:
    """In full, as a clock in the configured zone shows it."""
    return f"{at.astimezone(context['zone']):%Y-%m-%d %H:%M:%S}" if at else ""


@pass_context
def iso(context: Context, at: datetime) -> str:
    """For `<time datetime>`."""
    return at.astimezone(context["zone"]).isoformat(timespec="seconds")


def state_name(state: str) -> str:
    """What the state of a delivery is called, or the outcome of a try."""
    names = {
        "pending": tr("waiting"), "sending": tr("on its way"), "sent": tr("sent"), "held": tr("held"), "dead": tr("failed"),
        "failed": tr("to be tried again"), "postponed": tr("postponed"),
    }  # fmt: skip
    return names.get(state, state)


def follow_name(why: str) -> str:
    """Why an alert goes back to another, in a word."""
    names = {
        "again": tr("widely told"), "changed": tr("changed"), "correction": tr("corrected"), "likely": tr("probably told before"),
        "withdrawn": tr("withdrawn"),
    }  # fmt: skip
    return names.get(why, why)


def language_name(code: str) -> str:
    """What a language is called."""
    return {"zh": tr("Chinese"), "en": tr("English")}.get(code, code)


def sending(send: str) -> str:
    """When a rule sends, which the configuration says in English."""
    return retell(send, SENDS)


def scope_name(scope: str) -> str:
    """What a token may do."""
    of = scope.removeprefix("feed:")
    known = {"read": tr("read"), "write": tr("read and write"), "feed:*": tr("all feeds")}
    return known.get(scope) or tr("the feed of {rule}", rule=of)


def span(seconds: float | None) -> str:
    """How long, from seconds."""
    return lasting(timedelta(seconds=seconds)) if seconds is not None else ""


def percent(share: float | None) -> str:
    """A share as people read it; nothing where it is not known."""
    return "" if share is None else f"{share:.1%}"


def days_before(day: date, n: int) -> date:
    """The day so many days earlier."""
    return day - timedelta(days=n)


def name_of(address: str) -> str:
    """A short name for a source: its host without www."""
    return (urlsplit(address).hostname or address).removeprefix("www.")


def page_of(name: str) -> str:
    """The name of a rule or a source in an address. What would be read as a page of ours ends with a /: `/rules/new/` is the rule new."""
    return quote(name) + "/" * (name.rpartition("/")[2] in ("", *OWN))


def lasting(time: timedelta | None) -> str:
    """How long, in its two greatest units: ``3h10``, ``2d4h``, ``40 s``."""
    if time is None:
        return ""
    seconds = int(abs(time.total_seconds()))
    days, hours, minutes = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return tr("{days} d {hours} h", days=days, hours=hours) if hours and days < 10 else tr("{days} d", days=days)
    if hours:
        return tr("{hours} h {minutes} min", hours=hours, minutes=minutes) if minutes else tr("{hours} h", hours=hours)
    return tr("{minutes} min", minutes=minutes) if minutes else tr("{seconds} s", seconds=seconds)


@pass_context
def here(context: Context, **changed: object) -> str:
    """The address of this page with other parameters; None takes one away."""
    return at(context, context["path"], **changed)


@pass_context
def at(context: Context, path: str, **changed: object) -> str:
    """The address of a page with the parameters of this one, and others."""
    kept = {**context["query"], **changed}
    query = urlencode({name: value for name, value in kept.items() if value is not None})
    return f"{path}?{query}" if query else path
