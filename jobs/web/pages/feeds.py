"""Feeds for feed readers, which can show no header: the secret of a token stands in the address. It opens feeds, and nothing else.

/feeds/zx_…/RULE.atom     /feeds/zx_…/RULE.json      the newest alerts of a rule
/feeds/zx_…/search.atom?q=QUERY                      the newest records that a query is true of; for tokens of the scope feed:*
/feeds/zx_…/events.atom?type=funding                 the newest events of a type, with &company=N of one company; for those too
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from crawler.i18n import tr
from jobs.formats.alert_feeds import Feed, to_atom, to_json_feed
from jobs.services import feeds
from jobs.services.readers import people
from jobs.web.access import parts_of
from jobs.web.errors import Trouble
from jobs.web.render import etagged
from jobs.web.screens import Screen
from storage.rules.parser import MAX_LENGTH

screen = Screen("feeds")
ATOM, JSON = "application/atom+xml; charset=utf-8", "application/feed+json; charset=utf-8"


def feed(
    request: Request,
    secret: Annotated[str, Path(max_length=200)],
    name: Annotated[str, Path(max_length=300)],
    q: Annotated[str | None, Query(max_length=MAX_LENGTH)] = None,
    type: Annotated[str | None, Query(max_length=20)] = None,
    company: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """One feed. A token that is not for it is told no more than that there is nothing."""
    parts = parts_of(request)
    now, config = parts.now(), parts.config()
    found = parts.db.ask(lambda s: people.by_token(s, secret, now))
    rule, _, kind = name.rpartition(".")
    reader, used = found or (None, None)
    if reader is None or reader.feed not in ("*", rule if q is type is None else "*") or kind not in ("atom", "json"):
        raise Trouble(404, "no_page", tr("There is no such page."))
    if company is not None and type is None:
        raise Trouble(400, "bad_parameter", tr("{name}: {fault}", name="company", fault=tr("is read by nobody")), "company")
    if used is not None:
        parts.db.write_now(used)

    def work(session: Any) -> Feed:
        if type is not None:
            return feeds.of_events(session, config, type, company)
        return feeds.of_rule(session, config, rule) if q is None else feeds.of_search(session, config, q, now)

    made = parts.db.ask(work)
    return etagged(request, to_atom(made) if kind == "atom" else to_json_feed(made), ATOM if kind == "atom" else JSON)


screen.route("GET", "/feeds/{secret}/{name:path}", feed, "anyone", shown=False, strict=True)
