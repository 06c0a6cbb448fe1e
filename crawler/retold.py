"""Why something failed, in the reader's language: the store keeps such reasons in English, as the log and programs know them.

What we say ourselves is a closed list with its places, data/zh/reasons.json; an answer of somebody else's server stays as it is.
"""

from __future__ import annotations

import re

from crawler.i18n import catalogue, language, patterns, sentences, tr
from crawler.record import Reason

<<<<<<< HEAD
SAID = sentences("reasons")  # the longer before the shorter that it holds
SYSTEM = sentences("system")  # what an operating system says, behind its number and before the address
=======
SAID = (  # the longer before the shorter that it holds
    "this is no feed: it begins with {what}", "this feed is too broken to be read: {why}", "this JSON feed cannot be read: {why}",
    "this JSON feed has no list of items", "this is no JSON: {why}; it begins with {what}", "this is no sitemap: it begins with {what}",
    "the page has no JSON in a script or variable named {name}", "there is nothing at items: {path}; the answer has {what}",
    "this JSON holds no list of articles; it has {what}", "no link on the page is found by links: {links}; the page may have changed",
    "no list of articles was found on the page; say where it is with `links` (a CSS selector)", "refused unread: {why}",
    "the page is no HTML: {why}", "the page is empty",
    "no article: {why} ({what})", "no article: {why}", "no article in the known layout of {site}", "no article in the known script of {site}",
    "no article in the layout of a public account", "no article in any known layout of the site",
    "far more tags than an article of this site has", "no kind takes the options {options} together; name the source's kind",
    "the answer is an HTML page; until now this was a source of kind {kind}",
    "no whole answer within {seconds} s", "more than {bytes} bytes", "HTTP 304 to a request that asked for the whole", "{what} is no answer",
    "{why}; to visit it all the same, name its network in crawl.allow_networks", "no address to visit: {why}", "no web address: {why}",
    "robots.txt: {why}", "there is no browser", "no connection to {host}: {why}", "the connection broke: {why}",
    "the channel's address is not a web address", "redirects of channels are not followed", "an answer without a code: {answer}",
    "an answer other than ok: {answer}", "an answer without a message id: {answer}", "{path} cannot be written: {why}",
    "{host} took longer than {seconds} s", "no channel of this name is configured any more",
    "none of {n} items has an address; an item has {what}; set `link` or `link_template`", "written to {path}", "the program ended {n} times while it was sending this",
    "the same event as record {record}: {marks} ({points} points)", "{share} of the shorter text stands in the other, record {record}", "{share} of the shorter text stands in the other",
    "set apart by a person", "joined by a person", "older than {age}", "found on its source's first poll",
    "without a date, on its source's first poll", "canonical: {what}", "next-page: {what}", "parser-fallback: {why}", "text-from-source: {why}",
    "page has {n} characters",
)  # fmt: skip
SYSTEM = (  # what an operating system says, behind its number and before the address
    "Connection refused", "Connect call failed", "Connection reset by peer", "Network is unreachable", "No route to host",
    "Name or service not known", "Temporary failure in name resolution", "No address associated with hostname",
    "Connection timed out", "Server disconnected", "Permission denied", "No such file or directory", "Is a directory",
    "No space left on device", "Read-only file system", "certificate has expired", "self-signed certificate",
    "unable to get local issuer certificate", "File exists", "Not a directory", "Address already in use",
    "Cannot assign requested address", "Operation not permitted", "File name too long", "Too many open files",
)  # fmt: skip
>>>>>>> brk
_system = re.compile(rf"(?:\[Errno -?\d+\] )?({'|'.join(map(re.escape, SYSTEM))})(?: \('([^']*)', (\d+)(?:, \d+, \d+)?\))?")
_reason = re.compile(rf"({'|'.join(re.escape(str(reason)) for reason in sorted(Reason, key=len, reverse=True))})(?=: |$)")


def retold(reason: str) -> str:
    """A reason in the language of the caller, and the reason within it; as it is where it is nobody's but a server's."""
    if language() == "en":
        return _system.sub(_told_by_system, reason)
    if (named := _reason.match(reason)) and (rest := reason[named.end() :]):
        return f"{tr(named[1])}{tr(': ')}{retold(rest[2:])}"
    for key, pattern in patterns(SAID):
        if found := pattern.fullmatch(reason):
            return tr(key, **{name: _part(name, said) for name, said in found.groupdict().items()})
    told = tr(reason)
    return _system.sub(_told_by_system, _marks(reason) if told == reason else told)


def system_fault(error: OSError) -> str:
    """What the operating system says, in the language of the caller."""
    return retold(error.strerror or str(error) or type(error).__name__)


def _marks(said: str) -> str:
    """The marks that two articles share, each by its name; anything else as it is."""
    marks = said.split(", ")
    return tr(", ").join(map(tr, marks)) if all(mark in catalogue() for mark in marks) else said


def _part(name: str, said: str) -> str:
    """A reason within a reason, or the marks that two articles share, each by its name."""
    if name == "marks":
        return _marks(said)
    return retold(said) if name == "why" else said


def _told_by_system(found: re.Match[str]) -> str:
    place = tr(" ({host}:{port})", host=found[2], port=found[3]) if found[2] else ""
    return (tr("nobody answers") if found[1] == "Connect call failed" else tr(found[1])) + place
