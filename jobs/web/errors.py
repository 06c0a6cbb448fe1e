"""What went wrong, in one form: a sentence with a cure, as a page for people and as JSON for programs.

{"error": {"code": "bad_parameter", "message": "limit: …", "where": "limit", "did_you_mean": null}}
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from crawler.errors import ZhixunError
from crawler.i18n import tr
from jobs.services.configuration import Conflict, Edited, Refused
from jobs.services.lookup import Unknown
from storage.db.errors import Busy, StorageError, TooGreat, TooSlow
from storage.rules.parser import QueryError

Render = Callable[[Request, "Trouble"], Response]


class Trouble(Exception):
    """A refusal: HTTP status, a code for programs, a sentence for people; `where` names the parameter or the place in it."""

    def __init__(
        self, status: int, code: str, message: str, where: str | int | None = None, did_you_mean: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, dict[str, Any]] = {
            "error": {"code": code, "message": message, "where": where, "did_you_mean": did_you_mean}
        }
        self.message = message
        self.did_you_mean = did_you_mean
        self.query = ""  # of a query with a mistake: what was asked
        self.form: tuple[str, Any] | None = None  # template and page of the form, with what was typed into it

    def with_texts(self, mine: str, theirs: str) -> Trouble:
        """A conflict, with what both sides wanted."""
        self.body["error"] |= {"mine": mine, "theirs": theirs}
        return self

    def with_form(self, template: str, page: Any) -> Trouble:
        """People get the form once more: what they typed is not lost."""
        self.form = template, page
        return self


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What stands in `error`."""

    code: str
    message: str
    where: str | int | None
    did_you_mean: str | None


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """The form of every error of the API."""

    error: ErrorBody


def trouble_of(error: Exception) -> Trouble:
    """Any failure as a refusal."""
    if isinstance(error, Trouble):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid(error.errors()[0])
    if isinstance(error, Unknown):
        return Trouble(404, "unknown", str(error))
    if isinstance(error, QueryError):
        trouble = Trouble(400, "bad_query", error.message, error.position)
        trouble.query = error.query
        return trouble
    if isinstance(error, TooSlow):
        return Trouble(503, "too_slow", tr("That took too long and was stopped. Ask for less: a shorter time, a rarer word."))
    if isinstance(error, Busy):
        return Trouble(503, "busy", tr("Too many questions at once. Ask again in a moment."))
    if isinstance(error, TooGreat):
        return Trouble(404, "unknown", tr("There is nothing of so great a number."))
    if isinstance(error, StorageError):
        return Trouble(503, "no_archive", tr("The archive cannot be read now: {reason}", reason=error))
    if isinstance(error, ZhixunError):
        return Trouble(400, "refused", str(error))
    if isinstance(error, HTTPException):
        return _http(error)
    return Trouble(500, "broken", tr("Something went wrong in here. It stands in the log; nothing was lost."))


def _http(error: HTTPException) -> Trouble:
    if error.status_code == 404:
        return Trouble(404, "no_page", tr("There is no such page."))
    if error.status_code == 405:
        return Trouble(405, "bad_method", tr("This address is not asked like that."))
    return Trouble(error.status_code, "refused", str(error.detail))


def _invalid(first: Any) -> Trouble:
    place, *names = first["loc"]
    name = ".".join(map(str, names)) or str(place)
    if place == "path":
        return Trouble(404, "unknown", tr("There is nothing called {name}.", name=repr(str(first.get("input"))[:60])), name)
    return Trouble(400, "bad_parameter", tr("{name}: {fault}", name=name, fault=_fault(first)), name)


def _fault(first: Any) -> str:
    """What is wrong with a parameter. For what is not listed here, pydantic's own words."""
    known = {
        "int_parsing": tr("must be a whole number"),
        "greater_than_equal": tr("must be at least {ge}"),
        "less_than_equal": tr("must be at most {le}"),
        "literal_error": tr("must be one of {expected}"),
        "missing": tr("is needed"),
        "extra_forbidden": tr("is read by nobody"),
        "string_too_long": tr("has more than {max_length} characters"),
        "string_pattern_mismatch": tr("is no such value; take it from the answer before"),
        "value_error": tr("is no such value; take it from the answer before"),
        "bool_parsing": tr("must be true or false"),
        "date_from_datetime_parsing": tr("must be a date such as 2026-11-24"),
    }
    return known.get(first["type"], str(first["msg"])).format_map(first.get("ctx", {}))


def handle_errors(app: FastAPI, render: Render) -> None:
    """Let `render` answer whatever goes wrong in the app."""

    async def handler(request: Request, error: Exception) -> Response:
        return render(request, trouble_of(error))

    for kind in (Trouble, RequestValidationError, HTTPException, ZhixunError, StorageError, QueryError, Exception):
        app.add_exception_handler(kind, handler)


def edited(done: Edited | Refused | Conflict) -> Edited:
    """What a change did to the configuration. Raises Trouble where it was not made."""
    if isinstance(done, Edited):
        return done
    why = done.reason if isinstance(done, Refused) else tr("The configuration changed meanwhile. Try again.")
    raise Trouble(409, "refused", why)
