"""The pages, their JSON twins under /api/v1, and the live updates: one FastAPI app, built of `Parts`.

    request → Guard (safety.py: host, origin, headers, language) → a route of pages/*.py (screens.py) → jobs/services → template or JSON

**A new screen** is one new file `pages/NAME.py` with a `screen = Screen("NAME")` (see screens.py for how it is written, pages/today.py and
pages/record.py for two that are whole), and one template of the same name that begins with ``{% extends "base.html" %}``. It is found by
the folder. Rules that tests hold it to:

- a page is a query and a view: the work stands in `jobs/services`, whose answers are frozen; no logic in the template, no SQL in here;
- every word that a reader sees goes through `tr("…")` (in Python and in templates), its Chinese stands in crawler/data/zh/web.json;
- no inline script or style (the browser refuses them): behaviour stands in static/app.js as a custom element, and the page works without;
- lists have `limit` (at most 100) and `after`, and answer with `next`; unknown things are 404, wrong parameters 400, each with a sentence;
- `role` is what a reader needs: viewer reads and marks, editor changes rules and sources, owner people and tokens;
- the menu shows what the screen's `menu` in base.html says; a page of its own goes there.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Mapping
from functools import cache

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp, Scope

from jobs.web import pages
from jobs.web.access import Parts
from jobs.web.errors import Trouble, handle_errors
from jobs.web.events import Live
from jobs.web.menu import Menu
from jobs.web.render import Renderer
from jobs.web.safety import Guard
from jobs.web.screens import API, LateRoute, Screen


def screens() -> Mapping[str, Screen]:
    """The files of `pages/`, by name."""
    names = [found.name for found in pkgutil.iter_modules(pages.__path__)]
    return {name: importlib.import_module(f"{pages.__name__}.{name}").screen for name in names}


def routes() -> list[LateRoute]:
    """All routes of all screens."""
    return [route for screen in screens().values() for route in screen.routes]


@cache
def _description() -> bytes:
    """The API as OpenAPI has it. What is built to be described takes as much memory as all pages, and is gone afterwards."""
    described = get_openapi(title="Zhixun", version="0.1.0", routes=[route.described() for route in routes()])
    return json.dumps(described, ensure_ascii=False).encode()


def _describe(_request: Request) -> Response:
    return Response(_description(), media_type="application/json")


def create(parts: Parts) -> FastAPI:
    """The app. It reads nothing before it is asked."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    renderer = Renderer(Menu())
    app.state.parts, app.state.renderer = parts, renderer
    app.state.live = Live(parts)
    app.add_route(f"{API}/openapi.json", _describe)
    # Each is tried in turn: pages first.
    app.router.routes.extend(route for of_pages in (True, False) for route in routes() if of_pages != route.path.startswith(API))
    handle_errors(app, renderer.refusal)

    def refuse(scope: Scope, trouble: Trouble) -> ASGIApp:
        return renderer.refusal(Request({**scope, "app": app}), trouble)

    app.add_middleware(Guard, names=lambda: parts.config().web_names, refuse=refuse)
    return app
