"""OPML 2.0, in which feed readers hand over their lists: http://opml.org/spec2.opml

Feeds are outlines with an `xmlUrl`; the folders around one and its `category` are its tags. What no other reader can watch (a list
page, an API) travels in attributes of our own namespace, so that our own export comes back whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from typing import Any

from lxml import etree

from crawler.errors import ZhixunError
from crawler.i18n import tr
from crawler.sandbox.precheck import hostile
from crawler.url import is_web, link_key
from jobs.config.values import check_name
from jobs.safe_text import in_xml, spaced

MAX_BYTES = 10 * 2**20
MAX_FEEDS = 20_000
MAX_TOLD = 50  # broken lines that are named
MAX_NAME = 80  # characters, as config.yaml has it
OURS = "urn:zhixun:source"
_KIND, _OPTIONS = f"{{{OURS}}}kind", f"{{{OURS}}}options"
_OPML_URL = "{https://freshrss.org/opml}opmlurl"
_separator = re.compile(r"[,/]")  # of categories


class OpmlError(ZhixunError):
    """The file is no OPML."""


# Miniflux, among others, writes its own without a namespace
_OF_OPML = frozenset(
    "text title type xmlurl htmlurl url description language category version created iscomment isbreakpoint".split()
)


@dataclass(frozen=True, slots=True)
class Outline:
    """One source of a list. `title` may be "". `options` are the further keys of config.yaml; `foreign` what other programs say of it,
    in attributes of their own, by name in small letters, and `form` its type."""

    title: str
    url: str
    kind: str
    tags: tuple[str, ...]
    options: Mapping[str, Any]
    line: int = field(default=0, compare=False, repr=False)
    form: str = field(default="", compare=False, repr=False)
    foreign: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class OpmlList:
    """What a file holds; what of it can't be taken, each with its line and what to do; and the lines that repeat an address."""

    outlines: tuple[Outline, ...]
    left_out: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()


def read(body: bytes) -> OpmlList:
    """The sources of a list, each address once, tags of all its places together. A broken line costs itself. Raises OpmlError."""
    if len(body) > MAX_BYTES:
        raise OpmlError(tr("it is larger than {size} MB", size=MAX_BYTES >> 20))
    if why := hostile(body):
        raise OpmlError(tr("refused unread: {why}", why=why))
    root, left_out = _parsed(body)
    if etree.QName(root).localname.lower() != "opml":
        raise OpmlError(tr("its root is <{name}>, not <opml>", name=etree.QName(root).localname))
    found: dict[str, Outline] = {}
    merged: list[str] = []
    for outline in _walk(root, left_out):
        key = f"{link_key(outline.url)} {outline.options.get('body')}"
        tags = tuple(dict.fromkeys((*(found[key].tags if key in found else ()), *outline.tags)))
        if key in found:
            merged.append(tr("line {line}: the address of line {first} again; its tags are added there", line=outline.line, first=found[key].line))  # fmt: skip
        found[key] = replace(found.get(key, outline), tags=tags)
        if len(found) > MAX_FEEDS:
            raise OpmlError(tr("it holds more than {n} feeds", n=f"{MAX_FEEDS:,}"))
    return OpmlList(tuple(found.values()), tuple(left_out), tuple(merged))


def _parsed(body: bytes) -> tuple[etree._Element, list[str]]:
    """The tree, and what is broken in it: other programs write a bare & into an address, and the rest of the list is sound."""
    parser = partial(etree.XMLParser, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    strict, patient = parser(recover=False), parser(recover=True)
    try:
        return etree.fromstring(body, strict), []
    except etree.XMLSyntaxError as error:
        why = OpmlError(tr("it is no XML: {why}", why=error))
    try:
        root = etree.fromstring(body, patient)
    except etree.XMLSyntaxError:
        raise why from None
    if root is None or not root.xpath("boolean(//@*[translate(local-name(), 'XMLUR', 'xmlur') = 'xmlurl'])"):
        raise why
    broken = sorted({error.line: error.message for error in reversed(list(patient.error_log))}.items())[:MAX_TOLD]
    return root, [tr("line {line} is broken ({why}): read as far as it goes", line=line, why=why) for line, why in broken]


def _address(written: str) -> tuple[str, str]:
    """An outline's address as one that can be fetched, or "" and why not."""
    url = written.strip()
    scheme, _, rest = url.partition(":")
    if scheme.lower() == "feed":  # an old way to make browsers open a reader: feed://host/path, feed:https://host/path
        url = rest if is_web(rest) else f"http:{rest}"
    if is_web(url):
        return url, ""
    if scheme.lower() == "rsshub":
        route = rest.lstrip("/")[:100]
        return "", tr("{url} names a route of RSSHub: write https://YOUR-SERVER/{route}", url=url[:100], route=route)
    return "", tr("{url!r} is no web address", url=url[:100]) if url else tr("it has no xmlUrl")


def _no_feed(attributes: Mapping[str, str]) -> str:
    """What else than a feed a line is, where it says so."""
    if remote := attributes.get(_OPML_URL):
        return tr("another list fills this folder: import {url}", url=remote[:100])
    form, url = attributes.get("type", "").lower(), attributes.get("url", "")[:100]
    if form == "include":
        return tr("it includes another list: import {url}", url=url)
    if form != "link" or not url:
        return ""
    return tr("it is a link and no feed: `zhixun sources add {url}` looks for what can be watched there", url=url)


def _walk(root: etree._Element, left_out: list[str]) -> Iterator[Outline]:
    """Feeds with the folders around them. Not recursive: a file may nest deep."""
    folders: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str) or etree.QName(element).localname.lower() != "outline":
            continue
        attributes = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        title = plain_name(attributes.get("text") or attributes.get("title") or "")
        if event == "end":
            folders.pop()
            continue
        url, why = _address(attributes.get("xmlurl") or (attributes.get("url", "") if _KIND in attributes else ""))
        form, why = attributes.get("type", "").lower(), _no_feed(attributes) or why
        if why and not url and ("xmlurl" in attributes or form in ("rss", "atom", "link", "include") or _OPML_URL in attributes):
            left_out.append(f"line {element.sourceline}, {title or 'without a title'}: {why}")
        if url:
            options = _options(attributes)
            own = options.pop("tags", None)
            tags = tuple(map(str, own)) if isinstance(own, list) else _tags(folders, attributes)
            strange = {name: value for name, value in attributes.items() if OURS not in name and name not in _OF_OPML}
            foreign = {name.rpartition("}")[2]: value for name, value in strange.items()}
            yield Outline(title, url, attributes.get(_KIND, "feed"), tags, options, element.sourceline or 0, form, foreign)
        folders.append("" if url else title)


def _tags(folders: Iterable[str], attributes: Mapping[str, str]) -> tuple[str, ...]:
    """Folders from the outside in, then the categories: a comma between two, a slash before each step."""
    categories = _separator.split(attributes.get("category", ""))
    return tuple(dict.fromkeys(tag for tag in (*folders, *map(plain_name, categories)) if tag))


def plain_name(text: str) -> str:
    """Text as a name of config.yaml; "" where nothing is left of it."""
    name = spaced(text)
    name = " ".join(name.split())[:MAX_NAME].strip().removeprefix("tag:").strip()
    try:
        return check_name(name)
    except ValueError:
        return ""


def _options(attributes: Mapping[str, str]) -> dict[str, Any]:
    try:
        options = json.loads(attributes.get(_OPTIONS, "{}"))
    except (ValueError, RecursionError):
        return {}
    return options if isinstance(options, dict) else {}


def write(outlines: Iterable[Outline], title: str, now: datetime) -> bytes:
    """A list, a folder for each first tag; its other tags are categories."""
    root = etree.Element("opml", attrib={"version": "2.0"}, nsmap={"zhixun": OURS})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = in_xml(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(now)
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for outline in outlines:
        place = body
        if outline.tags:
            tag = outline.tags[0]
            if tag not in folders:
                folders[tag] = etree.SubElement(body, "outline", attrib={"text": in_xml(tag), "title": in_xml(tag)})
            place = folders[tag]
        etree.SubElement(place, "outline", attrib={name: in_xml(value) for name, value in _attributes(outline).items()})
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _attributes(outline: Outline) -> dict[str, str]:
    made = {"text": outline.title, "title": outline.title}
    if outline.kind in ("feed", "auto"):
        made |= {"type": "rss", "xmlUrl": outline.url}
    else:
        made |= {"type": "link", "url": outline.url}
    if outline.kind != "feed":
        made[_KIND] = outline.kind
    options = dict(outline.options)
    if any(_separator.search(tag) for tag in outline.tags):
        options["tags"] = list(outline.tags)
    if options:
        made[_OPTIONS] = json.dumps(options, ensure_ascii=False, default=str)
    if outline.tags[1:]:
        made["category"] = ",".join(outline.tags[1:])
    return made
