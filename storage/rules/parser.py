"""The language of rules, searches and back-tests, read into a tree.

    a b, a AND b     both                       title:x  title:(a OR b)      in one field
    a OR b           either                     published:>=2026-01-01       also > < <= =, and -7d for "seven days ago"
    NOT a, -a        not                        near(a, b, 20)               at most 20 words (or Han characters) between them
    "a phrase"       word by word               atleast(2, a, b, c)          two of the three
    prefix*          any ending                 count(a) >= 3                three times or more
    /regex/i         RE2, over the original     @name                        any of the alias's terms

NOT binds closest, then AND, then OR. A bare term looks in title and text. Full-width （ ） “ ” ： ， are taken for their ASCII twins.
Whatever could not do what its author means is a `QueryError` that points at the character.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from difflib import get_close_matches

import re2

from crawler.i18n import tr
from crawler.nlp.lexicon import all_by_name
from crawler.text import CJK, normal, unquoted
from storage.rules import dates as when
from storage.rules.ast import (
    BARE,
    CHINESE_FIELDS,
    CONCEPTS,
    FIELDS,
    Alias,
    And,
    AtLeast,
    Count,
    Near,
    Node,
    Not,
    Or,
    Published,
    Regex,
    Term,
    compile_regex,
)
from storage.rules.expressions import why_refused
from storage.rules.lexer import DASHES, QueryError, Token, alias_in, narrow, tokens
from storage.rules.lint import flaw
from storage.rules.spellings import spellings

__all__ = ["Query", "QueryError", "parse"]

MAX_LENGTH = 10_000  # code points
MAX_NODES = 2_000
MAX_WORDS = 50_000  # of a list of keywords
MAX_DEPTH = 40
MOST_DIGITS = 9  # of how many words or places: more than a text can have
_on = rf"[^\W{CJK}]"  # what goes on with a word: beside Han a word or a number is at its end
_initials = re.compile(rf"(?<!{_on}|[.-])[A-Z]{{2,4}}(?!{_on}|[.-])")
_dotted = re.compile(rf"(?<!{_on}|[.-])(?:[a-z]\.){{2,4}}(?!{_on})")
_OWN_WORDS = frozenset(("am", "as", "in", "is", "it", "no", "us"))  # without its dots U.S. is another word
_any_ending = re.compile(r"(?<=\w{3})[*＊]$")
_dash = re.compile(f"[{re.escape(DASHES)}]")
_hyphen = re.compile(r"(?<=[A-Za-z])[-‐‑–](?=[A-Za-z])")
_number = re.compile(rf"(?<!{_on}|[.,])(?!0|(?:19|20)\d\d(?:\b|年))(?:\d{{4,15}}|\d{{1,3}}(?:,\d{{3}})+)(?!{_on}|[.,])")
_comma, _wide_comma = (re.compile(rf"(?<=\d){sign}(?=\d{{3}}(?!\d))") for sign in ",，")
LONG_FORMS = {"大模型": "大语言模型"}  # a short form that skips characters: no run of them stands in the long one
FUNCTIONS = ("near", "atleast", "count")


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood. `version` changes when its text or an alias it uses does."""

    text: str
    root: Node
    version: str


def parse(query: str, aliases: Mapping[str, Sequence[str]] | None = None, zone: tzinfo = UTC, *, most: int = MAX_NODES) -> Query:
    """The query as a tree. `zone` is where its dates are days. Raises QueryError; a list of words may have more than `MAX_NODES`."""
    longest = MAX_LENGTH * most // MAX_NODES * (1 if most == MAX_NODES else 10)
    if len(query) > longest:
        told = tr("a query has at most {longest} characters; use an alias or a second rule", longest=longest)
        raise QueryError(told, longest, query)
    query = query.encode("utf-8", "replace").decode()  # a shell may hand over half a character
    parser = _Parser(query, aliases or {}, zone, most)
    root = parser.whole()
    wrong = flaw(root)
    if wrong is not None:
        raise QueryError(wrong.message, wrong.at, query)
    used = "".join(f"\n@{name}={tuple((aliases or {})[name])}" for name in sorted(parser.used))
    return Query(query, root, hashlib.sha256((query + used).encode("utf-8", "replace")).hexdigest()[:12])


def needles_of(written: str) -> tuple[str, ...]:
    """The ways a term may stand in a normal form, its own first: ``gpt 5`` and ``gpt5`` are one, fine-tuning is written finetuning by some
    papers, AI A.I. and 10000 10,000, 大模型 is short for 大语言模型, and 着陆 is 著陆 in Taiwan."""
    written = unquoted(written)
    plain = normal(written).replace("\n", " ").strip()
    units = (plain, re.sub(r"(?<=\d) (?=[a-z]{2})", "", plain), re.sub(r"(?<=\d)(?=[a-z]{2})", " ", plain))  # 3nm, 3 nm
    joined = [re.sub(r"(?<=[a-z]) (?=\d)", "", one) for one in units]
    parted = [re.sub(r"(?<=[a-z]{3})(?=\d)", " ", one) for one in units]  # not for one or two letters: A100 is no "a 100"
    dotted = normal(_initials.sub(lambda found: "".join(f"{letter}." for letter in found[0]), written)).strip()
    closed = normal(_hyphen.sub("", written)).strip()
    bare = _dotted.sub(lambda found: found[0] if (word := found[0].replace(".", "")) in _OWN_WORDS else word, plain)
    narrowed = _wide_comma.sub(",", plain)
    grouped = _number.sub(lambda found: found[0].replace(",", "") if "," in found[0] else f"{int(found[0]):,}", narrowed)
    numbers = (grouped, narrowed, *(_comma.sub("，", one) for one in (grouped, narrowed)))
    forms = (*units, *joined, *parted, dotted, bare, closed, *numbers, LONG_FORMS.get(plain), *spellings(plain))
    return tuple(dict.fromkeys(form for form in forms if form))


def _other_names(needles: Sequence[str], scope: Sequence[str]) -> tuple[str, ...]:
    """What else a technology, an industry or a company is called, in a field of such: ``tech:大语言模型`` means large language model."""
    kind = CONCEPTS.get(scope[0])
    known = (one for needle in needles for one in all_by_name(kind).get(needle, ())) if kind else ()
    names = (normal(name) for one in known for name in (one.zh, one.en))
    return tuple(dict.fromkeys(name for name in names if name not in needles))


class _Parser:
    """Recursive descent over the tokens. One instance reads one query."""

    def __init__(self, query: str, aliases: Mapping[str, Sequence[str]], zone: tzinfo, most: int) -> None:
        self._most = most
        self.query = query
        self.aliases = aliases
        self.zone = zone
        self.used: set[str] = set()
        self._tokens = tokens(query)
        self._place = 0
        self._depth = 0
        self._nodes = 0
        self._scope: tuple[str, ...] = BARE

    # ---- tokens

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._tokens[self._place]
        self._place = min(self._place + 1, len(self._tokens) - 1)
        return token

    def _expect(self, kind: str, message: str, at: int | None = None) -> Token:
        if self._next.kind != kind:
            raise self._error(message, self._next.at if at is None else at)
        return self._take()

    def _error(self, message: str, at: int) -> QueryError:
        return QueryError(message, at, self.query)

    # ---- logic

    def whole(self) -> Node:
        if self._next.kind == "end":
            raise self._error(tr("the query is empty: say what to look for"), 0)
        node = self._either()
        if self._next.kind == ")":
            raise self._error(tr("this ) closes nothing"), self._next.at)
        if self._next.kind != "end":
            told = tr("{text!r} does not belong here: for either of two write OR", text=self._next.text)
            raise self._error(told, self._next.at)
        return node

    def _either(self) -> Node:
        at = self._next.at
        parts = [self._both()]
        while self._next.kind == "OR":
            self._take()
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts), at=at)

    def _both(self) -> Node:
        at = self._next.at
        parts = [self._one()]
        while self._next.kind not in ("OR", ")", ",", "end"):
            if self._next.kind == "AND":
                self._take()
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts), at=at)

    def _one(self) -> Node:
        self._nodes += 1
        if self._nodes > self._most:
            raise self._error(tr("more than {most} terms: use several rules", most=self._most), self._next.at)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(tr("nested deeper than {most}", most=MAX_DEPTH), self._next.at)
        try:
            return self._primary()
        finally:
            self._depth -= 1

    def _primary(self) -> Node:
        token = self._take()
        read: dict[str, Callable[[Token], Node]] = {
            "NOT": lambda t: Not(self._one(), at=t.at),
            "(": self._group,
            "word": self._word,
            "phrase": self._phrase,
            "regex": self._regex,
            "field": self._field,
            "alias": self._alias,
            "function": self._function,
        }
        if token.kind in read:
            return read[token.kind](token)
        if token.kind == "end":
            before = self._tokens[self._place - 1] if self._place else token
            missing = tr("something is missing")
            if before.kind in ("AND", "OR", "NOT"):
                missing = tr("{kind} needs something on its right", kind=before.text)
            raise self._error(missing, token.at)
        if token.kind in ("AND", "OR"):
            raise self._error(tr("{kind} needs something on its left", kind=token.kind), token.at)
        if token.kind == "op":
            told = tr("{text} compares published or a count: published:>=2026-01-01, count(a) >= 3", text=token.text)
            raise self._error(told, token.at)
        raise self._error(tr("nothing between the parentheses") if token.kind == ")" else tr("a term is missing here"), token.at)

    def _group(self, opening: Token) -> Node:
        if self._next.kind == ")":
            raise self._error(tr("nothing between the parentheses"), opening.at)
        node = self._either()
        self._expect(")", tr("this ( is never closed"), opening.at)
        return node

    # ---- leaves

    def _word(self, token: Token) -> Node:
        text = token.text.replace("＊", "*")
        if text.strip("*") == "":
            raise self._error(tr("a * alone would match everything"), token.at)
        if "*" in text[:-1]:
            raise self._error(tr("a * stands at the end of a term only: for more write /a.*b/"), token.at + text.index("*"))
        return self._term(text.rstrip("*"), text.endswith("*"), token)

    def _phrase(self, token: Token) -> Node:
        prefix = self._next.kind == "word" and self._next.text in "*＊" and self._next.at == token.end
        if prefix:
            self._take()
        if inside := _any_ending.search(token.text):  # meant so, and nothing else would be found; Q* is a name
            return self._term(token.text[: inside.start()], True, token)
        return self._term(token.text, prefix, token)

    def _term(self, written: str, prefix: bool, token: Token) -> Term:
        needles = needles_of(written)[: 1 if FIELDS[self._scope[0]] == "line" else None]
        if not needles or all(unicodedata.category(ch)[0] in "PZ" for ch in needles[0]):
            told = tr("nothing of {written!r} is left to look for: it has no letter, digit or sign", written=written)
            raise self._error(told, token.at)
        return Term(written, (*needles, *_other_names(needles, self._scope)), self._scope, prefix, at=token.at)

    def _regex(self, token: Token) -> Node:
        node = Regex(token.text, token.flags, self._scope, at=token.at)
        try:
            found = compile_regex(node.inline).search("")
        except re2.error as error:
            raise self._error(tr("; ").join(filter(None, why_refused(token.text, error))), token.at) from error
        if found is not None:
            raise self._error(tr("this expression matches the empty text, and so everything"), token.at)
        return node

    def _field(self, token: Token) -> Node:
        name = CHINESE_FIELDS.get(token.text, token.text)
        if self._scope != BARE:
            raise self._error(tr("{text}: cannot stand inside {scope}:( … )", text=token.text, scope=self._scope[0]), token.at)
        if name == "published":
            return self._published(token)
        if self._next.kind not in ("word", "phrase", "regex", "(", "alias", "function"):
            raise self._error(tr("{text}: needs a value", text=token.text), token.end)
        self._scope = (name,)
        try:
            return self._one()
        finally:
            self._scope = BARE

    def _published(self, token: Token) -> Published:
        op = self._take() if self._next.kind == "op" else None
        value = self._expect("word", tr("published: needs a date, as in published:>=2026-01-01 or published:>=-7d"))
        try:
            node = when.condition(op.text if op else "=", _dash.sub("-", narrow(value.text)), self.zone)
        except ValueError as error:
            raise self._error(str(error), value.at) from error
        return replace(node, at=token.at)

    def _alias(self, token: Token) -> Node:
        name = alias_in(f"@{token.text}", self.aliases) or ""
        if name not in self.aliases:
            unknown = tr("no alias @{text} in the configuration", text=name)
            raise self._error(_did_you_mean(unknown, name, self.aliases, "@"), token.at)
        values = self.aliases[name]
        if not values:
            raise self._error(tr("the alias @{text} has no terms", text=name), token.at)
        self.used.add(name)
        parts = tuple(self._alias_value(value, token) for value in values)
        return Alias(name, parts[0] if len(parts) == 1 else Or(parts, at=token.at), at=token.at)

    def _alias_value(self, value: str, token: Token) -> Node:
        """A term of an alias is one phrase, blanks and all; a * at its end and /…/ mean what they mean in a query."""
        slashes = re.fullmatch(r"/(.+)/([a-z]*)", value, re.DOTALL)
        if slashes:
            return self._regex(replace(token, text=slashes[1], flags=slashes[2]))
        return self._term(value.rstrip("*"), value.endswith("*"), token)

    # ---- functions

    def _function(self, token: Token) -> Node:
        if token.text not in FUNCTIONS:
            raise self._error(_did_you_mean(tr("no function {text}()", text=token.text), token.text, FUNCTIONS, ""), token.at)
        self._expect("(", tr("{text} needs its ( directly behind it", text=token.text))
        least = self._number("atleast(2, a, b, c) begins with a number") if token.text == "atleast" else 0
        parts, last = self._arguments(token)
        if token.text == "near":
            return self._near(token, parts, last)
        if last is not None:
            parts.append(self._term(last.text, False, last))
        if token.text == "atleast":
            return self._atleast(token, least, parts)
        return self._count(token, parts)

    def _number(self, message: str) -> int:
        token = self._expect("word", message)
        if not token.text.isdecimal():
            raise self._error(message, token.at)
        if self._next.kind == ",":
            self._take()
        return self._counted(token)

    def _counted(self, token: Token) -> int:
        """A number of words or places. None is longer than a text can be."""
        if len(token.text) > MOST_DIGITS:
            raise self._error(tr("no article has so many words"), token.at)
        return int(token.text)

    def _arguments(self, token: Token) -> tuple[list[Node], Token | None]:
        """The arguments, and apart from them a bare number at the end."""
        parts: list[Node] = []
        while True:
            if self._next.kind == "word" and self._next.text.isdecimal() and self._tokens[self._place + 1].kind == ")":
                number = self._take()
                self._take()
                return parts, number
            parts.append(self._either())
            if self._next.kind == ")":
                self._take()
                return parts, None
            self._expect(",", tr("this {text}( is never closed", text=token.text), token.at)

    def _near(self, token: Token, parts: list[Node], last: Token | None) -> Node:
        if last is None:
            raise self._error(tr("near(a, b, 20) ends with the number of words that may lie between"), token.at)
        if len(parts) < 2:
            raise self._error(tr("near(a, b, 20) needs two terms or more"), token.at)
        self._only_terms("near", parts)
        return Near(tuple(parts), self._counted(last), at=token.at)

    def _atleast(self, token: Token, least: int, parts: list[Node]) -> Node:
        if least < 1:
            raise self._error(tr("atleast(0, …) is always true"), token.at)
        if least > len(parts):
            raise self._error(tr("atleast({least}, …) of {n} can never be true", least=least, n=len(parts)), token.at)
        return AtLeast(least, tuple(parts), at=token.at)

    def _count(self, token: Token, parts: list[Node]) -> Node:
        if len(parts) != 1:
            raise self._error(tr("count( … ) takes one term, or several with OR between them"), token.at)
        self._only_terms("count", parts)
        op = self._expect("op", tr("count(a) needs a comparison behind it, as in count(a) >= 3"))
        value = self._expect("word", tr("{text} needs a number", text=op.text))
        if not value.text.isdecimal():
            raise self._error(tr("{text} needs a number, not {given!r}", text=op.text, given=value.text), value.at)
        number = self._counted(value)
        low = {">": number + 1, ">=": number, "=": number}.get(op.text, 0)
        high = {"<": number - 1, "<=": number, "=": number}.get(op.text)
        if high is not None and high < 0:
            raise self._error(tr("no count is less than 0"), value.at)
        return Count(parts[0], low, high, f"{op.text} {number}", at=token.at)

    def _only_terms(self, name: str, parts: Sequence[Node]) -> None:
        for part in parts:
            if isinstance(part, Or | Alias):
                self._only_terms(name, part.parts if isinstance(part, Or) else (part.part,))
            elif not isinstance(part, Term | Regex):
                told = tr("{name}( … ) looks at places: it takes terms, aliases and OR, nothing else", name=name)
                raise self._error(told, part.at)


def _did_you_mean(message: str, name: str, known: Mapping[str, object] | Sequence[str], mark: str) -> str:
    close = get_close_matches(name, list(known), 1, 0.6)
    if close:
        return tr("{text}, did you mean {mark}{close}?", text=message, mark=mark, close=close[0])
    return tr("{text}; there is {names}", text=message, names=", ".join(mark + one for one in known)) if known else message
