"""In which language the command line answers: `--lang`, then `ZHIXUN_LANG`, then the locale. Typer's own words are among ours."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise

from typer._click.exceptions import UsageError  # what BadParameter is one of; exported nowhere

from crawler.i18n import Language, language, patterns, preferred, sentences, tr

VARIABLES = ("ZHIXUN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts


def chosen(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """The language for a command line. A name that is neither Chinese nor English is answered in English.

    The arguments are looked at before anybody parses them: the texts of help and errors are made in that language.
    """
    named = [later for one, later in pairwise(arguments) if one == "--lang"]
    named += [one.partition("=")[2] for one in arguments if one.startswith("--lang=")]
    locales = [*named, *(environ.get(name, "") for name in VARIABLES)]
    return preferred(next(filter(None, locales), ""))


class _Ours(gettext.NullTranslations):
    """What Typer asks `gettext` for, out of our catalogue."""

    def gettext(self, message: str) -> str:
        return tr(message)


def of_typer() -> None:
    """Let its headings of help and errors come from our catalogue. It takes them when it shows something for the first time."""
    gettext.translation = lambda *_domain, **_more: _Ours()  # type: ignore[assignment]


_HAN, _OPEN, _SHUT = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef", "（《〈“‘「『【", "，。；：、？！）》〉”’」』】…"
_word = re.compile(rf"\s*(?:[{_OPEN}]*(?:[^\s{_HAN}{_OPEN}]+|[{_HAN}])|[{_OPEN}]+)[{_SHUT}]*\s*")


def break_han() -> None:
    """Let lines of a terminal break between any two Chinese characters, where Rich knows blanks only; no mark begins a line."""
    import rich._wrap  # noqa: PLC0415 - help and version come without it

    rich._wrap.re_word = _word


# What Typer says of wrong usage without asking anybody for a translation.
_WRONG = tuple(sorted(sentences("typer"), key=lambda key: ("{why}" in key, len(key)), reverse=True))

ENGLISH = {  # what Pydantic says to who wrote the program, as people say it
    "Value error, {why}": "{why}",
    "Input should be greater than or equal to {bound}": "must be at least {bound}",
    "Input should be less than or equal to {bound}": "must be at most {bound}",
    "Input should be a valid integer, unable to parse string as an integer": "must be a whole number",
    "Input should be a valid number, unable to parse string as a number": "must be a number",
}


def said(sentence: str) -> str:
    """A sentence of Typer's about wrong usage, and the one within it, in the language of the caller."""
    sentence = re.sub(r"\s*\n\s*", " ", sentence)
    for key, pattern in patterns(_WRONG):
        if found := pattern.fullmatch(sentence):
            parts = found.groupdict()
            if language() == "zh" and "near" in parts:
                parts["near"] = parts["near"].replace(", ", "、")
            key = ENGLISH.get(key, key) if language() == "en" else key
            return tr(key, **parts | ({"why": said(parts["why"])} if "why" in parts else {}))
    return tr(sentence)


@contextmanager
def usage() -> Iterator[None]:
    """Wrong usage within the block is told in the language of the caller."""
    try:
        yield
    except UsageError as error:
        text = said(error.format_message())
        error.format_message = lambda: text  # type: ignore[method-assign]
        raise
