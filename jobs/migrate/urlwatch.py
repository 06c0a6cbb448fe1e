"""urlwatch: urls.yaml, one job a YAML document.

urlwatch tells of every change of a page, Zhixun of every new article on it. So a job becomes a source; filters that cut a part out of
the page become `links`; filters that keep or drop lines become a rule of that source. Jobs without such filters share one rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from crawler.i18n import tr
from jobs.config.yaml_file import Document
from jobs.migrate.moved import Foreign, Moved, MoveError, Moving, Place, mapping, texts
from jobs.migrate.queries import expression, sound
from jobs.migrate.selectors import compiles, css_of, links_in

ALL = "urlwatch"  # the tag and the rule of jobs whose every change is told
_PLAIN = frozenset("html2text strip striplines beautify pretty-xml format-json sort reverse remove-duplicate-lines".split())
_FEEDISH = re.compile(r"(?:rss|atom|feed)|\.xml(?:$|\?)", re.IGNORECASE)
_JSONISH = ("jq", "format-json")


def read(files: Sequence[Foreign]) -> Moved:
    """What these files hold. Raises MoveError."""
    moving, shared = Moving(), []
    for file in files:
        for job in _jobs(file):
            shared += [place for place in [_job(moving, job)] if place]
    moving.rule_of_all(ALL, shared)
    return moving.done()


def _jobs(file: Foreign) -> Iterator[Document]:
    """Each document of the file that says something, with its lines counted from the beginning of the file."""
    start, lines = 0, [*file.text.splitlines(), "---"]
    for number, line in enumerate(lines):
        if line.rstrip() != "---" and not line.startswith("--- "):
            continue
        chunk = lines[start:number]
        if any(text.strip() and not text.lstrip().startswith("#") for text in chunk):
            yield file.yaml("\n".join(chunk), above=start)
        start = number + 1
    if not file.text.strip():
        raise MoveError(tr("{file} is empty", file=file.name))


def _job(moving: Moving, job: Document) -> Place | None:
    """Take a job; where it stands, if every article of it is to be told."""
    data: Mapping[str, Any] = job.data
    place = Place(job.file, min((at[0] for path, at in job.places.items() if path), default=1))
    url = data.get("url") or data.get("navigate")
    title = str(data.get("name") or url or data.get("command") or "")
    if not url:
        why = tr("no commands are run here") if data.get("command") else tr("a job of a kind of your own has no counterpart")
        moving.lose(place, title, why)
        return None
    if str(data.get("method") or "GET").upper() not in ("GET", "POST"):
        moving.lose(place, title, tr("sources are asked with GET or POST"))
        return None
    cut, keep, without = _filters(moving, job, place, title)
    tags = texts(data.get("tags"))
    telling = not any(name in ("grep", "grepi") for name, _ in _listed(data.get("filter")))
    name = moving.source(place, title, str(url).partition("#")[0], tags=[*tags, ALL] if telling else tags, **cut, **_request(moving, job, title))  # fmt: skip
    if name is None:
        return None
    if keep or without:
        moving.rule(name, place, keep, without, [name])
    return place if telling else None


def _request(moving: Moving, job: Document, title: str) -> dict[str, Any]:
    data: Mapping[str, Any] = job.data
    headers = {str(key): str(value) for key, value in mapping(data.get("headers")).items()}
    if cookies := data.get("cookies"):
        pairs = [f"{key}={value}" for key, value in cookies.items()] if isinstance(cookies, dict) else [str(cookies)]
        headers["Cookie"] = "; ".join(pairs)
    if data.get("useragent"):
        headers["User-Agent"] = str(data["useragent"])
    body = data.get("data")
    body = body if isinstance(body, str | dict) else None
    moving.none_of(lambda key: Place(job.file, job.places[(key,)][0]), data, {
        "http_proxy": tr("Zhixun goes by no proxy"), "https_proxy": tr("Zhixun goes by no proxy"),
        "ssl_no_verify": tr("certificates are always checked"), "encoding": tr("the encoding of a page is found out"),
        "timeout": tr("one timeout for all: crawl.timeout"), "wait_for": tr("a page is read when its network is quiet"),
        "user_visible_url": tr("alerts link to the article itself"), "diff_tool": tr("alerts show the article, no difference"),
        "diff_filter": tr("alerts show the article, no difference"),
    }, title)  # fmt: skip
    return {
        "headers": headers,
        "body": urlencode(body) if isinstance(body, dict) else body,
        "render": True if data.get("navigate") else None,
        "enabled": None if data.get("enabled", True) else False,
    }


def _filters(moving: Moving, job: Document, place: Place, title: str) -> tuple[dict[str, Any], list[str], list[str]]:
    """What the filters make of the source, and what a line must and must not have."""
    cut: dict[str, Any] = {"kind": "feed" if _FEEDISH.search(str(job.data.get("url", ""))) else "auto"}
    keep: list[str] = []
    without: list[str] = []
    for number, (name, options) in enumerate(_listed(job.data.get("filter"))):
        at = Place(job.file, job.places.get(("filter", number), (place.line, 0))[0])
        if name in ("grep", "grepi"):
            term = _lines(moving, at, title, name, options)
            (keep if name == "grep" else without).extend(term)
        elif name in _JSONISH:
            cut = {"kind": "api"}
            if name == "jq":
                why = tr("the list in the JSON is found by itself; where it is not, write `items`")
                moving.lose(at, f"{title}, jq: {_said(options)}", why)
        elif name not in _PLAIN:
            cut |= _cut(moving, at, title, name, options)
    return cut, keep, without


def _cut(moving: Moving, at: Place, title: str, name: str, options: Any) -> dict[str, Any]:
    """`links` for a filter that cuts a part out of the page; nothing, and a remark, for any other."""
    given = options if isinstance(options, dict) else {}
    css = _css(name, _said(options))
    if given.get("method") == "xml":
        return {"kind": "feed"}
    if css is None or not compiles(css):
        moving.lose(at, f"{title}, {name}: {_said(options)}", _reason(name))
        return {}
    for key in ("exclude", "skip", "maxitems"):
        if given.get(key):
            moving.lose(at, f"{title}, {key}: {given[key]}", tr("all links of the part are watched"))
    return {"kind": "listing", "links": links_in(css)}


def _css(name: str, value: str) -> str | None:
    if name == "css":
        return value
    if name == "xpath":
        return css_of(value)
    attribute = {"element-by-id": "id", "element-by-class": "class", "element-by-style": "style"}.get(name)
    if attribute:
        return f"#{value}" if attribute == "id" and re.fullmatch(r"[A-Za-z][\w-]*", value) else f'[{attribute}="{value}"]'
    return value if name == "element-by-tag" else None


def _reason(name: str) -> str:
    if name in ("css", "xpath"):
        return tr("this is no CSS that links can be found by: write `links` of the source by hand")
    if name.startswith(("shellpipe", "ocr")):
        return tr("no commands are run here")
    return tr("articles are read by themselves, their text is not changed by filters")


def _lines(moving: Moving, at: Place, title: str, name: str, options: Any) -> list[str]:
    pattern = _said(options)
    term = expression(pattern)
    if not pattern or (why := sound(term)):
        moving.lose(at, f"{title}, {name}: {pattern}", why if pattern else tr("it has no expression"))
        return []
    why = tr("looked for in title and text of each article, not in the lines of the page")
    moving.note(at, f"{title}, {name}: {pattern}", why)
    return [term]


def _listed(given: Any) -> Iterator[tuple[str, Any]]:
    """The filters, each with its options: a list, or (as older versions had it) names with commas, `grep:word` among them."""
    if isinstance(given, str):
        given = [part.strip() for part in given.split(",")]
    for each in given if isinstance(given, list) else [given] if given else []:
        if isinstance(each, dict):
            yield from each.items()
        else:
            name, _, options = str(each).partition(":")
            yield name.strip(), options.strip() or None


def _said(options: Any) -> str:
    """The one value of a filter, under whichever name."""
    if isinstance(options, dict):
        keys = ("path", "selector", "re", "id", "class", "tag", "style", "query", "pattern", "command")
        return str(next((options[key] for key in keys if options.get(key) is not None), ""))
    return "" if options is None else str(options)
