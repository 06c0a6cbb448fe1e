"""Is this page an article at all? A named reason when it is not. Words alone refuse only short texts: articles write about captchas, too."""

from __future__ import annotations

import re

from crawler.html.blocks import Layout, weigh
from crawler.html.body import Body
from crawler.html.metadata import Head
from crawler.html.tree import loose
from crawler.text import HAN, normal

LEAST = 60  # bytes of text; twenty Han characters are the shortest flash that says something
SHORT = 1_500  # bytes of text; below, what the page says of itself counts
PREVIEW = 3  # paragraphs that a closed article shows are worth telling
STUB = 3_000  # bytes; a paywall shows a paragraph or two
LINKS = 25  # titles that are links; a page with more of them than text is a list
CARDS = 5
CONSENTS = 3  # different phrases of a consent page
HEADLINE, NEAR = 24, 16  # a headline of so many bytes, the text at most so many lines below it: an article, whatever surrounds it
LABEL = 30  # bytes of a line that is none of those: a player has many

PIECES, ALIKE = 4, 0.15  # pieces of a headline that can be looked for; the share of them that a page of its article has at least
_han = re.compile(f"[{HAN}]{{2,}}")
_words = re.compile(r"[a-z]{4,}")
_captcha = re.compile(
    r"just a moment|attention required|verify (?:that )?you are (?:a )?human|are you (?:a )?(?:robot|human)|unusual traffic|captcha|access denied"
    r"|checking your browser|enable javascript and cookies|request (?:was |has been )?blocked|安全验证|人机验证|滑动验证|拖动滑块|请完成.{0,6}验证"
    r"|访问过于频繁|访问异常|访问验证|访问请求.{0,16}(?:威胁|阻断|拦截)",
    re.I,
)
_gone = re.compile(
    r"\b404(?= *(?:error|not|page|错误|页面|未找到|[-|–—_:：!。,，]|$))|(?:error|http|错误)[ :：]{0,2}404\b"
    r"|(?:page|article|story|content) (?:was |is |could )?(?:not|no longer) (?:be )?(?:found|available|exist)|not found|has been removed"
    r"|(?:页面|网页|文章|内容|新闻|信息).{0,8}(?:不存在|未找到|没有找到|找不到|已删除|已被删除|已下线|已失效|走丢|飞走)|你访问的.{0,8}不存在",
    re.I,
)
_login = re.compile(
    r"(?:log|sign) ?in (?:to|or)|please (?:log|sign) ?in|create (?:an|your free) account|请先?登录|登录后(?:查看|阅读|继续)|扫码登录|立即登录",
    re.I,
)
_paywall = re.compile(
    r"(?<!scroll )(?:to|and) (?:continue|keep) reading|subscribe (?:to(?! (?:our|the|my)\b.{0,12} channel)|for(?! free)|now)|subscribers? only|already a subscriber|for subscribers"
    r"|unlock (?:this|the) (?:article|story)|付费(?:阅读|内容|文章)|订阅后|成为会员|开通会员|会员专享|剩余.{0,6}内容|继续阅读全文",
    re.I,
)
_consent = re.compile(
    r"before you continue|we and our (?:\d+ )?(?:\w+ )?partners|partners (?:store|access|process)|cookie (?:preferences|settings|choices|policy)"
    r"|(?:accept|reject|decline|allow) all|manage (?:cookies|preferences|consent|options|choices)|withdraw (?:your )?consent|your privacy choices"
    r"|we (?:use|value) (?:cookies|your privacy)|tracking technolog|personali[sz]ed (?:ads|content)|legitimate interest"
    r"|我们(?:及|和|与)?(?:我们的|其)?\d*家?合作伙伴|(?:使用|启用|接受|拒绝|管理)(?:全部|所有|这些)?\s*cookies?|cookie\s*(?:设置|政策|偏好)|隐私(?:设置|偏好|选项)"
    r"|(?:全部|同意并)(?:接受|拒绝|继续)|撤回(?:您的|你的)?同意|个性化广告",
    re.I,
)
_search = re.compile(r"[?&](?:q|query|keyword|keywords|wd|search|s)=|/search(?:/|\?|$|\.)|/so/")
_results = re.compile(r"search results|results for|搜索结果|的搜索|检索结果", re.I)


def refusal(head: Head, page: Layout, title: str, at: int, body: Body, *, announced: str | None = None) -> tuple[str, str] | None:
    """(reason, detail) when the page is no article, None when it may be one. `announced`: the headline that its source gives it."""
    size = weigh(body.text)
    if size < STUB and not head.articles and (asked := _asks_consent(head, page, body)):
        return "consent-wall", asked
    headed = 0 <= at < body.first and len(title.encode()) > HEADLINE and _between(page, at, body.first) < NEAR
    if not headed and _is_list(head, page, body, size):
        is_search = _search.search(head.url) or _results.search(head.tags.title)
        return ("search", "") if is_search else ("listing", f"{body.cards} cards")
    if size < SHORT and (reason := _short(head, page, title, size)):
        return reason
    heading = page.lines[at].text if at >= 0 else ""
    if announced and 0 < size < SHORT and not head.articles and _tells_else(announced, head, heading, body):
        return "other-page", title[:80]
    if size < STUB and not _is_announced(title, announced, body) and _is_stub(head, body, page):
        return "paywall-stub", f"{len(body.text)} characters"
    if not body.lines:
        return "empty", ""
    if size < LEAST and not _is_announced(title, announced, body):
        return "too-short", f"{len(body.text)} characters"
    return None


def _between(page: Layout, at: int, first: int) -> int:
    """The lines from the headline to the text, labels not counted."""
    return 1 + sum(line.weight > LABEL for line in page.lines[at + 1 : first])


def _tells_else(announced: str, head: Head, heading: str, body: Body) -> bool:
    """True for a short page that has nothing of the headline by which its source announced it, in the same script: a notice of maintenance,
    a check of browsers, an error."""
    wanted, shown = (_pieces(text) for text in (announced, f"{head.tags.title}\n{heading}\n{body.text}"))
    for one, other in zip(wanted, shown, strict=True):
        if len(one) >= PIECES and len(other) >= PIECES:
            return len(one & other) < ALIKE * len(one)
    return False


def _pieces(text: str) -> tuple[set[str], set[str]]:
    """Pairs of Han characters, and the beginnings of longer words."""
    form = normal(text)
    pairs = {run[place : place + 2] for run in _han.findall(form) for place in range(len(run) - 1)}
    return pairs, {word[:5] for word in _words.findall(form)}


def _asks_consent(head: Head, page: Layout, body: Body) -> str:
    """What a page says that asks for consent before it shows anything; "" where it is none."""
    shown = body.text or "\n".join(line.text for line in page.lines[:40])[:STUB]
    said = {found.lower() for found in _consent.findall(f"{head.tags.title}\n{shown}")}
    return "; ".join(sorted(said)[:CONSENTS]) if len(said) >= CONSENTS else ""


def _is_announced(title: str, announced: str | None, body: Body) -> bool:
    """True for a sentence or more under the headline that its source announces: a flash, or what a closed article shows."""
    if not announced or _waits.search(body.text) or not any(map(_sentence.search, body.lines)):
        return False
    known, told = loose(title), loose(announced)
    return bool(known) and (known in told or told in known)


_waits = re.compile(r"javascript|loading|browser|cookie|please (?:wait|enable)|加载|请稍[候等]|浏览器|跳转|刷新", re.I)
_sentence = re.compile(r"\w\W{0,2}[.。!！?？…][\W_]*$")


def _short(head: Head, page: Layout, title: str, size: int) -> tuple[str, str] | None:
    """What a page with little text says it is."""
    first = " ".join(line.text for line in page.lines[:40] if line.linked * 2 < line.weight)[:600]
    called = f"{head.tags.title} {title}"
    for pattern, reason in ((_captcha, "captcha"), (_gone, "soft-404")):
        if match := pattern.search(called) or (pattern.search(first) if size < SHORT // 3 else None):
            return reason, match[0]
    if head.tags.passwords and size < SHORT // 3 and (match := _login.search(first)):
        return "login-wall", match[0]
    is_video = "video" in " ".join(head.all("og:type"))
    if size < LEAST * 3 and head.tags.players and (is_video or not head.articles):
        return "video-only", ""
    return None


def _is_stub(head: Head, body: Body, page: Layout) -> bool:
    closed = any(str(article.get("isAccessibleForFree")).lower() == "false" for article in head.articles)
    shown = (STUB // 5 if len(body.lines) >= PREVIEW else STUB) if closed else STUB // 4
    if len(body.text) > shown:
        return False
    below = (line.text for line in page.lines[body.last : body.last + 10] if line.weight < 400)
    return _paywall.search(" ".join((*body.dropped, *body.lines[-2:], *below))) is not None


def _is_list(head: Head, page: Layout, body: Body, size: int) -> bool:
    """True for a page of links: many linked titles against little text, or a text that is made of cards."""
    if body.cards >= CARDS:
        return not head.articles
    if "article" in " ".join(head.all("og:type")) or head.articles:
        return False
    titles = sum(1 for line in page.lines if line.linked * 5 > line.weight * 4 and 24 <= line.weight <= 240)
    return titles > (LINKS if body.lines else CARDS) and size < titles * 12
