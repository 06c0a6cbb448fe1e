"""The words of a query: tokens with their places, and the error that points at one of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from crawler.i18n import tr
from crawler.text import HAN
from storage.rules.ast import CHINESE_FIELDS, FIELDS

_OPERATORS = ("AND", "OR", "NOT")
_FOREIGN = {  # what other languages and rule files use, and what it is called here
    "!": "for without write NOT or -",
    "+": "all terms are required anyway: leave the + away",
    "|": "for either write OR",
    "&": "for both write AND, or nothing",
    "#": "a query has no comments; for a hashtag write it in quotes",
    "、": "for either of several write OR between them",
    ";": "for either of several write OR between them",
    "／": "an expression stands between two ASCII slashes",
    "~": "for terms near each other write near(a, b, 5)",
    "^": "no term weighs more than another: leave the ^ away",
    **dict.fromkeys("[【{", "terms are grouped by ( and ); for the sign itself write it in quotes"),
    "=>": "names and other settings do not belong into the query",
}
_behind = re.compile(r"(?<=.)([~^])(?:\d+(?:\.\d+)?)?$")  # as search engines write likeness and weight
# operators in words, alone between two terms
_SPOKEN = {"且": "&", "并且": "&", "与": "&", "和": "&", "或": "|", "或者": "|", "非": "!"}
_blank = re.compile(r"\s+")
_field = re.compile(f"([A-Za-z_]+|[{HAN}]+):")
_function = re.compile(r"([a-z]{3,})(?=\()")
_comparison = re.compile("[<>]=?|[≥≤]|==?")
_regex = re.compile(r"/((?:[^/\\]|\\.)+)/([A-Za-z]*)", re.DOTALL)
_quoted = re.compile(
    r'["“”„‟＂]((?:[^"“”„‟＂\\]|\\.)*)["“”„‟＂]|「((?:[^」\\]|\\.)*)」|『((?:[^』\\]|\\.)*)』|«((?:[^»\\]|\\.)*)»|‘((?:[^‘’]|(?<=\w)’(?=\w))*)’'
    r"|'((?:[^']|(?<=\w)'(?=\w))*)'(?=[\s)）,，*]|$)",
    re.DOTALL,
)
_alias = re.compile(r"@([\w\-.]+)")
_QUOTES = '"“”„‟＂「」『』«»'
_SINGLE = "'‘"  # … where a word begins: inside one it is an apostrophe
_word = re.compile(rf"[^\s()（）{_QUOTES},，、;；]+")
DASHES = "-－﹣﹘‐‑‒–—―⸺⸻−⁃─"  # as keyboards and word processors write the minus; one for Chinese types —— at a stroke
_minus = re.compile(f"[{re.escape(DASHES)}]+")
_raw = re.compile(rf"[^\s()（）{_QUOTES}]+")
_COMPARISONS = {"≥": ">=", "≤": "<=", "==": "="}
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def narrow(text: str) -> str:
    """The text with its full-width letters, digits and signs as their ASCII twins, one for one."""
    return text.translate(_NARROW)


def alias_in(word: str, aliases: Collection[str]) -> str | None:
    """The name of the alias that a word of a list stands for, whether or not it is one of these; None for a word like others."""
    name = word.strip()
    if name[:1] not in ("@", "＠"):
        return None
    return name[1:] if name[1:] in aliases else narrow(name[1:])


def quoted(text: str) -> str:
    """A phrase that is this text, whatever stands in it."""
    return '"' + re.sub(r'["“”„‟＂\\]', r"\\\g<0>", text) + '"'


class QueryError(ValueError):
    """A query that cannot do what its author means. `position` is a code-point offset into `query`."""

    def __init__(self, message: str, position: int = 0, query: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.query = query

    def __reduce__(self) -> tuple[type[QueryError], tuple[str, int, str]]:  # travels between processes
        return (QueryError, (self.message, self.position, self.query))

    def render(self, width: int = 100) -> str:
        """The line of the query, a caret under the place, and the message. Han takes two columns."""
        start = max(0, self.position - width // 2)
        line = " ".join(self.query[start : start + width].splitlines()) or " "
        before = self.query[start : self.position]
        columns = sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in before)
        return f"{line}\n{' ' * columns}^ {self.message}"


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a query. `kind`: ( ) , AND OR NOT op word phrase regex field alias function end."""

    kind: str
    text: str
    at: int
    end: int
    flags: str = ""


def tokens(query: str) -> tuple[Token, ...]:
    """All tokens, an ``end`` behind them. Raises QueryError."""
    return tuple(_Lexer(query).all())


class _Lexer:
    def __init__(self, query: str) -> None:
        self.query = query
        self.plain = narrow(query)  # for all but terms, which are as they were written
        self.at = 0
        self.open: list[str] = []  # "" for a group, else the name of the function whose arguments we are in
        self.last = Token("start", "", 0, 0)

    def all(self) -> Iterator[Token]:
        while True:
            blank = _blank.match(self.query, self.at)
            self.at = blank.end() if blank else self.at
            if self.at >= len(self.query):
                yield Token("end", "", len(self.query), len(self.query))
                return
            self.last = self._token()
            self.at = self.last.end
            yield self.last

    def _error(self, message: str, at: int | None = None) -> QueryError:
        return QueryError(message, self.at if at is None else at, self.query)

    def _token(self) -> Token:
        ch, plain = self.query[self.at], self.plain[self.at]
        if plain in "(),":
            return self._mark(plain)
        if ch in _QUOTES or (ch in _SINGLE and _quoted.match(self.query, self.at)):
            return self._phrase()
        if self.last.kind == "op" and (raw := _raw.match(self.query, self.at)):
            return Token("word", raw.group(), self.at, raw.end())
        if match := _comparison.match(self.plain, self.at):
            return Token("op", _COMPARISONS.get(match.group(), match.group()), self.at, match.end())
        is_link = self.last.kind == "field" and self.last.text in ("link", "链接") and ch != "/"
        if is_link and (raw := _raw.match(self.query, self.at)):
            return Token("word", raw.group(), self.at, raw.end())
        if ch == "/":
            return self._regex()
        if match := _minus.match(self.query, self.at):
            return self._minus(match)
        if why := _FOREIGN.get(ch) or _FOREIGN.get(plain):
            raise self._error(tr(why))
        return self._named() or self._word()

    def _mark(self, mark: str) -> Token:
        if mark == "(":
            self.open.append(self.last.text if self.last.kind == "function" else "")
        elif mark == ")" and self.open:
            self.open.pop()
        elif mark == "," and not (self.open and self.open[-1]):
            raise self._error(tr("a comma parts the arguments of near, atleast and count; for either of two terms write OR"))
        return Token(mark, mark, self.at, self.at + 1)

    def _phrase(self) -> Token:
        match = _quoted.match(self.query, self.at)
        if match is None:
            raise self._error(tr("this quote is never closed"))
        inside = next(part for part in match.groups() if part is not None)
        return Token("phrase", re.sub(r"\\(.)", r"\1", inside), self.at, match.end())

    def _regex(self) -> Token:
        match = _regex.match(self.query, self.at)
        if match is None:
            raise self._error(tr("this / opens an expression that is never closed; for a term with a slash write it in quotes"))
        if strange := "".join(sorted(set(match[2]) - set("ims"))):
            raise self._error(tr("no flag {flag!r} for an expression: there is i, m and s", flag=strange), match.start(2))
        return Token("regex", match[1].replace("\\/", "/"), self.at, match.end(), "".join(sorted(set(match[2]))))

    def _minus(self, dashes: re.Match[str]) -> Token:
        if not self.query[dashes.end() : dashes.end() + 1].strip():
            raise self._error(tr("put the - directly before what must not occur"))
        return Token("NOT", "-", self.at, dashes.end())

    def _named(self) -> Token | None:
        if match := _function.match(self.plain, self.at):
            if match[1].upper() in _OPERATORS:
                raise self._error(tr("write {word} in capitals", word=match[1].upper()))
            return Token("function", match[1], self.at, match.end())
        if match := _field.match(self.plain, self.at):
            if match[1] not in FIELDS and match[1] not in CHINESE_FIELDS:
                raise self._error(_unknown_field(match[1]))
            return Token("field", match[1], self.at, match.end())
        if self.plain[self.at] != "@":
            return None
        match = _alias.match(self.plain, self.at)
        if match is None:
            raise self._error(tr("@ stands before the name of an alias"))
        return Token("alias", self.query[match.start(1) : match.end()], self.at, match.end())

    def _word(self) -> Token:
        match = _word.match(self.query, self.at)
        assert match is not None  # whatever is no word was dealt with before
        text, end = match.group(), match.end()
        capitals = unicodedata.normalize("NFKC", text)
        if capitals in _OPERATORS:
            return Token(capitals, capitals, self.at, end)
        if capitals.upper() in _OPERATORS:
            raise self._error(
                tr('write {word} in capitals; for the word itself write "{text}"', word=capitals.upper(), text=text)
            )
        if sign := re.search(r"\|", narrow(text)) or _behind.search(narrow(text)):
            raise self._error(tr(_FOREIGN[sign[0][0]]), self.at + sign.start())
        if text in _SPOKEN and self.query.strip() != text:
            raise self._error(tr(_FOREIGN[_SPOKEN[text]]))
        return Token("word", text, self.at, end)


def _unknown_field(name: str) -> str:
    close = get_close_matches(name.casefold(), [*FIELDS, *CHINESE_FIELDS], 1, 0.6)
    if close:
        return tr("no field {name}:, did you mean {near}:?", name=name, near=close[0])
    return tr(
        "no field {name}: (there is {fields}); for a term with a colon in it, write it in quotes",
        name=name,
        fields=", ".join(FIELDS),
    )
