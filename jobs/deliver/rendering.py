"""How a message is worded: once for all channels. A `Dialect` says how one channel writes bold, links and foreign text.

Foreign text reaches a channel only through its dialect's `escape`, which also takes the force out of mentions: a headline that
says ``@all`` or ``<!channel>`` must ring nobody. Text is shortened before it is escaped, so no markup is ever cut in two.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from string import Template
from typing import Any
from urllib.parse import quote, urlsplit

from crawler.i18n import speaking, tr
from jobs.deliver.message import Message, cut, short_id
from jobs.safe_text import bare, in_json

MAX_TITLE = 300  # bytes
MAX_SHOWN_LINK = 1000  # bytes; a longer address is left to the ledger
SUMMARY = 200  # code points

_WIDE = {ord(ch): ord(ch) + 0xFEE0 for ch in "<>@[]`*#|~\\"}  # their full-width twins look alike and mean nothing to any markup
_WIDE_TAGS = {ord(ch): ord(ch) + 0xFEE0 for ch in "<>@"}
_ENTITIES = {ord(ch): f"&#{ord(ch)};" for ch in "&<>*~_[]()`#@|\\!"}
_DISCORD = re.compile(r"([\\*_~`|<>\[\]()#@:-])")


def wide(text: str) -> str:
    """Foreign text for a markdown that knows no escape."""
    return bare(text).translate(_WIDE)


def wide_tags(text: str) -> str:
    """Foreign text for a plain message in which the vendor still looks for ``<at …>`` and ``@name``."""
    return bare(text).translate(_WIDE_TAGS)


def entities(text: str) -> str:
    """Foreign text for a markdown that reads HTML entities."""
    return bare(text).translate(_ENTITIES)


def markup(text: str) -> str:
    """Foreign text for HTML; the mention sign is replaced, because chat programs read it even there."""
    return html.escape(bare(text).replace("@", "＠"))


def slack_text(text: str) -> str:
    """Foreign text for Slack, which escapes three characters and reads ``* ~ ` `` as format."""
    return html.escape(bare(text), quote=False).translate({ord(ch): ord(ch) + 0xFEE0 for ch in "*~`@"})


def backslashes(text: str) -> str:
    """Foreign text for Discord's markdown."""
    return _DISCORD.sub(r"\\\1", bare(text))


def safe_link(url: str) -> str:
    """The address with everything percent-encoded that could end a link; "" if it is not for the web."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or len(url.encode()) > MAX_SHOWN_LINK:
            return ""
    except ValueError:
        return ""
    return quote(url, safe="%/:?#@!$&+,;=~-._")


@dataclass(frozen=True, slots=True)
class Dialect:
    """`bold` and `link` take text that is escaped already; `link` also takes a safe address."""

    escape: Callable[[str], str] = bare
    bold: Callable[[str], str] = lambda text: text
    link: Callable[[str, str], str] = lambda text, url: f"{text}\n{url}"
    newline: str = "\n"


PLAIN = Dialect()
CHAT = Dialect(wide_tags)
WIDE_MARKDOWN = Dialect(wide, lambda text: f"**{text}**", lambda text, url: f"[{text}]({url})")
ENTITY_MARKDOWN = Dialect(entities, lambda text: f"**{text}**", lambda text, url: f"[{text}]({url})")
HTML = Dialect(
    markup, lambda text: f"<b>{text}</b>", lambda text, url: f'<a href="{html.escape(url)}">{text}</a>', newline="<br>\n"
)
MAIL = replace(HTML, escape=lambda text: html.escape(bare(text)))  # a mail program rings nobody for a name
TELEGRAM = replace(HTML, newline="\n")
SLACK = Dialect(slack_text, lambda text: f"*{text}*", lambda text, url: f"<{html.escape(url, quote=False)}|{text}>")
SLACK_PLAIN = Dialect(slack_text)
DISCORD = Dialect(backslashes, lambda text: f"**{text}**", lambda text, url: f"[{text}](<{url}>)")


def units(text: str) -> int:
    """The length of a text as most vendors count it: in UTF-16 units, of which an emoji has two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def headline(message: Message, limit: int = 100) -> str:
    """The message in one plain line of at most `limit` code points: for a subject, a notification's title."""
    mark = "" if message.kind == "notice" else f" {message.id}"
    words = bare(f"[{message.rule}] {message.title}")
    room = limit - len(mark)
    return (words if len(words) <= room else words[: room - 1] + "…") + mark


def render(message: Message, dialect: Dialect, limit: int, size: Callable[[str], int] = lambda text: len(text.encode())) -> str:
    """The whole message, as full as `limit` (in `size`, bytes by default) allows."""
    with speaking("zh" if message.chinese else "en"):
        for smaller in _ever_smaller(message):
            text = dialect.newline.join(_lines(smaller, dialect))
            if size(text) <= limit:
                return text
        title = bare(message.title)
        while title and size(f"{message.id} {dialect.escape(title)}") > limit:
            title = title[: len(title) // 2]
        return f"{message.id} {dialect.escape(title)}"  # of an operator's template that alone is longer, for example


def details(message: Message, dialect: Dialect, limit: int) -> str:
    """The message without title and link, for channels that have places of their own for them; an operator's template is whole."""
    return render(message if _templated(message) else replace(message, title="", link=""), dialect, limit)


def _ever_smaller(message: Message) -> Iterator[Message]:
    """The message, then poorer and poorer versions: detail goes first, then digest entries, link and title last."""
    yield message
    matched, events = message.matched, message.events
    yield replace(message, matched=matched[:2], events=events[:3], summary=message.summary[:100], also=message.also[:1])
    small = replace(message, matched=matched[:1], events=events[:1], summary="", keywords=())
    yield small
    least = replace(small, matched=(), events=(), technologies=(), industries=(), also=(), title=cut(message.title, MAX_TITLE))
    yield least
    for count in range(len(message.items) - 1, 0, -1):
        hidden = len(message.items) - count
        yield replace(least, items=message.items[:count], more=message.more + hidden)
    yield replace(least, link="", items=(), note=cut(message.note, MAX_TITLE), more=message.more + len(message.items))


def _lines(message: Message, dialect: Dialect) -> list[str]:
    if message.kind == "digest":
        return _digest_lines(message, dialect)
    if _templated(message):
        return _template_lines(message, dialect)
    lines = [_head(message, dialect), _title(message, dialect), _origin(message, dialect)]
    quoted = _quoted(message)
    for sentence, terms in list(quoted.items())[:3]:
        words, place = dialect.bold(dialect.escape(tr(", ").join(terms))), dialect.escape(sentence)
        lines.append(tr("matched {term}: {place}", term=words, place=place) if sentence else tr("matched {term}", term=words))
    named = {tr("AI technologies"): message.technologies, tr("Industries"): message.industries, tr("Keywords"): message.keywords}
    for label, values in named.items():
        if values:
            lines.append(label + tr(": ") + tr(", ").join(dialect.escape(value) for value in values))
    told = [event for event in message.events if bare(event) not in quoted]
    lines += [f"{number}. {dialect.escape(event)}" for number, event in enumerate(told[:5], 1)]
    if message.summary and not message.events and bare(message.summary) not in quoted:
        lines.append(dialect.escape(message.summary[:SUMMARY]))
    lines += [_also(message, dialect), dialect.escape(message.note)]
    return [line for line in lines if line]


def _quoted(message: Message) -> dict[str, list[str]]:
    """Each sentence once, with all terms that stand in it; "" for the title, which the reader has seen."""
    found: dict[str, list[str]] = {}
    for term, sentence in message.matched:
        plain = bare(sentence)
        terms = found.setdefault("" if plain == bare(message.title) else plain, [])
        if term not in terms:
            terms.append(term)
    return found


def _also(message: Message, dialect: Dialect) -> str:
    """The others that tell the event: if it is not the same after all, here a reader sees it."""
    told = [f"{title}（{source}）" if message.chinese else f"{title} ({source})" for title, source in message.also]
    return tr("Also told by: ") + dialect.escape(tr("; ").join(told)) if told else ""


# ---- an operator's own wording


def _templated(message: Message) -> bool:
    return bool(message.template) and not message.plain and message.kind in ("alert", "test")


def template_values(message: Message, dialect: Dialect = PLAIN) -> dict[str, str]:
    """What a template may name. Foreign text comes in as a value only, escaped for the channel."""
    lists = {"keywords": message.keywords, "technologies": message.technologies, "industries": message.industries}
    named = {
        "rule": message.rule,
        "title": cut(message.title, 3 * MAX_TITLE),
        "source": message.publisher or message.source,
        "published": message.published.isoformat(" ", "minutes") if message.published else "",
        "summary": message.summary[:SUMMARY],
        "terms": tr(", ").join(dict.fromkeys(term for term, _ in message.matched)),
        "quote": message.matched[0][1] if message.matched else "",
        "note": message.note,
    }
    named |= {name: tr(", ").join(values) for name, values in lists.items()}
    values = {name: dialect.escape(text) for name, text in named.items()}
    values["events"] = dialect.newline.join(f"{n}. {dialect.escape(event)}" for n, event in enumerate(message.events[:5], 1))
    values |= {"id": message.id, "link": safe_link(message.link), "reprints": str(message.reprints)}
    return values | {"linked": _title(message, dialect), "also": _also(message, dialect)}


def _template_lines(message: Message, dialect: Dialect) -> list[str]:
    """The template line by line; a line whose values are all empty is left out."""
    values = template_values(message, dialect)
    lines = [(line, Template(line).safe_substitute(values)) for line in message.template.strip().split("\n")]
    return [told for line, told in lines if told.strip() or not line.strip()]


def _head(message: Message, dialect: Dialect) -> str:
    reprints = tr(" (reprints: {n})", n=message.reprints) if message.reprints else ""
    mark = "" if message.kind == "notice" else f" {message.id}"
    return dialect.bold(f"【{dialect.escape(message.rule)}】") + mark + reprints


def _title(message: Message, dialect: Dialect) -> str:
    title, link = dialect.escape(cut(message.title, 3 * MAX_TITLE)), safe_link(message.link)
    return dialect.link(title, link) if title and link else title


def _origin(message: Message, dialect: Dialect) -> str:
    names = [cut(name, MAX_TITLE) for name in dict.fromkeys(filter(None, (message.publisher, message.source)))]
    when = [message.published.isoformat(" ", "minutes")] if message.published else []
    return " · ".join(dialect.escape(word) for word in names + when)


def _digest_lines(message: Message, dialect: Dialect) -> list[str]:
    head = dialect.bold(f"【{dialect.escape(message.rule)}】")
    lines = [tr("{head}{n} alerts", head=head, n=len(message.items) + message.more)]
    for number, item in enumerate(message.items, 1):
        reprints = tr(" (reprints: {n})", n=item.reprints) if item.reprints else ""
        lines.append(f"{number}. {item.id}{reprints} {_title(item, dialect)}")
        lines += [_origin(item, dialect), dialect.escape(item.note)]
    if message.more:
        lines.append(tr("and {n} more, see: zhixun alerts list --rule {rule}", n=message.more, rule=dialect.escape(message.rule)))
    return [line for line in lines if line]


def as_json(message: Message) -> dict[str, Any]:
    """The message for programs. A digest has `items`, each with its own key; the others the record as it was when it matched."""
    common: dict[str, Any] = {"type": message.kind, "alert": message.id, "alert_id": message.alert_id}
    common |= {"idempotency_key": message.idem_key, "rule": message.rule}
    if message.kind == "digest":
        return common | {"items": [as_json(item) for item in message.items], "more": message.more}
    if message.kind != "alert":
        return common | {"title": message.title, "note": message.note}
    matched = [{"term": term, "quote": sentence} for term, sentence in message.matched]
    also = [{"title": title, "source": source} for title, source in message.also]
    told = common | {"reprints": message.reprints, "also": also, "matched": matched, "record": dict(message.record)}
    if not message.follows:
        return told
    return told | {"follows": {"note": message.note, **message.follows, "alert": short_id(message.follows["alert"])}}


def json_line(message: Message) -> str:
    """The message as a line for a file, which a terminal may show."""
    return in_json(json.dumps(as_json(message), ensure_ascii=False))


TEMPLATE_NAMES = tuple(sorted(template_values(Message(0, "", "", ""))))
