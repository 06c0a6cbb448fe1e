"""The values inside config.yaml that are no times: sizes, addresses, networks, patterns, names. Pure.

Each `parse_…` takes what YAML gave and returns a value, or raises ValueError with a sentence for the person who wrote it.
"""

from __future__ import annotations

import difflib
import re
import shutil
from importlib.util import find_spec
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import re2

from crawler.errors import OptionError
from crawler.fetch.guard import Allowed
from crawler.i18n import tr
from jobs.safe_text import brief
from storage.rules.expressions import why_refused

SIZES = {"": 1, "b": 1, "k": 2**10, "kb": 2**10, "m": 2**20, "mb": 2**20, "g": 2**30, "gb": 2**30}
_SIZE = re.compile(r"(\d{1,12})\s*([kmg]?b?)", re.IGNORECASE)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110 §5.6.2
_OWN_HEADERS = ("host", "content-length", "connection", "transfer-encoding")


def chromium() -> str | None:
    """Where the browser is, by the names under which systems have it."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def browser_lacks() -> tuple[str, str] | None:
    """What of the browser is not installed, and how it would be; None where all is there."""
    if find_spec("playwright") is None:
        return tr("the browser library"), "pip install 'zhixun[render]'"
    return ("Chromium", tr("on Debian: apt-get install chromium")) if chromium() is None else None


def parse_size(value: Any) -> int:
    """``10MB``, ``500KB`` or a number of bytes → bytes; 1 KB is 1024 bytes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(tr("{value} is no size; write for example 10MB or 500KB", value=brief(value)))
    return int(match[1]) * SIZES[match[2].lower()]


def check_term(value: str) -> str:
    """A name for the analysers' word list, as it is."""
    bare = value.removeprefix("=").removesuffix("?")
    if not 2 <= len(bare) <= 60 or bare != bare.strip() or not bare[0].isalnum() or any(ch in "|;\n" for ch in bare):
        form = tr("{value} is no name; it begins with a letter, has 2 to 60 characters, and no | or ; in it", value=brief(value))
        raise ValueError(form)
    return value


def check_web_url(value: str) -> str:
    """An http or https address with a host, as it is."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(tr("{value} is no web address: {why}", value=brief(value), why=error)) from None
    if parts.scheme not in ("http", "https") or not host or any(ch.isspace() for ch in value):
        raise ValueError(no_web_address(value))
    return value


def no_web_address(value: str) -> str:
    """In a sentence, with its cure."""
    return tr("{value} is no web address; it must look like https://example.com/news", value=brief(value))


def check_port(value: str) -> str:
    """An address whose port, if it has one, is a number that ports can have."""
    try:
        _ = urlsplit(value).port
    except ValueError as error:
        raise ValueError(tr("is no address: {why}", why=error)) from None
    return value


def _listening(value: str) -> IPv4Address | IPv6Address | None:
    """The address of ``HOST:PORT``, where HOST is an IP address or localhost; None for anything else."""
    host, _, port = value.rpartition(":")
    try:
        found = ip_address(host.strip("[]").replace("localhost", "127.0.0.1"))
    except ValueError:
        return None
    return found if port.isdecimal() and 0 < int(port) < 65536 else None


def is_loopback(value: str) -> bool:
    """Whether only this machine reaches an address to listen at."""
    found = _listening(value)
    return found is not None and found.is_loopback


def check_listen(value: str) -> str:
    """An address of this machine and a port. Nothing but the loopback range: the pages ask for no password."""
    if not is_loopback(value):
        raise ValueError(tr("{value} is no address of this machine; write 127.0.0.1:9464", value=brief(value)))
    return value


def check_address(value: str) -> str:
    """An IP address (or localhost) and a port. What others can reach needs an owner, which the pages look to when they begin."""
    if _listening(value) is None:
        raise ValueError(tr("{value} is no address to listen at; write 127.0.0.1:8480", value=brief(value)))
    return value


def check_host(value: str) -> str:
    """A host name, without scheme and port."""
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", value.lower()):
        raise ValueError(tr("{value} is no host name; write it as in news.example.org", value=brief(value)))
    return value.lower()


def check_network(value: str) -> str:
    """A network as crawler.fetch.guard reads it: ``10.0.0.0/8``, ``127.0.0.1:8000``, ``127.0.0.0/8:8000-8100``."""
    try:
        Allowed([value])
    except OptionError as error:
        raise ValueError(str(error)) from None
    return value


def check_pattern(value: str) -> str:
    """A regular expression that RE2 takes; RE2 runs in linear time whatever a site serves."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(value, options)
    except re2.error as error:
        reason, cure = why_refused(value, error)
        cure = tr("say which addresses are wanted, not which are not") if "NOT" in cure else cure
        fault = tr("{value} is no regular expression: {reason}", value=brief(value), reason=reason)
        raise ValueError("; ".join(filter(None, (fault, cure)))) from None
    return value


_BEIJING = "cst utc+8 gmt+8 utc+08 utc+08:00 gmt+08:00 +8 +08:00 +0800 beijing asia/beijing china 北京 北京时间 东八区 上海 中国 中国标准时间".split()
_CITIES = {
    "America/Los_Angeles": "pst pdt pt pacific 洛杉矶 旧金山", "America/New_York": "et edt eastern 纽约 美东", "America/Chicago": "ct cdt central 芝加哥",
    "Europe/London": "bst uk 伦敦", "Europe/Paris": "cest 巴黎", "Europe/Berlin": "柏林", "Asia/Tokyo": "jst 东京", "Asia/Seoul": "kst 首尔",
    "Asia/Hong_Kong": "hkt 香港", "Asia/Taipei": "台北", "Asia/Singapore": "sgt 新加坡", "Asia/Kolkata": "ist", "Australia/Sydney": "aest aedt 悉尼",
}  # fmt: skip
_BY_NAME = {name: zone for zone, names in _CITIES.items() for name in names.split()} | dict.fromkeys(_BEIJING, "Asia/Shanghai")
_OFFSET = re.compile(r"(?:utc|gmt)? ?([+-])0?(\d{1,2})(?::?00)?", re.I)


def _zones_meant(value: str) -> list[str]:
    """A zone that a strange name may stand for: an hour's offset, a city alone, a slip of the pen."""
    if named := _BY_NAME.get(value.strip().removesuffix("时间").casefold()):
        return [named]
    known = available_timezones()
    if found := _OFFSET.fullmatch(value.strip()):  # in these names the sign is turned round
        return [name for name in [f"Etc/GMT{'-' if found[1] == '+' else '+'}{int(found[2])}"] if name in known]
    cities = {name.rpartition("/")[2].casefold(): name for name in sorted(known)}
    city = difflib.get_close_matches(value.rpartition("/")[2].strip().replace(" ", "_").casefold(), cities, 1, 0.8)
    return [cities[name] for name in city] or difflib.get_close_matches(value, known if len(value) > 4 else (), 1)


def check_zone(value: str) -> str:
    """A name of the time zone database."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; a folder name is an OSError
        cure = tr("write for example Asia/Shanghai, Europe/London or UTC")
        if near := _zones_meant(value[:40]):
            cure = tr("did you mean {names}?", names=f'"{near[0]}"')
        raise ValueError(tr("{value} is no time zone; {cure}", value=brief(value), cure=cure)) from None
    return value


def check_name(value: str) -> str:
    """A name people will read in lists and write in other keys."""
    if not value.strip() or value != value.strip() or not value.isprintable() or len(value) > 80:
        form = tr("{value} is no name; use 1 to 80 printable characters without blanks at the ends", value=brief(value))
        raise ValueError(form)
    if value.startswith("tag:"):
        raise ValueError(tr("{value}: a name cannot begin with tag:, which stands for a group of sources", value=brief(value)))
    return value


def check_alias(value: str) -> str:
    """A name that a query can call with @."""
    if not re.fullmatch(r"[\w.-]{1,80}", value):
        raise ValueError(tr("{value} is no name for an alias; use letters, digits, _ . and -", value=brief(value)))
    return value


def check_currency(value: str) -> str:
    """Three capitals."""
    if not re.fullmatch("[A-Z]{3}", value):
        raise ValueError(tr("{value} is no currency; write its three letters, such as USD or CNY", value=brief(value)))
    return value


def check_agent(value: str) -> str:
    """A User-Agent header."""
    if not re.fullmatch(r"[!-~][ -~]{2,199}", value):
        raise ValueError(tr("{value} is no user agent; use 3 to 200 printable ASCII characters", value=brief(value)))
    return value


def check_body(value: Any) -> Any:
    """Text or a mapping."""
    if not isinstance(value, str | dict):
        raise ValueError(tr("{value} should be text or a mapping of keys", value=brief(value)))
    return value


def check_header(name: str, value: str) -> None:
    """Raise ValueError unless this is a request header that a source may set."""
    if not _HEADER.fullmatch(name) or not value.isascii() or not value.isprintable():
        raise ValueError(tr("{name}: a header's name is a word, its value printable ASCII on one line", name=brief(name)))
    if name.lower() in _OWN_HEADERS:
        raise ValueError(tr("{name} is set by Zhixun itself", name=brief(name)))
