"""What a page says about its article: title, author, publisher, keywords, canonical address. All from the one tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations, islice
from typing import Any

from lxml import etree

from crawler.html import bylines, tree
from crawler.html.blocks import Layout, Line, weigh
from crawler.html.boilerplate import REPRINTED
from crawler.html.date_text import DATE, undated
from crawler.html.tree import Tags, loose
from crawler.record import MAX_TITLE
from crawler.text import HAN, has_han
from crawler.url import is_web, join, same_site

MAX_KEYWORDS = 30  # the analyzer of keywords sees them all, to tell an article's own from its site's, and keeps the best
MAX_NAMES = 8
SHORTEST = 18  # bytes of a title: six Han characters
PAGER = 8  # lines below the text in which its pages are numbered
MOST_BESIDE = 48  # characters beside the date in a line that is a bar
SCRIPT = 400_000  # characters of one script looked at for a date or a source

_AUTHORS = ("author", "article:author", "dc.creator", "parsely-author", "byl", "sailthru.author", "cxenseparse:author")
_article = re.compile(r"Article|Posting|Report\b|Review\b")
_strong = re.compile(r"\s*[_|｜丨]+\s*")  # parts a page title into title, section, site
# What parts may stand in a title itself.
_weak = re.compile(rf"(?:\s+[-–—·•«»:]+\s+|\s*--+\s*|(?<=[{HAN}？！”》）])-(?=[{HAN}\w]{{2,8}}$))(?=[^|]{{2,40}}$)")
_script_source = re.compile(rf"""ource["']?\s*:\s*["']([{HAN}][{HAN}A-Za-z0-9·]{{1,19}})["']""")
_source = re.compile(
    rf"(?:(?<![{HAN}])|(?<=[日分秒]))(?:文章|新闻|稿件|信息|本文|内容)?(?:来源于\s*[:：]?|(?:来源|來源|来自|稿源|出处|转自|转载自|发布机构|发布单位)\s*[:：丨|])\s*[“\"《]?"
    r"([A-Z][\w.&'’+-]*(?: (?!By\b)(?:[A-Z][\w.&'’+-]*|&|of|the)){1,5}(?![\w-])"  # of several words, as only Latin names are
    rf"|(?:(?!作者|责任?编辑|责编|编辑|时间|评论|阅读|浏览|字[体号]|打印|分享|点击|收藏|视力)[^\s|，,。；;：:\"”》（(【\[]){{2,30}}(?:[（(][{HAN}]{{2,6}}[)）])?)"
)
_reprint = re.compile(  # 本文转载自微信公众号：江湾观察（ID：…）
    rf"(?:^[^\w“「《]*|本文|文章|稿件){REPRINTED}[:：丨|｜]?\s*"
    r"(?:(?:微信)?(?:公众号|订阅号)\s*[:：丨|｜]?\s*[“\"「《【]?|[“\"「《])([^\s，,。；;：:“”\"「」《》（()）【】]{2,20})"
    r"(?=[”\"」》】]?(?:微信)?(?:公众号)?\s*(?:$|[（(，,。；;|｜)）\d]|作者|编辑|第))"
)
_bare_source = re.compile(rf"(?:^|[|｜\s])(?:来源|來源|稿源)\s?([{HAN}A-Za-z][{HAN}\w·]{{1,14}})(?=\s*(?:$|[|｜]|\s))")
_dashes = re.compile(rf"\s+[-–—·]\s+|--+|(?<=[{HAN}])-(?=\w)")
_site = re.compile(r"(?:网|報|报|社|台|刊|在线|客户端|论坛|之家|新闻|财经|门户|电子版)$")
_no_site = re.compile(
    r"政府网$|政府门户|政务网$|人民政府$|powered by|^第.{1,8}[期版号]|\d{4}年|公报$|^(?:首页|新闻|资讯|科技|财经|体育|娱乐|社会|国际|国内|要闻|健康|汽车|房产"
    r"|教育|文化|生活|军事|旅游|时政|专题|视频|图片|正文|滚动|快讯|详情|文章|频道|栏目|动态|对话|观点|评论|深度|专栏|博客)$|频道$|栏目$",
    re.I,
)
_button = re.compile(r"\W*(?:已?关注|订阅|分享|收藏|举报|点赞|follow|share|save|tweet|like|print|e-?mail)\W*", re.I)
_nobody = re.compile(r"(?:网络|互联网|综合|未知|原创|转载)(?:$|自|整理|编辑|公开)")
# A name that only the site's own readers understand.
_relative = re.compile(
    r"[本我](?:站|网|报|刊|台|院|校|市|县|区|局|公司|单位)(?:讯|原创|编辑部?|记者)?$"
    r"|(?:[省市县区镇校院局]委?|党委|党群|党政|学校|医院|公司)*(?:政府|综合|行政)?(?:办公[室厅]|党?[校院政委]?办|宣传统?战?[部科处]|新闻中心|融媒体中心|编辑部|管理员)$|(?i:admin)"
)
_next = re.compile(r"^\W*(?:下一?页|下頁|next(?: page)?)\W*$|(?:^|\s)下一?页(?:\s|$)", re.I)
_extra = re.compile(
    r"IP\s*(?:属地|归属地?)\s*[:：]?\s*[^\s|]*|(?:录入|审[稿核]|校对|上传|排版|编译|译)[人员者]?\s*[:：]\s*\S*|(?:所属)?(?:分类|栏目|频道)\s*[:：]\s*\S*|(?:发布|发表|更新|刊发|创建)?(?:时间|日期|于)\s*[:：]?|(?:阅读|浏览|点击|评论|跟贴|分享|字号|作者|责任?编辑(?!部)|编辑(?!部)|原创|来源)[^\s]{0,8}\s*[:：]?\s*\d*|\d+[年月日]?|[:：\-|·]+|\[[^\]]*\]|【[^】]*】"
)
_org = re.compile(rf"[{HAN}A-Za-z][{HAN}A-Za-z0-9·\-—]{{1,19}}$")
_no_org = re.compile(
    r"^来自|发布者|^(?:公開|更新|掲載|配信|投稿)(?:日時?|者)|^本帖|^只看|^倒序|^IP|属地|^发[布表]于|更新|修改|首发|发布$|^昨天|^今天|^前天|^刚刚|本文|本站|标签|导语|摘要|分类|栏目|字体|语音|朗读|分享|评论|阅读|收藏|举报|关注|登录|注册|首页|正文|字号|复制|打印|点赞|微信|微博|QQ|扫|更多|专题|编辑|视频|图片|原创|推荐|频道$|新闻$|下载|小时|分钟|^by\b|^(?:星期|周|週)[一二三四五六日天末]$|[来來]源$|^(?:公司|企业|行业|媒体|集团|市场|新闻|学院|医院)?(?:动态|公告|要闻|头条|快讯|资讯)$"
    r"|^(?:Published|Updated|Posted|By|On|At|AM|PM|[A-Z]{1,4})$",
    re.I,
)


@dataclass(frozen=True)
class Head:
    """What the page says outside its text, and its address."""

    tags: Tags
    url: str
    root: etree._Element

    @cached_property
    def people(self) -> list[str]:
        """The names that links and spans call an author's; looked for only where nothing surer names one."""
        return tree.people(self.root)

    @cached_property
    def things(self) -> list[dict[str, Any]]:
        return tree.json_ld(self.tags)

    @cached_property
    def articles(self) -> list[dict[str, Any]]:
        """The articles of its JSON-LD."""
        return [thing for thing in self.things if _article.search(str(thing.get("@type", "")))]

    @cached_property
    def known(self) -> dict[str, dict[str, Any]]:
        """The things of its JSON-LD that others name by their id."""
        return {str(thing["@id"]): thing for thing in self.things if len(thing) > 1 and "@id" in thing}

    @cached_property
    def home(self) -> str | None:
        return _home_name(self)

    @cached_property
    def site_ahead(self) -> str:
        return _site_ahead(self)

    @property
    def host(self) -> str:
        """As the address spells it, without its www."""
        return self.url.partition("://")[2].partition("/")[0].removeprefix("www.")

    @cached_property
    def is_chinese(self) -> bool:
        return has_han(self.tags.title or next(self.all("og:title", "description"), ""))

    def all(self, *names: str) -> Iterator[str]:
        """The contents of these meta names, in the order of the names."""
        return chain.from_iterable(self.tags.metas.get(name, ()) for name in names)


def headline(head: Head, page: Layout) -> tuple[str, int]:
    """(title, its line number or -1): the visible line that the page's own metadata repeats, else the metadata's, else an h1."""
    said = {known: text for text in _titles(head) if (known := loose(text))}
    whole = max(map(len, said), default=0)
    said = {known: text for known, text in said.items() if len(known) * 3 > whole}  # a shorter one is the site's
    flat = "\n".join(said.values()).lower()
    longest = 20 + 2 * max(map(weigh, said.values()), default=0)
    best, where, most = "", -1, 0.0
    lone_h1 = -1
    for number, line in enumerate(page.lines):
        tag, text = line.tag, line.text
        if tag == "h1" and line.weight > 20:
            lone_h1 = number if lone_h1 == -1 else -2
        if not 8 <= line.weight <= longest or tag in ("li", "body"):
            continue
        if tag not in _RANKS and (text[:8] if text.isascii() else text[:3]).lower() not in flat:
            continue
        rank = _RANKS.get(tag, 0.0)
        fit, title = _fit(line.text, said)
        if fit > 0.35 and fit + rank > most:
            best, where, most = title, number, fit + rank
    if best and (page.lines[where].tag in _RANKS or most >= 0.6):
        return _whole(best, page.lines, where, said), where
    if lone_h1 >= 0:
        return page.lines[lone_h1].text, lone_h1
    return (strip_site(next(iter(said.values()))) if said else ""), -1


def _whole(title: str, lines: Sequence[Line], where: int, said: dict[str, str]) -> str:
    """A headline of several lines, of one element, that is told as one."""
    joint = "" if has_han(title) else " "
    for near, before in ((lines[where + 1 : where + 3], False), (lines[max(0, where - 2) : where][::-1], True)):
        for line in near:
            both = joint.join((line.text, title) if before else (title, line.text))
            if line.region != lines[where].region or not any(loose(both) in known for known in said):
                break
            title = both
    return title


def last_repeated(page: Layout, title: str, at: int, below: int) -> int:
    """The headline's line; where it is said twice above the text (in a bar that stays at the top, and again) and no date stands between,
    the last of them."""
    wanted = loose(title)
    for number in range(at + 1, below if at >= 0 and wanted else 0):
        text = page.lines[number].text
        if loose(text) == wanted:
            at = number
        elif len(text) < MOST_BESIDE and DATE.search(text):
            break
    return at


_RANKS = {"h1": 0.7, "h2": 0.3, "h3": 0.2}


def _fit(line: str, said: dict[str, str]) -> tuple[float, str]:
    """(how much of what the metadata says this line covers, the title): 原创 before a title is not part of it, a site's name behind it neither."""
    mine = loose(line)
    best, title = 0.0, line
    for known, text in said.items() if mine else ():
        if mine in known and len(mine) > best * len(known):
            best, title = len(mine) / len(known), line
        elif known in mine and len(known) > 0.7 * len(mine) and len(known) > best * len(mine):
            best, title = len(known) / len(mine), text
    return best, strip_site(title) if best == 1.0 else title


def as_announced(title: str, shown: str, announced: str | None, head: Head) -> str:
    """The headline with what stands behind its dash, where its source announces it so, the page shows it so, and it is no site's name."""
    tail = shown.removeprefix(title)
    if not announced or tail == shown or loose(announced) != loose(shown) or _strong.match(tail):
        return title
    return title if loose(tail) in {loose(name) for name in _site_names(head, shown)} else shown


def title_above(page: Layout, first: int) -> tuple[str, int]:
    """(title, line number) for a page whose metadata names no visible line: what its first line or those above call a title, by tag or class."""
    for number in range(first, max(-1, first - 9), -1):
        line = page.lines[number]
        named = line.tag in ("h1", "h2", "h3", "h4") or _headed.search(page.regions[line.region].names) is not None
        if named and 12 <= line.weight <= 300 and line.linked * 2 < line.weight:
            return line.text, number
    return "", -1


def first_unended(page: Layout, first: int) -> tuple[str, int]:
    """(title, line number) for a page that tells only the site's name: the line right above the text, or its first one, that is no sentence."""
    for number in range(max(0, first - 4), first + 1):
        line = page.lines[number]
        is_sentence = line.text[-1:] in '.。!！?？:：;；"”' or DATE.search(line.text) or line.text[:3].lower() == "by "
        if 24 <= line.weight <= 240 and not line.linked and not is_sentence:
            return line.text, number
    return "", -1


def is_sites(title: str) -> bool:
    """True for a page title that is all the site's: The Port Post Online, 欢迎访问溪口在线."""
    return _sites.search(title) is not None


_sites = re.compile(r"^欢迎|^welcome|首页$|[网报]$|在线$|\bonline$|home ?page", re.I)
_headed = re.compile(r"title|headline|biaoti|\bbt\b", re.I)


def _titles(head: Head) -> Iterator[str]:
    for article in head.articles:
        if isinstance(name := article.get("headline") or article.get("name"), str):
            yield tree.plain(name)
    told = head.all("og:title", "twitter:title", "citation_title", "title", "articletitle")
    site = head.site_ahead
    rest = head.tags.title[len(site) : MAX_TITLE].strip(_JOINTS + ">:.,") if site else ""
    several = (*told, rest, _parting.split(rest)[-1], head.tags.title)
    yield from (tree.plain_title(title) if "&" in title else title for title in several)
    if (short := strip_site(head.tags.title)) != site:
        yield short
    parts = _strong.split(head.tags.title[:MAX_TITLE])
    if weigh(parts[-1]) > 2 * weigh(parts[0]) and not is_sites(parts[-1]):
        yield parts[-1]  # behind the site's name


def _site_ahead(head: Head) -> str:
    """The site's name where its title begins with it: Lower Road Post - June 2004 - …"""
    first = _parting.split(head.tags.title, maxsplit=1)[0]
    known = loose(first.replace("&", "and"))
    if first == head.tags.title or not 2 < len(first) <= 40:
        return ""
    host = loose(head.host)
    is_hosts = len(known) > 4 and host.startswith((known, known.removesuffix("magazine")))
    return first if is_hosts or loose(first) == loose(next(head.all("og:site_name"), "")) or first == head.home else ""


_JOINTS = " -–—_|｜丨·•«»"
_parting = re.compile(r"\s+(?:[-–—·•«»>|]+|::+|\.:\.)\s+|\s*[|｜丨]\s*|:\s+")


def strip_site(title: str) -> str:
    """A title without the sections and the site's name at its end."""
    title = title[:MAX_TITLE]  # each mark in it is weighed against all before it
    parts = list(_strong.finditer(title))
    head = next((title[: part.start()] for part in parts if weigh(title[: part.start()]) >= SHORTEST), title)
    while match := next((m for m in reversed(list(_weak.finditer(head))) if m.start() > 3), None):
        if match.start() < len(head) - match.end():
            break
        head = head[: match.start()]
    return head.strip(" -_|")


_label = re.compile(
    r"(?:作者|撰文|文|图文|记者|采写|撰稿|执笔|来源|稿源|(?:信息|文章)来源|发布(?:机构|单位)|时间|发布时间|日期|发布日期)\s*[:：]?|(?:written )?by|author",
    re.I,
)


def labels_joined(bar: Iterable[str]) -> list[str]:
    """The lines of a bar; a label alone goes with what stands below it."""
    found: list[str] = []
    for text in bar:
        if found and _label.fullmatch(found[-1]):
            found[-1] = f"{found[-1].rstrip(' :：')}{'：' if has_han(found[-1]) else ' '}{text}"
        else:
            found.append(text)
    return found


def authors(
    head: Head, bar: Sequence[str], marked: Sequence[str], lines: Sequence[str], credits: Sequence[str]
) -> tuple[str, ...]:
    """The people who wrote it: JSON-LD, meta, bylines of the bar, of the text's first and last lines, of the credits around it.

    `marked` are lines of the bar whose element is called an author.
    """
    editors = bylines.editors((*bar, *credits, *lines[-3:]))
    owner = loose(next(chain(_owners(head), head.all("og:site_name")), ""))
    told = [_bare(name) for article in head.articles for name in bylines.told(article.get("author"), head.known)]
    if not head.is_chinese and any(map(bylines.is_person, told)):
        told = list(filter(bylines.is_person, told))  # chuck-ross beside Chuck Ross
    houses = {loose(name) for article in head.articles for name in bylines.houses(article.get("author"))}
    metas = [
        text for text in head.all(*_AUTHORS) if not (is_web(text) or bylines.is_company(text) or loose(text) in houses)
    ] or _card(head)
    said = [name for text in metas for name in re.split(r"\s*[,;，、]\s*|\s+and\s+", text)]
    ways: tuple[tuple[Iterable[str], Callable[[str], bool]], ...]
    if head.is_chinese or has_han("".join(lines[:3])):
        ways = (
            (told if any(map(bylines.is_person, told)) else (), bylines.is_called),
            (bylines.chinese((*bar, *lines[:8], *lines[-6:], *credits)), bylines.is_name),
            (bylines.labelled(bar), bylines.is_name),
            (bylines.correspondents((*bar, *lines[:2], *lines[-3:], *credits)), bylines.is_name),
            (bylines.labelled_names((*bar, *lines[:3], *lines[-3:], *credits)), bylines.is_name),
            ((_undated(text) for text in marked), bylines.is_person),
            ((word for word in _near_date(bar) if bylines.is_bare(word)), bylines.is_person),
            (_accounts(head, bar, marked, said, lines), bylines.is_account),
            (said, bylines.is_person),
        )
    else:
        foot = [text for text in credits if text[:3].lower() != "by "]  # that may be another article's
        ways = (
            (told, bylines.is_name),
            (said, bylines.is_person),
            (bylines.english((*bar, *lines[:2], *foot)), bylines.is_person),
            (_linked(head, (*bar, *credits), lines), bylines.is_person),
            ((_undated(text) for text in marked), bylines.is_person),
            (_cells(bar), bylines.is_bare_english),
            (bylines.signed((*lines[-1:], *foot)), bylines.is_person),
            (_alone(head, lines), bylines.is_person),
        )
    for names, fits in ways:
        named = (name for raw in names if fits(name := _bare(raw)) and name not in editors and loose(name) != owner)
        people = dict.fromkeys(name for name in named if not _relative.match(name))
        if people:
            return tuple(people)[:MAX_NAMES]
    return ()


def _card(head: Head) -> Iterator[str]:
    """The author that a page's card for chats names: twitter:label1 "Written by", twitter:data1."""
    if next(head.all("twitter:label1"), "").lower() in ("written by", "by", "author", "作者"):
        yield from head.all("twitter:data1")


def _linked(head: Head, bar: Iterable[str], lines: Sequence[str]) -> Iterator[str]:
    """The names that the page's elements call an author's, and that stand in the bar; those in the text are of people it is about."""
    said = set(map(loose, lines))
    around = [text for text in bar if loose(text) not in said]
    people = [name for name in head.people if _stands(name, around)] if around else []
    yield from (
        name for name in people if not any(name.startswith(f"{other} ") for other in people)
    )  # Jane Doe CEO, of two elements


def _alone(head: Head, lines: Sequence[str]) -> list[str]:
    """The one person whom the page's links and spans call an author, wherever they stand, and whom the text does not name."""
    people = list(dict.fromkeys(filter(bylines.is_bare_english, map(_bare, head.people))))
    return people if len(people) == 1 and not _stands(people[0], lines) else []


def _accounts(head: Head, bar: Sequence[str], marked: Iterable[str], said: Iterable[str], lines: Sequence[str]) -> Iterator[str]:
    """What an author of a platform calls himself, where the platform has a name of its own: else the account is the publisher."""
    if next(_site_names(head), None):
        yield from _linked(head, bar, lines)
        yield from (name for name in said if _stands(name, bar))
        yield from (_undated(text) for text in marked)


def _stands(name: str, bar: Sequence[str]) -> bool:
    return any(name in text for text in bar)


def _undated(text: str) -> str:
    """What is left of a bar's line without its date and what comes after."""
    return re.split(r"\s*[|·•]\s*", undated(text).strip(" |·•"))[0]


def _cells(bar: Sequence[str]) -> Iterator[str]:
    """The parts of a bar's lines that hold a date: Dilys Monk / Newsroom / 2026/04/22 18:05."""
    for text in bar:
        if len(text) < 120 and DATE.search(text):
            names = re.split(r"\s*[|·•]+\s*|\s+[/–—-]\s+|\s*\d[\d/:.,-]*\s*", undated(text).strip(" |–—-"))
            if any(map(bylines.is_bare_english, names)):
                yield from names
                return


def _bare(name: str) -> str:
    return _role.sub("", tree.clean(name)).strip(" ,.;|")


_role = re.compile(r"^(?:by|author:?)\s+|^(?:著者|投稿者|執筆者?|筆者|ライター)\s*[:：]?\s*", re.I)  # what stands before a name


def publisher(
    head: Head,
    title: str,
    bar: Sequence[str],
    credits: Sequence[str],
    lines: Sequence[str],
    *,
    shown: Sequence[str],
    people: Sequence[str],
    foot: Sequence[str],
) -> str | None:
    """Who it is from: 来源 in the bar, meta, an account, the name beside the bar's date, 来源 below the text, scripts, JSON-LD, the site's
    name. None of the `people` who wrote it. `shown` is the bar with blanks between its elements."""
    spaced = (_before_place.sub("", text) for text in shown if not text.isascii())
    labelled = (_reprint.search(text) or _source.search(text) or _bare_source.search(text) for text in spaced)
    if match := next(filter(None, labelled), None):
        return _housed(_without_date(match[1]), head, title, foot)
    metas = head.all("source", "mediaid", "contentsource", "article:source")
    if name := next(filter(_org.match, metas), None):
        return _housed(name, head, title, foot)
    beside = chain(_account(head.root), _beside_date(bar, shown, head, people)) if head.is_chinese else ()
    if name := next(iter(beside), None) or source_below(credits):
        return _housed(name, head, title, foot)
    if name := bylines.paper((*lines[:2], *lines[-6:], *credits)):
        return name
    name = next(chain(_of_scripts(head), _owners(head), _site_names(head, title, foot)), None)
    if name and _column.search(name):
        name = next((site for site in _site_names(head, title, foot) if _column.fullmatch(name.removeprefix(site))), name)
    home = head.home
    if name is None and home and has_han(home) and not _site.search(home):
        return None  # a section that stands at the site's root
    if home and (name is None or _is_short_for(home, name)):
        return home
    label = loose(head.host.rpartition(".")[0])
    if (
        name and label and (loose(name.rpartition(".")[0]) == label or _may_be_short(name, label))
    ):  # its host, where its name is wanted
        spelled = next(_spelled(label, (home or "", *bar, *credits, *foot)), name)
        return spelled if _is_short_for(spelled, name.partition(" ")[0]) or spelled.startswith(name) or "." in name else name
    return name


def source_below(texts: Iterable[str]) -> str | None:
    """Whose the text is, as the credits around it say: 来源：江湾日报."""
    matches = (
        _reprint.search(text) or _source.match(text.lstrip("（([【")) for text in texts if len(text) < 60 or "公众号" in text
    )
    return next((_without_date(match[1]) for match in matches if match and not _nobody.match(match[1])), None)


def _housed(name: str, head: Head, title: str, foot: Sequence[str]) -> str:
    """The site's name for a source that is nobody, or only a room in its house: 本站, 区政府办公室."""
    is_known = not (_relative.match(name) or _nobody.match(name))
    return name if is_known else next((house for house in _site_names(head, title, foot) if not _relative.match(house)), name)


def _may_be_short(name: str, label: str) -> bool:
    """True for what can stand for the name that a host's label spells: Tallow for tallowbio, UPW News for unionpresswire."""
    first = name.partition(" ")[0]
    known = loose(name)
    return known != label and ((len(known) > 2 and label.startswith(known)) or (first.isupper() and first[0].lower() == label[0]))


def _spelled(label: str, texts: Iterable[str]) -> Iterator[str]:
    """The words of these lines that a host's label is made of: The Elm Post of elmpost."""
    for text in texts:
        if label not in loose(text):
            continue
        words = text.split()
        for first, last in combinations(range(min(len(words), 30) + 1), 2):
            if last - first < 6 and loose("".join(words[first:last])) == label:
                yield " ".join(words[first:last]).strip(" ,.;:|")


_before_place = re.compile(r"\s+(?=[(（])")  # 江湾日报 (江湾), of two elements


def _without_date(name: str) -> str:
    """溪口日报 of 溪口日报2026-03-04, of two elements, and of 溪口日报）."""
    name = DATE.sub("|", name).split("|")[0] or name
    return name if "（" in name or "(" in name else name.rstrip("）)】]")


def _home_name(head: Head) -> str | None:
    """What all of the page's links to its own home page are called: the site's name, in the heads of many pages."""
    names: list[str] = []
    root = head.url[: head.url.find("/", 8) + 1]
    for link in islice(head.root.iter("a"), MAX_LINKS):
        if (href := link.get("href") or "") in _HOMES or (len(href) > 8 and href.rstrip("/") + "/" == root):
            image = link.find(".//img")
            text = (
                "".join(map(str, link.itertext())) or (image.get("alt") if image is not None else "") or link.get("title") or ""
            )
            names.append(_home_tail.sub("", tree.clean(text)))
    told = {name for name in names if 2 <= len(name) <= 40 and not _no_site.search(name) and not _no_home.search(name)}
    return told.pop() if len(told) == 1 else None


MAX_LINKS = 60  # of a page's beginning, among which its home is
_HOMES = ("/", "./", "../", "/index.html", "/index.htm")
_home_tail = re.compile(r"\s*(?:[-–|]\s*)?(?:首页|\blogo|\bhome(?: ?page)?)$", re.I)
_no_home = re.compile(r"(?i)\b(?:home|front ?page|back|skip|menu|news|logo|index|main)\b|首页|主页|返回|网站地图|logo")


def _is_short_for(home: str, name: str) -> bool:
    """True where the name a page tells programs is the site's with its section (代码岸博客), or the initials of it. One Latin word
    is itself short: Northern, of Northern Broadcasting."""
    words = home.split()
    initials = ("".join(word[0] for word in some) for some in (words, [word for word in words if word[0].isupper()]))
    is_begun = name != home and name.startswith(home) and (has_han(home) or " " in home)
    return is_begun or (len(name) > 2 and name in map(str.upper, initials))


def _site_names(head: Head, title: str = "", foot: Sequence[str] = ()) -> Iterator[str]:
    told = list(head.all("og:site_name", "application-name", "apple-mobile-web-app-title", "sitename", "dc.publisher"))
    labels = [label for label in map(loose, head.host.split(".")[:-1]) if len(label) > 2]
    if told and not any(label in loose(told[0]) or loose(told[0]) in label for label in labels):
        yield from (name for name in _site_in(head.tags.title, title) if loose(name) in labels)  # what is told is a section
    yield from (_without_slogan(name, labels) for name in told)
    yield from filter(None, [head.site_ahead])
    yield from _site_in(head.tags.title, title)
    yield from (name for thing in head.things if thing.get("@type") in _HOUSES and isinstance(name := thing.get("name"), str))
    yield from _of_feed(head)
    yield from (said for text in head.all("copyright") if (said := _holder(f"© {text}")))
    yield from (said for text in foot if (said := _holder(text)))
    yield from (match[1] or match[2].strip() for text in foot if (match := _foot_name.match(text)))


def _without_slogan(name: str, labels: Sequence[str]) -> str:
    """The name before the dash of what a page calls its site, where the host spells it: Quay News of Quay News - All that floats."""
    first = _parting.split(name, maxsplit=1)[0]
    known = loose(first)
    return first if len(known) > 2 and any(known.startswith(label) or label.startswith(known) for label in labels) else name


_HOUSES = ("NewsMediaOrganization", "Organization", "WebSite")
_rights = re.compile(
    rf"(?:©|\(c\)|copyright|版权所有)[\s:：©]*(?:\(c\))?(?:20\d\d)?(?:\s?[-–—]\s?20\d\d)?[\s,:：]*(?:by\s)?([{HAN}A-Za-z][{HAN}\w&.'’ -]{{1,38}}?)"
    rf"(?=\s*(?:$|[,.，。|;；]|\s-\s|all rights|版权|未经|保留|备案|\s20\d\d|\s[{HAN}]{{1,4}}(?:ICP|[:：])))",
    re.I,
)
_foot_name = re.compile(
    rf"([{HAN}]{{2,10}}(?:网|新闻|日报|晚报|在线|资讯))\s*[·|｜]|([{HAN}]{{2,10}}[^司])\s*版权所有"
)  # 溪口新闻 · 备案号 …
_legal = re.compile(
    r"\b(?:reserved|copyright|rights|terms|privacy|policy|notice|guidelines|infringement|contact|ltd|inc|llc|gmbh|corp|limited)\b|(?:公司|未经|转载|备案)",
    re.I,
)


def _holder(line: str) -> str:
    """Who holds the rights: © 2026 The Lower Road Post. "" where nobody is named; a company is no paper."""
    match = _rights.search(line[:200])
    return match[1].strip() if match and not _legal.search(match[1]) else ""


_feed = re.compile(r"\s*(?:[»|–-]\s*)?(?:rss|atom|feed|all posts|latest news|订阅|新闻)(?: feed)?$", re.I)


def _of_feed(head: Head) -> Iterator[str]:
    """What the page's own feed is called, without the word feed; none of comments."""
    for element in islice(head.root.iter("link"), MAX_LINKS):
        kind, name = element.get("type") or "", tree.clean(element.get("title") or "")
        if ("rss" in kind or "atom" in kind) and 2 <= len(name := _feed.sub("", name).strip(" »|–-")) <= 40:
            if not re.search(r"comment|评论|rss|feed", name, re.I) and not _no_site.search(name):
                yield name
            return


_account_name = etree.XPath("string(//*[@id='js_name'])")


def _account(root: etree._Element) -> Iterator[str]:
    """The account of a page of 公众号's layout, whatever its host."""
    if name := tree.clean(str(_account_name(root))):
        yield name[:30]


def _owners(head: Head) -> Iterator[str]:
    owners = (owner for article in head.articles if isinstance(owner := article.get("publisher"), dict))
    names = (owner.get("name") or head.known.get(str(owner.get("@id")), {}).get("name") for owner in owners)
    return filter(None, (tree.clean(name) for name in names if isinstance(name, str)))


def _of_scripts(head: Head) -> Iterator[str]:
    for _, text in head.tags.scripts if head.is_chinese else ():
        if match := _script_source.search(text, 0, SCRIPT):
            yield match[1]


def _site_in(title: str, headline: str) -> Iterator[str]:
    """The site's name at the end of a page's title: what is called like one, else the last part that names no section or machine. A title
    without the headline is all of the site."""
    if headline == title:
        return
    follows = title.removeprefix(headline)[:1] if headline and title.startswith(headline) else ""
    whole = headline if follows and follows in "-–—_|｜丨·•" else max(strip_site(title), headline if follows else "", key=len)
    rest = title if loose(headline)[:8] not in loose(title) else title.removeprefix(whole).strip(_JOINTS)
    if headline and len(headline) < len(title) and title.endswith(headline):  # the site's name stands before it
        rest = title.removesuffix(headline).strip(_JOINTS + ":：【】")
    parts = [name for part in reversed(_strong.split(rest)) for name in reversed(_dashes.split(part.strip(" -–—")))]
    parts = [_edition.sub("", name) for name in parts]
    parts = [name for name in parts if 2 <= len(name) <= (36 if name.isascii() else 24)]
    names = [name for name in parts if name != headline and not _no_site.search(name)]
    yield from (name for name in names if has_han(name) and _site.search(name))
    yield from names
    yield from (name for name in parts if name.endswith("人民政府"))


_edition = re.compile(r"(?: online| home ?page|手机版|手机网|移动版|网页版|触屏版|首页)$", re.I)
_column = re.compile(
    r"(?:专栏|博客|频道|社区|论坛|客户端|手机版|移动版|网页版|[头百搜一企网][条家狐点鹅易]号)$"
)  # 知文专栏 of 知文


def _beside_date(bar: Sequence[str], shown: Sequence[str], head: Head, people: Sequence[str]) -> Iterator[str]:
    """The publisher that stands beside a Chinese page's date without a word: 2019-09-26 10:56:28 证券时报网. Two characters name a
    section, unless the page's title or its link home has them."""
    for word in _near_date(bar):
        name = word.rpartition("/")[2].removesuffix("报道")
        pieces = (piece for text in shown for piece in text.split() if name.startswith(piece) or name.endswith(piece))
        name = next(filter(_site.search, pieces), name)  # 江湾日报江湾APP, of two elements
        is_name = (
            _org.match(name) and not name.startswith(tuple(people)) and not bylines.is_bare(name) and not _no_org.search(name)
        )
        is_spelled = not name.isascii() or name[:1].isupper()
        if is_name and is_spelled and len(name) <= 14 and (len(name) >= 3 or name in head.tags.title or name == head.home):
            yield name


def _near_date(bar: Sequence[str]) -> Iterator[str]:
    """The words in the bar's line of the date, then the lines before and after it that are one word."""
    bar = [text for text in bar if not _button.fullmatch(text)]
    for number, text in enumerate(bar):
        if len(text) > 80 or (match := DATE.search(text)) is None:
            continue
        if len(DATE.sub("", _extra.sub("", text))) > MOST_BESIDE or (text[0] in "（(" and text[-1] in "）)"):
            continue  # a sentence with a date in it
        glued = text[match.end() : match.end() + 1].isalnum()  # 12:00优质原创作者 is a badge, not a name
        behind = text[match.end() :]
        yield from _extra.sub(" ", f"{text[: match.start()]} {'' if glued and not _site.search(behind) else behind}").split()
        beside = (*bar[max(0, number - 1) : number], *bar[number + 1 :][:1])
        yield from (line for line in beside if _org.match(line.rpartition("/")[2]) and len(line) < 20)


def keywords(head: Head) -> tuple[str, ...]:
    """The page's own keywords, as many as tell an article from its site."""
    text = next(head.all("keywords", "news_keywords", "article:tag"), "")
    parts = re.split(r"\s*[,，;；、|]\s*", text)
    if len(parts) == 1 and not text.isascii():
        parts = text.split()
    return tuple(dict.fromkeys(part for part in parts if 1 < len(part) <= 40))[:MAX_KEYWORDS]


def canonical_hint(head: Head, url: str) -> str | None:
    """The address the page names as its own, when it is of the same site and still carries the article's id."""
    said = [href for rel, href in head.tags.links if rel.lower() == "canonical"] + list(head.all("og:url"))
    for says in said[:4]:
        address = join(url, says)
        if address and address != url and is_web(address) and same_site(address, url) and _one_article(url, address):
            return address
    return None


def _one_article(url: str, other: str) -> bool:
    """True when the other address carries the article's id, and not only that of the day or the section in which it stands."""
    shared = _ids(url) & _ids(other)
    above = url.partition("//")[2].rpartition("/")[0].startswith(other.partition("//")[2].rstrip("/"))
    return bool(shared) and not (above and _ids(url) - _ids(other))


def next_page(root: etree._Element, page: Layout, last: int, url: str) -> str | None:
    """The address of the article's next part, where a line below its text offers one: the same address with another number."""
    if not any(_next.search(line.text) for line in page.lines[max(0, last - 1) : last + PAGER] if line.weight < 200):
        return None
    for link in root.iter("a"):
        if _next.search(tree.clean("".join(map(str, link.itertext()))[:40])):
            address = join(url, link.get("href") or "")
            if address and address != url and same_site(address, url) and _numberless(address) == _numberless(url):
                return address
    return None


def _numberless(url: str) -> str:
    """An address without its scheme and what numbers its parts: a_2.html, a-2.html, a.html?page=2 and a.html are one."""
    return re.sub(r"[_-]\d{1,2}(?=\.\w+$|$)|[?&](?:p|page|pn)=\d{1,2}$|/\d{1,2}/?$", "", url.partition("//")[2]).rstrip("/")


def _ids(url: str) -> set[str]:
    """The words of an address's path and query that can name an article: long, or with digits that are no date part."""
    path = url.partition("//")[2].partition("/")[2]
    words = re.findall(r"[\w-]{5,}", path)
    return {word for word in words if (any(ch.isdigit() for ch in word) or len(word) > 15) and not _only_a_date.fullmatch(word)}


_only_a_date = re.compile(r"[a-z]{0,4}[-_]?(?:19|20)\d\d[-_]?(?:0?[1-9]|1[0-2])(?:[-_]?[0-3]?\d)?")
