"""The two languages of what users read: the English sentence is the key, the Chinese one stands in `data/zh/*.json`.

`tr` renders at once, in the language of the caller: a command line takes it from `--lang`, `ZHIXUN_LANG` or the locale, a page from its
reader. A sentence without a Chinese entry is shown in English; a test asks for both, with the same placeholders.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]

_language: ContextVar[Language | None] = ContextVar("language", default=None)
_of_process: list[Language] = ["en"]
_CATALOGUE = Path(__file__).parent / "data" / "zh"


def language() -> Language:
    """The language of the one who asks now."""
    return _language.get() or _of_process[0]


def speak(wanted: Language) -> None:
    """Answer in this language from now on, in all threads; who is inside a `speaking` block keeps its language."""
    _of_process[0] = wanted


@contextmanager
def speaking(wanted: Language) -> Iterator[None]:
    """Answer in this language inside the block."""
    token = _language.set(wanted)
    try:
        yield
    finally:
        _language.reset(token)


def tr(message: str, /, **values: object) -> str:
    """The sentence in the language of the caller, with its `{values}` filled in; a count of one is followed by the singular."""
    if language() == "zh":
        sentence = catalogue().get(message, message)
    else:
        sentence = _counted.sub(partial(_one, values), message) if 1 in values.values() else message
    return sentence.format(**values) if values else sentence


_NOUNS = (  # what our sentences count; a verb behind a number or a name ends in s as well
    "alerts articles bytes channels characters days deliveries entries feeds fields gaps items labels lines links lists matches messages notes others points"
    " publishers records reports reprints rows rules sources stories tellers terms times tokens tries versions words"
)
_counted = re.compile(rf"\{{(\w+)\}}((?: [a-z]+)?) ({_NOUNS.replace(' ', '|')})\b( (?:are|were)\b)?")
_ENDS = (("ies", "y"), ("ches", "ch"), ("s", ""))


def _one(values: Mapping[str, object], found: re.Match[str]) -> str:
    """``{n} later matches are`` → ``{n} later match is``, where n is 1."""
    if values.get(found[1]) != 1:
        return found[0]
    many, few = next(pair for pair in _ENDS if found[3].endswith(pair[0]))
    acts = {" are": " is", " were": " was"}.get(found[4] or "", "")
    return f"{{{found[1]}}}{found[2]} {found[3].removesuffix(many)}{few}{acts}"


def retell(text: str, keys: tuple[str, ...]) -> str:
    """A finished English sentence that is one of `keys`, in the language of the caller; any other as it is."""
    if language() == "zh":
        for key, pattern in patterns(keys):
            if found := pattern.fullmatch(text):
                return tr(key, **found.groupdict())
    return text


@cache
def sentences(area: str) -> tuple[str, ...]:
    """The English sentences of one file of the catalogue, in its order: where what others said is looked for among them."""
    return tuple(json.loads((_CATALOGUE / f"{area}.json").read_text(encoding="utf-8")))


@cache
def patterns(keys: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each of these sentences, and what finds it with its `{values}` filled in."""
    return tuple((key, re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(key)), re.S)) for key in keys)


def plural(one: str, many: str, /, n: int, **values: object) -> str:
    """`tr` of the English singular or plural by `n`; the Chinese entry stands under the plural."""
    return tr(one if n == 1 and language() == "en" else many, n=n, **values)


def preferred(locale: str) -> Language:
    """The language for a locale name or an Accept-Language header: `zh_CN.UTF-8`, `en-GB,en;q=0.8,zh;q=0.5`."""
    weights: dict[str, float] = {}
    for entry in locale.lower().replace("_", "-").split(","):
        tag, _, quality = entry.strip().partition(";")
        try:
            weights.setdefault(tag[:2], float(quality.strip().removeprefix("q=") or 1))
        except ValueError:
            continue
    return "zh" if weights.get("zh", 0) > weights.get("en", 0) else "en"


@cache
def catalogue() -> Mapping[str, str]:
    """English sentence → Chinese sentence, of all rooms."""
    found: dict[str, str] = {}
    for file in sorted(_CATALOGUE.glob("*.json")):
        found.update(json.loads(file.read_text(encoding="utf-8")))
    return found
