"""The address as people see it, and the key under which the same address in another dress is known.

canonical(url)   shown: as found, minus wrapper, tracking parameters, fragment. Idempotent.
link_key(url)    never shown: one for http/https, mobile/desktop twins, AMP, trailing index.html, order of parameters …
desktop_twin(url)  the address to fetch instead of a mobile shell that holds no article.

A false "same" loses an article, a false "different" costs one fetch (a reprint is folded later). So www. and m. are dropped only
for sites that are known; the facts are in data/urls.yaml. Nothing here raises on foreign text, and all of it is linear in its length.
"""

from __future__ import annotations

import base64
import re
from datetime import date
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin

from crawler.url_facts import Key, Tracking, facts, keys_of, tracking_of, wrappers_of

MAX_WRAPPERS = 20
MAX_URL = 20_000  # characters; longer is no web address to us

# What browsers do with web addresses (WHATWG URL): blanks at the ends, tabs and line breaks inside go; \ is /.
_ENDS = "".join(map(chr, range(0x21)))
_removed = re.compile(r"[\t\r\n]")
_address = re.compile(r"(?is)(https?):[/\\]{2,}([^/\\?#]*)([^?#]*)(\?[^#]*)?(#.*)?")
_authority = re.compile(r"(?:.*@)?(\[[0-9a-fA-F:.]+\]|[^\s\x00-\x20\x7f\[\]:<>\"'`{}|^%@,;()*!$&+=~]+)(?::([0-9]{0,5}))?")
_unsafe = re.compile(r"[\x00-\x20\x7f\"<>`]")  # would end the address early when somebody pastes it
_plain = re.compile(r"[A-Za-z0-9/._~:@!$&'()*+,;=-]*")
_words = re.compile(r"(?:&?[a-z_]{1,16}=[a-z_]{1,16})+")  # a number or a slug may say which article
_twice = re.compile(r"(?i)^https?:/{2}(?=https?:/{2})")  # http://https://…, as forms that add it make it
_bare = re.compile(r"(?i)(?:https?:/)?([\w-]+(?:\.[\w-]+)+)(?=/|:[0-9]+/)")
_session = re.compile(  # in the path: servlets, PHP and ASP.NET keep it there for readers without cookies
    r"(?i);(?:jsessionid|phpsessid|sessionid|sid|cfid|cftoken|aspsessionid\w*)=[^/;]*|/\([AFSX]\([\w-]{8,}\)(?:[AFSX]\([\w-]{8,}\))*\)(?=/)"
)
_no_place = re.compile(r"(?i)!?/|:~:|[\w.-]*=|(?:rss|feed|atom|top|main|content|comments|respond|more|full)$|$")
_signature = re.compile(r"(?i)(?:x-\w+-)?(?:sign|signature|sig|auth|authkey|hmac|token|access_token)=")  # over all of the query
_number_or_slug = re.compile(r"[0-9]|[a-z]{2,}[-_][a-z]{2,}|[^\x00-\x7f]|%[0-9A-Fa-f]{2}")
_hash_route = re.compile(r"#!?/.")
_index = re.compile(r"/(?:index|default)\.(?:s?html?|php|aspx?|jsp)$", re.IGNORECASE)
_amp_path = re.compile(r"(?<=[^/])/amp/?$|\.amp(?=\.html$)|^/amp(?=/.)")
_slashes = re.compile(r"/{2,}")
_escape = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class _Parts(NamedTuple):
    """A web address, taken apart. `port` is "" when it is the scheme's own; `query` and `fragment` are without ? and #."""

    scheme: str
    host: str
    port: str
    path: str
    query: str
    fragment: str


def canonical(url: str) -> str:
    """The address to show: as found, without wrapper, tracking parameters, credentials, default port and fragment.

    What is no web address comes back untouched.
    """
    parts = _split(url)
    if parts is None:
        return url
    parts = _unwrap(parts)
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return _join(parts, _wanted(parts)) + fragment


def link_key(url: str, entry: str | None = None) -> str:
    """The key under which this link is known: ``site:id`` where a site's rule knows it, else ``//host/path?sorted=query``; with
    ``#entry``, where several articles stand on one page.

    What is no web address is its own key.
    """
    if entry:
        return f"{link_key(url)}#{_normal(entry)}"
    parts = _split(url)
    if parts is None:
        return url
    parts = _unwrap(parts)
    pieces = [piece for piece in _wanted(parts) if not _is_amp(piece)]
    return _site_key(parts, pieces) or _plain_key(parts, pieces)


def path_key(url: str) -> str:
    """The key of the address without a query of mere words (?from=list), where its path says which article it is; else the key."""
    key = link_key(url)
    path, _, query = key.partition("?")
    named = _number_or_slug.search(path.removeprefix("//").partition("/")[2])
    return path if named and _words.fullmatch(query) else key


def fragment_of(url: str) -> str:
    """What stands behind the # and names a place on the page; "" for none, and for one that says where a reader came from."""
    fragment = _removed.sub("", url.strip(_ENDS)).partition("#")[2]
    return "" if _no_place.match(fragment) else fragment


def desktop_twin(url: str) -> str | None:
    """The address to fetch instead of this one, which is a mobile shell; None when the page itself is to be fetched."""
    parts = _split(url)
    if parts is None:
        return None
    query = "&".join(_wanted(parts))
    place = f"{parts.host}{parts.path}" + (f"?{query}" if query else "")
    for find, to in facts().desktop:
        if found := find.search(place):
            twin = f"{parts.scheme}://{to.format(*found.groups())}"
            return twin if len(found.groups()) < 5 or _is_day(*found.groups()[2:5]) else None
    return None


def host_of(url: str) -> str:
    """The host name in lower case, without port; "" if there is none."""
    parts = _split(url)
    return parts.host if parts else ""


def asked_host(url: str) -> str:
    """The host that is asked for this address: its desktop twin's, if it is a mobile shell."""
    return host_of(desktop_twin(url) or url)


def query_of(url: str) -> str:
    """The query without what tracks, or belongs to a visit only."""
    parts = _split(url)
    return "&".join(_wanted(parts)) if parts else ""


def is_web(url: str) -> bool:
    """True for http and https addresses with a host."""
    return _split(url) is not None


def same_site(a: str, b: str) -> bool:
    """True when both addresses belong to one registrable domain (news.example.com.cn, www.example.com.cn)."""
    first, second = host_of(a), host_of(b)
    return bool(first) and registrable(first) == registrable(second)


@lru_cache(4096)
def registrable(host: str) -> str:
    """The part of a host name that somebody registered: example.com.cn of news.example.com.cn; an IP address is itself."""
    labels = host.rstrip(".").split(".")
    if len(labels) < 3 or _is_ip(host):
        return host.rstrip(".")
    return ".".join(labels[-3 if ".".join(labels[-2:]) in facts().suffixes else -2 :])


def join(base: str, href: str) -> str | None:
    """The web address that `href` means on a page at `base`; None for javascript:, mailto:, a bare fragment (not #/route) and the like."""
    href = _twice.sub("", _removed.sub("", href.strip(_ENDS)))
    if not href or (href[0] == "#" and not _hash_route.match(href)) or len(href) > MAX_URL:
        return None
    if is_web(href):
        return href
    bare = _bare.match(href)
    if bare and bare[1].lower().removeprefix("www.") == host_of(base).removeprefix("www."):  # its scheme forgotten, or half of it
        return f"{base.partition(':')[0]}://{href[bare.start(1) :]}"
    try:
        joined = urljoin(base, href.replace("\\", "/"))
    except ValueError:  # "//[" and other things that urllib takes for a broken IPv6 address
        return None
    return joined if is_web(joined) else None


def _split(url: str) -> _Parts | None:
    url = _unsafe.sub(_quoted, _removed.sub("", url.strip(_ENDS)))
    if len(url) > MAX_URL or (found := _address.fullmatch(url)) is None:
        return None
    scheme, authority, path, query, fragment = found.groups("")
    query = query.replace("&amp;", "&")  # copied from the source of a page
    scheme = scheme.lower()
    if (named := _authority.fullmatch(authority)) is None:
        return None
    host, port = named[1].lower(), (named[2] or "").lstrip("0")
    if not host.strip(".") or (port and int(port) > 65535):
        return None
    own = "80" if scheme == "http" else "443"
    route = fragment[1:] if _hash_route.match(fragment) else ""
    path = _session.sub("", path.replace("\\", "/")) or "/"
    return _Parts(scheme, host, "" if port == own else port, path, query[1:], route)


def _join(parts: _Parts, pieces: list[str]) -> str:
    port = f":{parts.port}" if parts.port else ""
    query = f"?{'&'.join(pieces)}" if pieces else ""
    return f"{parts.scheme}://{parts.host}{port}{parts.path}{query}"


def _wanted(parts: _Parts) -> list[str]:
    """The pieces of the query that are not there to track, in their order."""
    if not parts.query:
        return []
    rules = [rule for rule in tracking_of(parts.host) if rule.path is None or rule.path.search(parts.path)]
    pieces = [piece for piece in parts.query.split("&") if piece and not _tracks(_name(piece), rules)]
    passing = [piece for piece in pieces if _passes(piece)]
    if not passing:
        return pieces
    rest = [piece for piece in pieces if piece not in passing]
    signed = any(_signature.match(piece) for piece in rest)
    return pieces if signed or not _names_something(parts.path, rest) else rest


def _passes(piece: str) -> bool:
    """True for a parameter whose name and value together say that it belongs to this visit, not to the article."""
    name, value = _name(piece), unquote(piece.partition("=")[2])
    return any(rule.names.fullmatch(name) and rule.values.fullmatch(value) for rule in facts().passing)


def _names_something(path: str, pieces: list[str]) -> bool:
    """True when what is left still says which article it is: by a number, or by a name of several words."""
    return _number_or_slug.search(path) is not None or any(_number_or_slug.search(piece) for piece in pieces)


def _tracks(name: str, rules: list[Tracking]) -> bool:
    return name in facts().tracking or any(name in rule.drop and name not in rule.keep for rule in rules)


def _name(piece: str) -> str:
    name = piece.partition("=")[0]
    return (unquote(name) if "%" in name else name).lower()


def _is_amp(piece: str) -> bool:
    name, _, value = piece.lower().partition("=")
    return (name == "amp" and value in ("", "1", "true")) or (name == "outputtype" and value == "amp")


def _unwrap(parts: _Parts) -> _Parts:
    """The innermost address. An address that is carried is shorter than what carries it; one that has moved moves once."""
    for _ in range(MAX_WRAPPERS):
        if (inner := _inner(parts)) is None:
            break
        parts = inner
    return parts


def _inner(parts: _Parts) -> _Parts | None:
    for find, to in facts().moved:
        if found := find.search(f"{parts.host}{parts.path}"):
            return _split(f"{parts.scheme}://{to.format(*found.groups())}")
    for wrapper in wrappers_of(parts.host):
        if (found := wrapper.path.search(parts.path)) is None:
            continue
        values = _decoded(parts.query.split("&"))
        carried = [values.get(name, "") for name in wrapper.parameters]
        carried += [f"{scheme}://{place}?{parts.query}" for scheme, place in found.groupdict().items() if place]
        for address in carried:
            if (inner := _split(address)) is not None:
                return inner
    return None


def _decoded(pieces: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for piece in pieces:
        name, _, value = piece.partition("=")
        values.setdefault(unquote(name), unquote(value))
    return values


def _site_key(parts: _Parts, pieces: list[str]) -> str | None:
    rules = keys_of(parts.host)
    if not rules:
        return None
    place = parts.path + ("?" + "&".join(pieces) if pieces else "")
    for rule in rules:
        if rule.find is None:
            values = _decoded(pieces)
            if all(values.get(name) for name in rule.parameters):
                return f"{rule.site}:{'+'.join(values[name] for name in rule.parameters)}"
        elif (found := rule.find.search(place)) and (key := _key_of(rule, found.groups(""))):
            return f"{rule.site}:{key}"
    return None


def _key_of(rule: Key, groups: tuple[str, ...]) -> str | None:
    key = "/".join(groups)
    if rule.inner is None:
        return key.casefold() if rule.fold else key
    try:
        decoded = base64.b64decode(key + "==").decode("ascii")
    except ValueError:
        return None
    found = rule.inner.match(decoded)
    return found[1] if found else None


def _plain_key(parts: _Parts, pieces: list[str]) -> str:
    path = _amp_path.sub("", _index.sub("/", _normal(_slashes.sub("/", _without_dots(parts.path)))))
    query = "&".join(sorted(_normal(piece.replace("+", "%20")) for piece in pieces))
    port = f":{parts.port}" if parts.port and parts.port not in ("80", "443") else ""
    route = f"#{_normal(parts.fragment)}" if parts.fragment else ""
    return f"//{_site_host(parts.host)}{port}{path.rstrip('/')}" + (f"?{query}" if query else "") + route


def _without_dots(path: str) -> str:
    """The path with ``.`` and ``..`` resolved."""
    if "/." not in path:
        return path
    steps: list[str] = []
    for step in path.split("/")[1:]:
        if step == "..":
            del steps[-1:]
        elif step != ".":
            steps.append(step)
    return "/" + "/".join(steps)


def _normal(text: str) -> str:
    """Percent-encoding in one spelling: UTF-8, upper case, only where it is needed."""
    if _plain.fullmatch(text):
        return text
    text = _escape.sub(lambda m: c if (c := chr(int(m[1], 16))) in _UNRESERVED else m[0].upper(), text)
    return quote(text, safe="/:@!$&'()*+,;=%?#", errors="replace")


@lru_cache(4096)
def _site_host(host: str) -> str:
    """The name under which keys know this host: punycode, and one name where a known site has several."""
    known = facts()
    host = host.rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            pass  # no name that can be looked up; it is its own
    if host.startswith("amp."):
        rest = host[4:]
        host = f"www.{rest}" if registrable(rest) == rest else rest
    host = known.same_host.get(host, host)
    label, _, rest = host.partition(".")
    if label == "www" or label in known.mobile:
        bare = known.same_host.get(rest, rest)
        return bare if bare in known.one_site else host
    return host


def _quoted(found: re.Match[str]) -> str:
    return quote(found[0])


def _is_ip(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(2000 + int(year), int(month), int(day))
    except ValueError:
        return False
    return True
