"""What a candidate of `crawler.discover.candidates` is worth, from its answer: a score with its reason, a sample of titles, the newest date.

A candidate is worth what a watcher needs: that its articles are the page's, new, dated and titled. An address that still answers
while its newest article is months old is frozen, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from crawler.discover.candidates import COMMENTS, Candidate
from crawler.errors import SpiderError
from crawler.listing.article_list import looks_like_article
from crawler.record import Found, Link, Page, Source
from crawler.stages import find as finding
from crawler.text import normal
from crawler.url import link_key

SAMPLE = 5  # titles that are shown
FROZEN = 60  # days without an article after which a source is taken for dead


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate that was fetched. `score` is between 0 (no use) and 1; `reason` says what speaks for and against it, `title` what it calls itself."""

    candidate: Candidate
    score: float
    kind: str
    reason: str
    count: int = 0
    titles: tuple[str, ...] = ()
    newest: datetime | None = None
    more: tuple[str, ...] = ()
    title: str = ""


def judge(page: Page, candidate: Candidate, now: datetime, zone: tzinfo, wanted: frozenset[str] = frozenset()) -> Judged:
    """What the candidate's answer is worth. `wanted` tells the articles of the page that was asked about."""
    source = Source("candidate", candidate.url, candidate.kind, options=candidate.options)
    try:
        found = finding.find(page, source, now, zone)
    except SpiderError as error:
        return Judged(candidate, 0.0, candidate.kind, str(error))
    titles = tuple(link.title for link in found.links if link.title)
    more = tuple(address for address, _ in found.more)
    score, reason = _score(found, candidate, now, wanted)
    return Judged(candidate, score, found.kind, reason, len(found.links), titles[:SAMPLE], found.newest, more, found.title or "")


def wanted_of(page: Page, now: datetime, zone: tzinfo) -> frozenset[str]:
    """The articles that a page lists, by link key and by title; empty when it lists none."""
    try:
        links = finding.find(page, Source("page", page.url), now, zone).links
    except SpiderError:
        return frozenset()
    return frozenset(name for link in links for name in _names(link))


def _names(link: Link) -> tuple[str, ...]:
    """What tells an article: its key, and its title, for many feeds lead through counters and other hosts."""
    title = normal(link.title or "")
    return (link_key(link.url), f"title {title}") if len(title) >= 8 else (link_key(link.url),)


def _score(found: Found, candidate: Candidate, now: datetime, wanted: frozenset[str]) -> tuple[float, str]:
    """Kind 0.35, date and title 0.25, freshness 0.2, the page's own articles 0.2; frozen, foreign or comments: next to nothing."""
    if not found.links:
        return (0.2, "leads to further sitemaps") if found.more else (0.05, "it is empty")
    count = len(found.links)
    dated = sum(1 for link in found.links if link.published) / count
    titled = sum(1 for link in found.links if link.title) / count
    score = {"feed": 0.35, "api": 0.25, "listing": 0.2}.get(found.kind, 0.15) + 0.15 * dated + 0.1 * titled
    said = [f"{count} articles", "all dated" if dated == 1 else f"{dated:.0%} dated"]
    days = (now - found.newest).days if found.newest else None
    score += 0.05 if days is None else 0.2 if days <= 3 else 0.15 if days <= 14 else 0.1
    if days is not None:
        said.append(f"the newest {'today' if days <= 0 else f'{days} days old'}")
    if found.kind == "sitemap":
        score += 0.2 * sum(1 for link in found.links if looks_like_article(link.url)) / count - 0.1 * titled
    if wanted:
        listed = sum(1 for name in wanted if not name.startswith("title "))
        share = min(1.0, sum(1 for link in found.links if not wanted.isdisjoint(_names(link))) / min(listed, count))
        score += 0.2 * share
        said.append(f"{share:.0%} of them on the page" if share else "none of them on the page")
    if days is not None and days > FROZEN:
        return round(score * 0.2, 3), f"frozen: {', '.join(said)}"
    if COMMENTS.search(candidate.url) or COMMENTS.search(found.title or ""):
        return round(score * 0.3, 3), f"comments: {', '.join(said)}"
    return round(score, 3), ", ".join(said)
