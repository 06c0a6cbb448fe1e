"""When an article appeared, as its page says it: in JSON-LD, beside the headline, in metas, `<time>`, the state of its program, its address.

Another article's date never dates this one: JSON-LD with another headline and address, `<time>` in a sidebar or in a card with a link.
A date that is none (year 0001) hides no other; the date of a change is taken only where no page tells the publication.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Any, cast

from lxml import etree

from crawler.dates import AHEAD, DateReader, date_in_url
from crawler.html import article_state, tree
from crawler.html.date_text import CHANGED, DateText, dates_in
from crawler.html.metadata import SCRIPT, Head
from crawler.html.tree import loose
from crawler.relative_dates import PHRASE as _PHRASE
from crawler.url import join

MAX_TIMES = 30  # `<time>` elements looked at
NEAR = 12  # levels above one
TITLE = 24  # bytes of a link's text that may be a headline: eight Han characters
_DAY = timedelta(days=1)
_EARLY = timedelta(days=7)  # before the day in the address: no page is put there so long after it appeared

_METAS = (
    "article:published_time datepublished og:article:published_time og:published_time pubdate publishdate publish_date publish-date"
    " publication_date date dc.date dc.date.issued dcterms.created dcterms.date parsely-pub-date sailthru.date article.published"
    " article:publish_time apub:time bt:pubdate firstpublishedtime og:release_date og:pubdate published dateupdate citation_publication_date"
    " citation_date cxenseparse:recs:publishtime bytedance:published_time vr:published_time article.created"
).split()
_OF_WEIBO = "weibo: article:create_at"
_CHANGES = "article:modified_time og:updated_time datemodified last-modified lastmod dcterms.modified".split()
_LD, _LD_CHANGES = ("datePublished", "dateCreated", "uploadDate"), ("dateModified",)
# 2026 11/23 10:12, of three elements
_apart = re.compile(r"\b(20\d\d)[\s年]+(\d{1,2})\s*/\s*(\d{1,2})\s+(\d{1,2}:\d{2}(?::\d{2})?)")
# Each begins with a literal, which the regular expression engine finds at memory speed; scripts are long.
_script_dates = tuple(
    re.compile(key + r"""\\?["']?\s*[:=]\s*\\?["']?(\d{10}(?:\d{3})?\b|20\d\d[-/]\d\d?[-/]\d\d?[ T]\d\d?:\d\d[\d:.+Z]*)""")
    for key in ("ime", "Date", "_date", "ublishedAt", "ublishedOn", "datePublished", "ateline", "var ct")
)
_other_key = re.compile(
    r"(?:now|current|server|svr|sys|expire|update|updated|modify|modified|edit|end|start|build|load|login|deadline)[\w-]*$", re.I
)
_said = r"(?:time|date|datetime|at|on|ts|timestamp)(?:str|long|text|gmt|utc|ms)?"
_published_key = re.compile(
    rf"(?:date)?(?:first)?(?:pub|publish|published|release|released|post|posted|issue|issued|display|online|news|article){_said}|published|datepublished|ptime|behottime"
)
_created_key = re.compile(rf"(?:date)?created?(?:{_said})?|ctime|date(?:gmt|utc)?|time|datetime")
_beside = re.compile(
    r"relat|recommend|sidebar|aside|popular|trending|\bhot|rank|xiangguan|tuijian|comment|repl(?:y|ies)|foot|\bnav|more-",
    re.I,
)
_own_foot = re.compile(r"(?:post|entry|article)-foot")
_no_article = re.compile(r"/(?:authors?|people|staff|tags?|topics?|categor(?:y|ies)|section|user|u|profile|channel)/", re.I)


@dataclass(frozen=True, slots=True)
class Around:
    """Where this article's date may stand: under its headline, in the short lines around it, beside the `opening` of a text that is
    from the page's scripts, and in the `credits` where a line says who posted it."""

    title: str
    bar: Sequence[str]
    opening: str = ""
    credits: Sequence[str] = ()


_posted = re.compile(r"(?i)\b(?:posted|published|submitted)\b")


def published(head: Head, root: etree._Element, around: Around, dates: DateReader) -> datetime | None:
    """When the article appeared. JSON-LD before the bar, a bar with a clock before the metas, then scripts, then the address.

    A midnight is a day without a time: another place that knows the same day's time is better.
    """
    own = _own(head, around.title)
    texts = [text for article in own for text in _texts(article, _LD)]
    told, found = _first(texts, dates), dates_in(around.bar)
    found = found or dates_in([*filter(_posted.search, around.credits)])
    seen, seen_text = _seen(around.bar, found, dates)
    day = _day_of(head.url, dates)
    if seen and day and not seen_text[:1].isalpha() and seen < day - _EARLY:
        seen, seen_text = None, ""  # a day that the text tells of
    if told and _has_clock(told, dates):
        return seen if seen and _is_mislabelled(told, seen, head) else _completed([told], seen, head, dates)
    stated = _first(_in_state(head, around), dates) if around.opening else None
    if seen and not (told or stated) and seen_text[:4].isdigit() and _has_clock(seen, dates):
        return seen  # 10-08 12:00 would leave the year to a guess
    metas = [*head.all(*_METAS, _OF_WEIBO), *(str(thing["pubDate"]) for thing in head.things if "pubDate" in thing)]  # Baidu's
    kept = [at for text in islice(chain(metas, _times(root, head.url)), MAX_TIMES) if (at := dates(text))]
    said = _completed(kept, seen, head, dates)
    if said and seen and _is_mislabelled(said, seen, head):
        return seen
    ranked = [at for at in (told, said, stated, seen) if at]
    if seen and ranked == [seen] and _told_from_now.match(seen_text):
        ranked = [*_same_hands(seen, chain(_in_state(head, around), _in_scripts(head, dates)), dates), seen]
    if not any(_has_clock(at, dates) for at in ranked):
        hidden = chain(_in_state(head, around), _in_scripts(head, dates))
        ranked += [at for text in islice(hidden, MAX_TIMES) if (at := dates(text))]
    if ranked:
        return next((at for at in ranked if _has_clock(at, dates) and _is_on(at, ranked[0], dates)), ranked[0])
    changes = chain(*(_texts(article, _LD_CHANGES) for article in own), head.all(*_CHANGES)) if texts or metas else ()
    changed = [date.text for date in found if date.rank == CHANGED]
    return day or _first(chain(changes, changed), dates)


def _completed(kept: list[datetime], seen: datetime | None, head: Head, dates: DateReader) -> datetime | None:
    """The first of these; where it names a day alone, one of that day with a clock; where no zone, one whose clock has the same hands
    in a zone of its own, or in UTC."""
    if not kept:
        return None
    said = kept[0]
    if not _has_clock(said, dates):
        return next((at for at in kept if _has_clock(at, dates) and _is_on(at, said, dates)), said)
    if said.tzinfo != dates.zone:
        return said
    hands = _hands(said)
    zoned = (at for at in (*kept, seen or said) if at.tzinfo != dates.zone and (at.utcoffset() or not head.is_chinese))
    return next((at for at in zoned if hands in (_hands(at), _hands(at.astimezone(UTC)))), said)


def _hands(at: datetime) -> datetime:
    return at.replace(tzinfo=None, second=0, microsecond=0)


def _is_on(at: datetime, day: datetime, dates: DateReader) -> bool:
    """Is a time of that day: in our zone, or, where it names its own and the day names none, in its own."""
    return abs(at - day) < _DAY or (not _has_clock(day, dates) and at.date() == day.date())


def _same_hands(seen: datetime, hidden: Iterator[str], dates: DateReader) -> Iterator[datetime]:
    """The times in the page's scripts at which a clock shows what the page shows: 昨天 19:30 is told from when the page was made."""
    hands = (seen.hour, seen.minute)
    found = (at.astimezone(dates.zone) for text in islice(hidden, MAX_TIMES) if (at := dates(text)))
    return (at for at in found if (at.hour, at.minute) == hands and any(hands))


def _first(texts: Iterator[str] | Sequence[str], dates: DateReader) -> datetime | None:
    return next((at for text in texts if (at := dates(text))), None)


def _has_clock(at: datetime, dates: DateReader) -> bool:
    local = at.astimezone(dates.zone)
    return bool((local.hour or local.minute) and (at.hour or at.minute))


def _seen(bar: Sequence[str], found: Sequence[DateText], dates: DateReader) -> tuple[datetime | None, str]:
    """The date beside the headline that is no change's, and its text."""
    for one in found:
        if one.rank != CHANGED and (at := dates(one.text)):
            return at, one.text
    if match := _apart.search(" ".join(text for text in bar if len(text) < 30)):
        return dates("{}-{}-{} {}".format(*match.groups())), ""
    return None, ""


def _is_mislabelled(told: datetime, seen: datetime, head: Head) -> bool:
    """True for a local time that a program was told with a "Z": people see the same hands of the clock, and no page in Chinese shows UTC."""
    return (
        _hands(told) == _hands(seen)
        and not told.utcoffset()
        and bool(seen.utcoffset())
        and (head.is_chinese or not _is_naive(seen))
    )


def _is_naive(seen: datetime) -> bool:
    """True for a time whose zone was only ours; what names its own has it as an offset."""
    return getattr(seen.tzinfo, "key", None) is not None


def _day_of(url: str, dates: DateReader) -> datetime | None:
    at = date_in_url(url, dates.zone)
    return at if at and at <= dates.now + AHEAD else None


# ---- JSON-LD


def _own(head: Head, title: str) -> list[dict[str, Any]]:
    """The page's JSON-LD articles; of several those that name this one, and never one that is another's by headline and address."""
    known = [_pairs(name) for name in (title, head.tags.title)]
    named, doubtful = [], []
    for article in head.articles:
        headline, address = _headline(article), _address(article, head.url)
        like = max(_likeness(headline, name) for name in known)
        if address == _bare(head.url) or like > 0.7:
            named.append(article)
        elif like >= 0.3 or not (headline and address):
            doubtful.append(article)
    return named or doubtful


def _likeness(headline: str, known: set[str]) -> float:
    """How much of a headline's letters stand, in pairs, in a title."""
    pairs = _pairs(headline)
    return len(pairs & known) / len(pairs) if pairs else 0.0


def _pairs(text: str) -> set[str]:
    letters = loose(text[:300])
    return {letters[at : at + 3] for at in range(len(letters) - 2)}


def _headline(article: dict[str, Any]) -> str:
    return next((text for key in ("headline", "name") if isinstance(text := article.get(key), str)), "")


def _address(article: dict[str, Any], url: str) -> str:
    for value in (article.get("url"), article.get("mainEntityOfPage"), article.get("@id")):
        said = value.get("@id") if isinstance(value, dict) else value
        if isinstance(said, str) and (address := join(url, said)):
            return _bare(address)
    return ""


def _bare(url: str) -> str:
    return url.partition("://")[2].partition("#")[0].partition("?")[0].rstrip("/").removeprefix("www.")


def _texts(article: dict[str, Any], keys: Sequence[str]) -> Iterator[str]:
    return (text for key in keys if isinstance(text := article.get(key), str))


# ---- <time>


# To look for attributes takes half of what it takes to ask each element for them.
_dated = etree.XPath("//@datetime|//@data-timestamp|//@data-ts|//abbr/@title|//span/@title|//em/@title")
_told_from_now = re.compile(_PHRASE)
_whole_date = re.compile(r"20\d\d-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{2}[\d:.+Z-]*$")  # what a word told from now says in full


def _times(root: etree._Element, url: str) -> Iterator[str]:
    """The dates that the page's `<time>` and its like keep beside what they show, those of another article left out."""
    said = cast("list[Any]", _dated(root))
    dated = dict.fromkeys(one.getparent() for one in said if one.attrname != "title" or _whole_date.match(one))
    texts = ((one, _kept(one)) for one in dated)
    for element, text in islice(((one, text) for one, text in texts if text), MAX_TIMES):
        if not _is_anothers(element, url):
            yield text


def _kept(one: etree._Element) -> str:
    said = next(filter(None, map(one.get, ("datetime", "data-timestamp", "data-ts"))), "")
    return said or (_whole_date.match(one.get("title") or "") or ("",))[0]


def _is_anothers(element: etree._Element, url: str) -> bool:
    """True in a sidebar, a list of related articles, comments, or a card: a place with a headline that links to another page."""
    for level, place in enumerate(islice(element.iterancestors(), NEAR)):
        if place.tag == "footer" and _is_entry(place):
            continue
        if place.tag in ("aside", "nav", "footer"):
            return True
        if place.tag in ("body", "html", "main") or place.find(".//h1") is not None:
            return False
        if place.tag == "a" and _is_elsewhere(place.get("href"), url):
            return True
        names = f"{place.get('class') or ''} {place.get('id') or ''}"
        if _beside.search(names) and not _own_foot.search(names):
            return True
        is_near = place.tag in ("li", "article", "td", "dd") or level < 3
        if is_near and any(_is_headline(link, url) for link in islice(place.iter("a"), 20)):
            return True
    return False


def _is_entry(footer: etree._Element) -> bool:
    """True for the foot of the page's own article, where some systems keep its date."""
    article = next(footer.iterancestors("article"), None)
    return article is not None and article.find(".//h1") is not None


def _is_headline(link: etree._Element, url: str) -> bool:
    text = tree.clean("".join(map(str, link.itertext()))[:200])
    return len(text.encode()) >= TITLE and _is_elsewhere(link.get("href"), url) and not _no_article.search(link.get("href") or "")


def _is_elsewhere(href: str | None, url: str) -> bool:
    address = join(url, href or "")
    return bool(address) and _bare(str(address)) != _bare(url)


# ---- scripts


def _in_state(head: Head, around: Around) -> Iterator[str]:
    """The dates of the object that is this article in the state of the page's program, those of its publication first."""
    for one, whole in article_state.about(head.tags, around.title, around.opening):
        parts = [one, *(value for key, value in one.items() if isinstance(value, dict) and "author" not in key.lower())]
        for pattern in (_published_key, _created_key):
            for part in parts:
                yield from _dates_under(part, pattern, whole)


def _dates_under(one: dict[str, Any], pattern: re.Pattern[str], whole: Any) -> Iterator[str]:
    for key, value in one.items():
        value = article_state.resolved(value, whole)
        is_said = value and isinstance(value, str | int) and not isinstance(value, bool)
        if is_said and pattern.fullmatch(loose(key)):
            yield str(value)


def _in_scripts(head: Head, dates: DateReader) -> Iterator[str]:
    """What looks like a date under a key that may be an article's, where all of those agree on the day; for scripts that are no JSON."""
    scripts = [text for kind, text in head.tags.scripts if "ld+json" not in kind or not head.articles]
    matches = (match for pattern in _script_dates for text in scripts for match in pattern.finditer(text, 0, SCRIPT))
    texts = [match[1] for match in matches if not _other_key.search(match.string, max(0, match.start() - 24), match.start())]
    days = {at.astimezone(dates.zone).date() for text in texts[:MAX_TIMES] if (at := dates(text))}
    return iter(texts if len(days) == 1 else ())
