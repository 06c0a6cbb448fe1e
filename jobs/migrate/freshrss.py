"""FreshRSS: its OPML export with what it says of scraping, requests and filters in attributes of its own.

`filtersActionRead` holds searches, one a line, whose articles count as read when they arrive: they are excluded by a rule of that source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from crawler.i18n import tr
from jobs.formats.opml import Outline
from jobs.migrate.moved import Foreign, Moved, Moving, Place, always
from jobs.migrate.queries import contains, either, enclosed, expression, fault, sound
from jobs.migrate.selectors import css_of
from storage.rules.parser import QueryError

_JSON = {
    "jsonitemuri": "link", "jsonitemtitle": "title", "jsonitemtimestamp": "published", "jsonitemcontent": "text",
    "jsonitemauthor": "author", "jsonitemcategories": "keywords",
}  # fmt: skip
_path = re.compile(r"\$?\.?[A-Za-z_]\w*(?:\[\d+\])?(?:\.[A-Za-z_]\w*(?:\[\d+\])?)*")
_script = re.compile(r"//script\[@id\s*=\s*['\"]([\w-]+)['\"]\](?:/text\(\))?")
_token = re.compile(
    r"\s*(?:(?P<or>OR\b)|(?P<open>[!-]?\()|(?P<close>\))|(?P<not>[!-])?(?:(?P<field>[A-Za-z]+):|(?P<tag>\#))?"
    r"(?P<value>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|/(?:[^/\\]|\\.)+/[a-z]*|(?:[^\s()\\]|\\.)+))"
)
_FIELDS = {"intitle": "title", "inurl": "link", "author": "author"}
_day = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_past = re.compile(r"P(\d+)([DW])/?")


def read(files: Sequence[Foreign]) -> Moved:
    """What these lists hold. Raises MoveError."""
    moving = Moving()
    for file in files:
        for outline in moving.opml(file):
            _source(moving, Place(file.name, outline.line), outline)
    return moving.done()


def _source(moving: Moving, place: Place, outline: Outline) -> None:
    said, form = outline.foreign, outline.form
    if form == "html+xpath":
        kind, options, why = "listing", *_listing(said)
    elif form in ("json+dotnotation", "html+xpath+json+dotnotation"):
        kind, options, why = "api", *_api(said, form)
    else:
        kind, options, why = "feed", {}, tr("lists in XML by XPath are not read here") if form == "xml+xpath" else ""
    if why:
        moving.lose(place, outline.title or outline.url, why)
        return
    request = _request(moving, place, outline)
    name = moving.source(place, outline.title, outline.url, kind=kind, tags=list(outline.tags), **options, **request)
    if name is None:
        return
    _reading(moving, place, name, said)
    lines = [line.strip() for line in said.get("filtersactionread", "").splitlines() if line.strip()]
    said_so = [_search(moving, place, line) for line in lines]
    keep, without = ([query for query, needed in said_so if query and needed is which] for which in (True, False))
    if keep or without:
        moving.rule(name, place, keep, without, [name])


def _reading(moving: Moving, place: Place, name: str, said: Mapping[str, str]) -> None:
    if said.get("cssfullcontent"):
        moving.note(place, f"{name}, cssFullContent", tr("texts are read by themselves, without rules"))
    lost = [key for key in ("xpathitemcontent", "xpathitemtimeformat", "xpathitemtimestamp", "xpathitemtitle") if said.get(key)]
    if lost:
        moving.note(place, f"{name}, {', '.join(lost)}", tr("titles, dates and texts are found by themselves"))


def _listing(said: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """The options of a list page, or why it cannot be one."""
    item, link = said.get("xpathitem", ""), said.get("xpathitemuri", "")
    css = css_of(item)
    if css is None:
        return {}, tr("{xpath} is no CSS: write `links` of the source by hand", xpath=item or '""')
    inside = css_of(link) if link and not link.strip().startswith("@") else None
    return {"links": f"{css} {inside}" if inside and "," not in css + inside else css}, ""


def _api(said: Mapping[str, str], form: str) -> tuple[dict[str, Any], str]:
    """The options of a JSON interface, or why it cannot be one."""
    options = {"items": f"{said['jsonitem'].lstrip('$.')}[*]" if said.get("jsonitem", "").strip("$.") else "[*]"}
    options |= {ours: said[theirs].lstrip("$.") for theirs, ours in _JSON.items() if said.get(theirs)}
    paths = [said[key] for key in ("jsonitem", *_JSON) if said.get(key)]
    if strange := [text for text in paths if not _path.fullmatch(text)]:
        return {}, tr("{path} is no path that JMESPath knows: write the source by hand", path=strange[0])
    if form.startswith("html"):
        named = said.get("xpathtojson", "")
        script = _script.fullmatch(named.strip())
        if script is None:
            return {}, tr("{xpath} names no script by its id: write `inside` of the source by hand", xpath=named or '""')
        options["inside"] = script[1]
    return options, ""


def _request(moving: Moving, place: Place, outline: Outline) -> dict[str, Any]:
    """How it is asked for."""
    said = outline.foreign
    lines = [line.partition(":") for line in said.get("curlopt_httpheader", "").splitlines() if ":" in line]
    headers = {name.strip(): value.strip() for name, _, value in lines}
    special = {"User-Agent": said.get("curlopt_useragent"), "Cookie": said.get("curlopt_cookie")}
    headers |= {name: value for name, value in special.items() if value}
    moving.none_of(always(place), said, {
        "curlopt_proxy": tr("Zhixun goes by no proxy"), "curlopt_cookiefile": tr("write a Cookie header of the source"),
    }, outline.title)  # fmt: skip
    return {"headers": headers, "body": said.get("curlopt_postfields") if said.get("curlopt_post") else None}


# ---- searches


def _search(moving: Moving, place: Place, line: str) -> tuple[str, bool]:
    """A search in our language; "" where it cannot be said, which is told. True: of what lacks all of it is hidden, it is needed."""
    try:
        parts, at = [], 0
        while line[at:].strip():
            match = _token.match(line, at)
            if match is None:
                raise QueryError(tr("it cannot be understood at {text}", text=line[at:][:40]))
            at = match.end()
            parts.append(_part(moving, place, match))
        needed = bool(parts) and all(part.startswith("NOT ") and part != "NOT (" for part in parts)
        query = either(part[4:] for part in parts) if needed else " ".join(parts).replace("( ", "(").replace(" )", ")")
        why = fault(f"({query})")
    except QueryError as error:
        query, needed, why = "", False, error.message
    if why:
        moving.lose(place, line, why)
        return "", False
    return f"({query})", needed


def _part(moving: Moving, place: Place, match: re.Match[str]) -> str:
    if match["or"]:
        return "OR"
    if match["close"]:
        return ")"
    if match["open"]:
        return "NOT (" if match["open"] != "(" else "("
    negated = "NOT " if match["not"] else ""
    field, value = match["field"] or "", match["value"]
    if match["tag"]:
        why = tr("looked for among the keywords of the article, which may be others than the tags of the feed")
        moving.note(place, match[0].strip(), why)
        return f"{negated}keyword:{_leaf(value.replace('+', ' '))}"
    if field in ("pubdate", "date"):
        if field == "date":
            moving.note(place, match[0].strip(), tr("taken for the date of publication"))
        return negated + _dates(value)
    if field and field not in _FIELDS:
        if field.lower() in ("f", "l", "e", "s", "label", "labels", "search"):
            raise QueryError(tr("{field}: names something inside FreshRSS", field=field))
        value, field = f"{field}:{value}", ""
    return negated + (f"{_FIELDS[field]}:" if field else "") + _leaf(value)


def _leaf(value: str) -> str:
    if cut := enclosed(value):
        term = expression(*cut)
    else:
        bare = value[1:-1] if value[0] in "'\"" and len(value) > 1 else value
        term = contains(re.sub(r"\\(.)", r"\1", bare))
    if why := sound(term):
        raise QueryError(why)
    return term


def _dates(value: str) -> str:
    """``2026-03``, ``2026-03/``, ``/2026-03``, ``2026-02/2026-04``, ``P1W``."""
    if past := _past.fullmatch(value):
        return f"published:>=-{past[1]}{past[2].lower()}"
    start, slash, end = value.replace("--", "/").partition("/")
    if not (start or end) or not all(_day.fullmatch(day) for day in (start, end) if day):
        raise QueryError(tr("this condition on dates has no counterpart"))
    if not slash:
        return f"published:{start}"
    return f"({' '.join([f'published:>={start}'] * bool(start) + [f'published:<={end}'] * bool(end))})"
