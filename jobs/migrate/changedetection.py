"""changedetection.io: a backup as it is downloaded (zip), url-watches.json, or a watch.json by itself.

It tells of every change of a page, Zhixun of every new article on it. A watch becomes a source with its rhythm; what it includes becomes
`links`; the text that triggers it becomes a rule of that source. Watches without such a text share one rule.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.i18n import tr
from jobs.migrate.moved import Foreign, Moved, MoveError, Moving, Place, mapping, texts
from jobs.migrate.queries import contains, either, enclosed, expression, sound
from jobs.migrate.selectors import compiles, css_of, links_in

ALL = "changedetection"  # the tag and the rule of watches whose every change is told
MAX_BYTES = 50 * 2**20  # of all files of a backup that are read
UNITS = {"weeks": "w", "days": "d", "hours": "h", "minutes": "m", "seconds": "s"}


@dataclass(frozen=True, slots=True)
class _Watch:
    file: Foreign
    place: Place
    said: Mapping[str, Any]

    def at(self, key: str) -> Place:
        """The line of a key of it."""
        marks = [f'"{self.said["uuid"]}"'] * ("watching" in self.file.text) if self.said.get("uuid") else []
        return Place(self.place.file, self.file.line(*marks, f'"{key}"') or self.place.line)


@dataclass(frozen=True, slots=True)
class _Settings:
    """What is said for all watches."""

    every: str = ""
    tags: Mapping[str, Mapping[str, Any]] | None = None
    notify: tuple[str, ...] = ()


def read(files: Sequence[Foreign]) -> Moved:
    """What these files hold. Raises MoveError."""
    moving = Moving()
    parts = [(part, _json(part)) for file in files for part in _parts(file)]
    settings = _settings(data for _, data in parts)
    watches = [watch for file, data in parts for watch in _watches(file, data)]
    if not watches:
        raise MoveError(tr("no watches: give a backup (zip) or url-watches.json"))
    shared = [watch.place for watch in watches if _watch(moving, watch, settings)]
    moving.rule_of_all(ALL, shared)
    for url in settings.notify:
        scheme = url.partition("://")[0]
        moving.channel(Place(parts[0][0].name), scheme, f"apprise+{url}", f"notification {scheme}://…")
    return moving.done()


def _parts(file: Foreign) -> Iterator[Foreign]:
    """The JSON files of a backup; a file that is none is itself."""
    if not file.body.startswith(b"PK"):
        yield file
        return
    left = MAX_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(file.body)) as backup:
            for info in backup.infolist():
                name = info.filename.rpartition("/")[2]
                if name not in ("changedetection.json", "url-watches.json", "watch.json", "tag.json"):
                    continue
                with backup.open(info) as opened:
                    body = opened.read(left + 1)
                left -= len(body)
                if left < 0:
                    raise MoveError(tr("{file} unfolds to more than {size} MB", file=file.name, size=MAX_BYTES >> 20))
                yield Foreign(f"{file.name}/{info.filename}", body)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise MoveError(tr("{file} is a broken archive: {why}", file=file.name, why=error)) from None


def _json(file: Foreign) -> Mapping[str, Any]:
    try:
        data = json.loads(file.text)
    except (ValueError, RecursionError) as error:
        raise MoveError(tr("{file} is no JSON: {why}", file=file.name, why=error)) from None
    if not isinstance(data, dict):
        raise MoveError(tr("{file} holds no watches", file=file.name))
    return data


def _settings(parts: Iterable[Mapping[str, Any]]) -> _Settings:
    every = ""
    notify: tuple[str, ...] = ()
    tags: dict[str, Mapping[str, Any]] = {}
    for data in parts:
        given = mapping(data.get("settings"))
        application = mapping(given.get("application"))
        every = _pause(mapping(given.get("requests")).get("time_between_check")) or every
        notify = tuple(texts(application.get("notification_urls"))) or notify
        tags |= {uuid: tag for uuid, tag in mapping(application.get("tags")).items() if isinstance(tag, dict)}
        if "title" in data and "url" in data and not data["url"] and data.get("uuid"):  # a tag.json
            tags[str(data["uuid"])] = data
    return _Settings(every, tags, notify)


def _pause(given: Any) -> str:
    """``{"hours": 3}`` as a duration; "" where nothing is said."""
    parts = mapping(given)
    return "".join(f"{int(parts[name])}{unit}" for name, unit in UNITS.items() if str(parts.get(name) or "0").isdecimal() and int(parts.get(name) or 0))  # fmt: skip


def _watches(file: Foreign, data: Mapping[str, Any]) -> Iterator[_Watch]:
    if data.get("url"):
        yield _Watch(file, Place(file.name, file.line('"url"')), data)
    for uuid, said in mapping(data.get("watching")).items():
        if isinstance(said, dict):
            yield _Watch(file, Place(file.name, file.line(f'"{uuid}"')), {"uuid": uuid, **said})


def _watch(moving: Moving, watch: _Watch, settings: _Settings) -> bool:
    """Take a watch; whether every article of it is to be told."""
    said = watch.said
    url = str(said.get("url") or "").removeprefix("source:")
    title = str(said.get("title") or said.get("page_title") or url)
    if (why := _strange(said, url)) is not None:
        moving.lose(watch.place, title, why)
        return False
    options = _part(moving, watch, title) | _request(said)
    keep, without = _texts(moving, watch, title, "trigger_text"), _texts(moving, watch, title, "text_should_not_be_present")
    telling = not said.get("trigger_text") and not said.get("text_should_not_be_present")
    own = said.get("time_between_check_use_default") is False or (said.get("time_between_check_use_default") is None)
    every = (_pause(said.get("time_between_check")) if own else "") or settings.every
    tags = [*_tags(said, settings), *([ALL] if telling else [])]
    name = moving.source(watch.place, title, url, every=every, tags=tags, **options)
    if name is None:
        return False
    _leave(moving, watch, name, settings)
    if keep or (without and not said.get("trigger_text")):
        moving.rule(name, watch.place, [either(keep)] if keep else [], without, [name])
    return telling


def _strange(said: Mapping[str, Any], url: str) -> str | None:
    """Why a watch has no counterpart at all; None when it has."""
    if said.get("processor", "text_json_diff") != "text_json_diff":
        return tr("prices, stock and pictures are not watched here")
    if said.get("browser_steps"):
        return tr("no steps are taken in a browser here")
    if "{{" in url or "{%" in url:
        return tr("an address that is made anew at each poll has no counterpart")
    return None if str(said.get("method") or "GET").upper() in ("GET", "POST") else tr("sources are asked with GET or POST")


def _request(said: Mapping[str, Any]) -> dict[str, Any]:
    backend = str(said.get("fetch_backend") or "")
    posts = str(said.get("method") or "").upper() == "POST"
    return {
        "headers": {str(key): str(value) for key, value in mapping(said.get("headers")).items()},
        "body": str(said.get("body") or "") if posts else None,
        "render": True if "webdriver" in backend or "playwright" in backend or "browser" in backend else None,
        "enabled": False if said.get("paused") else None,
    }


def _tags(said: Mapping[str, Any], settings: _Settings) -> list[str]:
    known = settings.tags or {}
    named = [str((known.get(uuid) or {}).get("title") or "") for uuid in texts(said.get("tags"))]
    old = [part.strip() for part in str(said.get("tag") or "").split(",")]
    return list(dict.fromkeys(tag for tag in (*named, *old) if tag))


def _part(moving: Moving, watch: _Watch, title: str) -> dict[str, Any]:
    """What of the page is watched."""
    chosen: list[str] = []
    kind, at = "auto", watch.at("include_filters")
    for text in map(str, watch.said.get("include_filters") or filter(None, [watch.said.get("css_filter")])):
        bare = text.strip().removeprefix("xpath1:").removeprefix("xpath:")
        css = css_of(bare) if bare != text.strip() or bare.startswith(("/", "(")) else bare
        if text.startswith(("json:", "jq:", "jqraw:")):
            kind = "api"
            moving.lose(at, f"{title}, {text}", tr("the list in the JSON is found by itself; where it is not, write `items`"))
        elif text.strip() and (css is None or not compiles(css)):
            why = tr("this is no CSS that links can be found by: write `links` of the source by hand")
            moving.lose(at, f"{title}, {text}", why)
        elif css:
            chosen.append(links_in(css))
    return {"kind": "listing", "links": ", ".join(chosen)} if chosen and kind == "auto" else {"kind": kind}


def _texts(moving: Moving, watch: _Watch, title: str, key: str) -> list[str]:
    """The terms of a list of texts and ``/expressions/``, which are looked for whatever their capitals."""
    found = []
    for text in filter(str.strip, texts(watch.said.get(key))):
        cut = enclosed(text.strip())
        term = expression(cut[0], (cut[1] or "i")) if cut else contains(text.strip())
        if why := sound(term):
            moving.lose(watch.at(key), f"{title}, {key}: {text}", why)
        else:
            found.append(term)
    if found:
        why = tr("looked for in title and text of each article, not in the lines of the page")
        moving.note(watch.at(key), f"{title}, {key}", why)
    return found


def _leave(moving: Moving, watch: _Watch, title: str, settings: _Settings) -> None:
    """What has no counterpart."""
    changed = tr("articles are read by themselves, their text is not changed by filters")
    reasons = {
        "subtractive_selectors": changed, "ignore_text": changed, "extract_text": changed, "extract_lines_containing": changed,
        "conditions": tr("write the rule of this source by hand"), "proxy": tr("Zhixun goes by no proxy"),
        "llm_intent": tr("rules decide here, no model does"), "webdriver_js_execute_code": tr("no steps are taken in a browser here"),
        "notification_urls": tr("channels belong to rules: write a channel and name it in the rule"),
        "notification_body": tr("channels have a `template`"), "notification_title": tr("channels have a `template`"),
    }  # fmt: skip
    moving.none_of(watch.at, watch.said, reasons, title)
    for uuid in texts(watch.said.get("tags")):
        if mapping((settings.tags or {}).get(uuid)).get("overrides_watch"):
            why = tr("settings of a group are not carried over: write them at each source")
            moving.lose(watch.at("tags"), f"{title}, tags", why)
    if mapping(watch.said.get(limit := "time_schedule_limit")).get("enabled"):
        moving.lose(watch.at(limit), f"{title}, {limit}", tr("write `cron` of the source instead of `every`"))
