"""What of a site could be watched, found by asking it: small steps from the surest to the vaguest.

    the page → feeds it names → pages about feeds → robots.txt and sitemaps → JSON behind its scripts → common paths

What came is parsed and judged in a child; here stands only what to ask for next. A good feed ends the search, and
so do twelve requests (redirects and the robots.txt of further hosts are not counted).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any, Concatenate, ParamSpec, TypeVar

from crawler.discover import candidates, scoring
from crawler.discover.candidates import Candidate
from crawler.discover.scoring import Judged
from crawler.errors import ReadError, SpiderError
from crawler.record import Page
from crawler.retold import retold
from crawler.sandbox.pool import Readers
from crawler.url import host_of, join, link_key, registrable
from jobs.services.sourcing.fetch_one import Fetcher, why_not

P = ParamSpec("P")
T = TypeVar("T")

MAX_REQUESTS = 12  # the engine's own look at robots.txt included
NAMED = 5  # candidates of the page that are fetched
FEEDS_OF_HUB = 3
SITEMAPS = 2
SCRIPTS = 2
USABLE = 0.35  # a score from which a candidate can be watched
CONTENT = 0.5  # … and from which sitemaps and scripts are left alone
GOOD_FEED = 0.85  # … from which no better one is looked for, where the page's own articles are known
LONGEST_NAME = 40  # of a feed's own title; longer ones are advertisements
_NO_NAMES = frozenset("rss feed atom home news blog index untitled 首页 新闻 订阅 无标题".split())
GOOD_FEED_UNSURE = 0.7  # … and where they are not


@dataclass(frozen=True, slots=True)
class Discovered:
    """What came of it: candidates that were judged, best first, and how many requests that took. `trouble`: the page itself failed."""

    asked: str
    judged: tuple[Judged, ...]
    requests: int
    trouble: str = ""

    @property
    def best(self) -> Judged | None:
        """The one to take, if one is fit to be watched."""
        return self.judged[0] if self.judged and self.judged[0].score >= USABLE else None


@dataclass
class _Search:
    """The state of one search."""

    asked: str
    fetcher: Fetcher
    readers: Readers
    now: datetime
    zone: tzinfo
    tell: Callable[[str], None]
    requests: int = 1  # the engine asks for robots.txt
    trouble: str = ""
    page: Page | None = None
    title: str = ""
    wanted: frozenset[str] = frozenset()
    tried: set[str] = field(default_factory=set)
    hubs: list[Page] = field(default_factory=list)
    later: list[Candidate] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)

    @property
    def left(self) -> int:
        return MAX_REQUESTS - self.requests

    @property
    def best(self) -> float:
        return max((each.score for each in self.judged), default=0.0)

    def is_done(self) -> bool:
        """True when a good feed was found, or nothing more may be asked."""
        enough = GOOD_FEED if self.wanted else GOOD_FEED_UNSURE
        return self.left <= 0 or any(each.kind == "feed" and each.score >= enough for each in self.judged)

    async def fetch(self, url: str) -> tuple[Page | None, str, str | None]:
        """The page, or why there is none; and where it has moved for good."""
        self.requests += 1
        self.tell(url)
        answer = await self.fetcher.get(url)
        self.requests += answer.page is not None and answer.page.url != url  # it was sent on: one request more, at least
        return answer.page, "" if answer.page else why_not(answer), answer.moved_to

    async def ask(self, question: Callable[Concatenate[Page, P], T], page: Page, *args: P.args, **kwargs: P.kwargs) -> T | None:
        """A question to a page, answered in a child; None when that failed."""
        try:
            return await self.readers.ask(question, page, *args, **kwargs)
        except (ReadError, SpiderError) as error:  # a child that was killed tells nothing of the page
            self.trouble = self.trouble or retold(str(error))
            return None

    async def judge(self, page: Page, candidate: Candidate) -> Judged:
        try:
            return await self.readers.ask(scoring.judge, page, candidate, self.now, self.zone, self.wanted)
        except (ReadError, SpiderError) as error:
            return Judged(candidate, 0.0, candidate.kind, retold(str(error)))

    async def try_some(self, some: tuple[Candidate, ...] | list[Candidate], most: int) -> None:
        """Fetch and judge the first `most` of these that were not tried before; a good feed ends it."""
        for candidate in some:
            if most <= 0 or self.is_done():
                return
            key = f"{candidate.url} {sorted(candidate.options.items())}"
            if key in self.tried:
                continue
            self.tried.add(key)
            most -= await self._try(candidate)

    async def _try(self, candidate: Candidate) -> int:
        """Judge one candidate; the number of requests it took."""
        if self.page is not None and link_key(candidate.url) == link_key(self.page.url):
            self.judged.append(await self.judge(self.page, candidate))
            return 0
        page, why, moved = await self.fetch(candidate.url)
        if page is None:
            self.judged.append(Judged(candidate, 0.0, candidate.kind, why))
            return 1
        candidate = replace(candidate, url=moved or candidate.url)
        judged = await self.judge(page, candidate)
        if judged.kind == "listing" or (judged.score == 0.0 and candidate.kind in ("auto", "feed")):
            self.hubs.append(page)  # a page where a feed should be: it may be about feeds, or say "not found"
            judged = replace(judged, score=0.0, reason="it is a page" if judged.kind == "listing" else judged.reason)
        if judged.more and not judged.count:
            judged = await self._first_child(judged)
        self.judged.append(judged)
        return 1

    async def _first_child(self, index: Judged) -> Judged:
        """An index of sitemaps is worth what its first child is."""
        if self.left <= 0:
            return index
        page, why, _ = await self.fetch(index.more[0])
        if page is None:
            return replace(index, reason=f"its first sitemap cannot be had: {why}")
        child = await self.judge(page, replace(index.candidate, url=index.more[0]))
        return replace(child, candidate=index.candidate, more=index.more, reason=f"by its first sitemap: {child.reason}")


async def discover(
    url: str, fetcher: Fetcher, readers: Readers, now: datetime, zone: tzinfo, *, tell: Callable[[str], None] = lambda _: None
) -> Discovered:
    """Ask the site; `tell` hears each address before it is asked. Never raises for what the site says or does."""
    search = _Search(url, fetcher, readers, now, zone, tell)
    await _page(search)
    for step in (_named, _hubs, _sitemaps, _behind, _common):
        if search.is_done():
            break
        await step(search)
    once: dict[str, Judged] = {}
    for each in sorted(search.judged, key=lambda each: each.score, reverse=True):
        if each.score > 0 or each.candidate.why != candidates.COMMON:
            once.setdefault(f"{link_key(each.candidate.url)} {each.candidate.options.get('inside', each.kind)}", each)
    return Discovered(url, tuple(once.values()), search.requests, search.trouble)


async def _page(search: _Search) -> None:
    """The page itself: which articles it lists, and what it tells of. A page that cannot be had leaves the common paths."""
    page, search.trouble, _ = await search.fetch(search.asked)
    if page is None:
        return
    search.page = page
    search.title = await search.ask(candidates.title_of, page) or ""
    search.wanted = await search.ask(scoring.wanted_of, page, search.now, search.zone) or frozenset()
    search.later = list(await search.ask(candidates.candidates, page, search.now, search.zone) or ())


async def _named(search: _Search) -> None:
    """What the page names: what costs no request first."""
    here = [each for each in search.later if search.page and link_key(each.url) == link_key(search.page.url)]
    await search.try_some(here, len(here) + 1)
    await search.try_some([each for each in search.later if each not in here], NAMED)


async def _hubs(search: _Search) -> None:
    """Pages that stood where a feed was expected."""
    for page in search.hubs[:2]:
        feeds = await search.ask(candidates.hub, page, search.asked, search.title) or ()
        await search.try_some(feeds, FEEDS_OF_HUB)


async def _sitemaps(search: _Search) -> None:
    """The sitemaps of robots.txt, where nothing better was found."""
    if search.best >= CONTENT or (address := join(search.asked, "/robots.txt")) is None:
        return
    page, _, _ = await search.fetch(address)
    if page is not None:
        await search.try_some(await search.ask(candidates.sitemaps, page) or (), SITEMAPS)


async def _behind(search: _Search) -> None:
    """What the page's scripts ask for, where nothing better was found."""
    if search.page is None or search.best >= CONTENT:
        return
    for address in (await search.ask(candidates.scripts, search.page) or ())[:SCRIPTS]:
        if search.is_done() or search.best >= CONTENT:
            return
        script, _, _ = await search.fetch(address)
        if script is not None:
            await search.try_some(await search.ask(candidates.asked_for, script, search.page.url) or (), 2)


async def _common(search: _Search) -> None:
    """Where feeds often are."""
    await search.try_some(candidates.paths(search.page.url if search.page else search.asked), search.left)


def entry_of(judged: Judged) -> dict[str, Any]:
    """The entry of config.yaml for it, without name and tags."""
    return {"url": judged.candidate.url, "kind": judged.kind, **judged.candidate.options}


def name_of(judged: Judged, url: str, taken: set[str]) -> str:
    """What a feed calls itself, where that can be a name and is not taken; else a name by its address."""
    title = " ".join(judged.title.split())
    can_be = 2 <= len(title) <= LONGEST_NAME and title.isprintable() and not title.startswith("tag:")
    fits = judged.kind == "feed" and can_be and title not in taken and title.casefold() not in _NO_NAMES
    return title if fits else name_for(url, taken)


def name_for(url: str, taken: set[str]) -> str:
    """A name for a source at this address that is not taken: of its site, then with a word of its path, then numbered."""
    host = host_of(url)
    site = registrable(host).partition(".")[0] if not host.replace(".", "").isdigit() else host.replace(".", "-")
    words = [word for word in url.partition("://")[2].partition("?")[0].split("/")[1:] if word and "." not in word]
    words = [word for word in words if word.lower() not in ("feed", "rss", "news", "index", "category", "tag", "api")]
    names = [site, *(f"{site}-{word}"[:60] for word in reversed(words)), *(f"{site}-{n}" for n in range(2, len(taken) + 3))]
    return next(name for name in names if name and name.isprintable() and name not in taken)
