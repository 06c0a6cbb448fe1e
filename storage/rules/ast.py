"""A query as a tree: what `storage.rules.parser` reads, `storage.rules.lint` checks and `storage.rules.match` looks for.

    And Or Not                   the logic
    Term Regex Published         the leaves; a leaf knows the fields it looks in
    Near AtLeast Count           conditions on the places of several leaves
    Alias                        a named Or, kept so that an explanation can use the user's own word

`at` is where a node stands in the query. It says nothing about the meaning, so it does not count when nodes are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import re2

# Field → how a term stands in it: as whole words, as a whole value (a line of it), or anywhere.
FIELDS = dict.fromkeys("title text keyword tech industry company event author publisher".split(), "word")
FIELDS |= {"source": "line", "tag": "line", "lang": "line", "link": "part", "published": "date"}
# The names that the fields have in a Chinese record.
CHINESE_FIELDS = dict(zip("标题 正文 关键词 技术 行业 公司 事件 作者 媒体 来源 标签 语言 链接 发布".split(), FIELDS, strict=True))
CONCEPTS = {
    "tech": "technology",
    "industry": "industry",
    "company": "company",
}  # fields of values that have names in both languages
BARE = ("title", "text")  # where a term without a field looks


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A part of a query; `at` is where it stands in it."""

    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Term(_Placed):
    """A word, phrase or prefix. `needles` are its ways to stand in a normal form; any of them will do."""

    written: str
    needles: tuple[str, ...]
    scope: tuple[str, ...] = BARE
    prefix: bool = False

    @property
    def mode(self) -> str:
        return FIELDS[self.scope[0]]


@dataclass(frozen=True, slots=True)
class Regex(_Placed):
    """A regular expression in RE2's language, over the original text and case-sensitive unless it has the flag ``i``."""

    pattern: str
    flags: str = ""
    scope: tuple[str, ...] = BARE

    @property
    def written(self) -> str:
        return f"/{self.pattern}/{self.flags}"

    @property
    def compiled(self) -> Any:
        return compile_regex(self.inline)

    @property
    def inline(self) -> str:
        """The pattern with its flags inside, as RE2 wants them."""
        return f"(?{self.flags}){self.pattern}" if self.flags else self.pattern


@dataclass(frozen=True, slots=True)
class Published(_Placed):
    """``published:>=2026-01-01``. The time lies in [`low`, `high`), or after (before, if `older`) now minus `ago`."""

    written: str
    low: datetime | None = None
    high: datetime | None = None
    ago: timedelta | None = None
    older: bool = False


@dataclass(frozen=True, slots=True)
class And(_Placed):
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(_Placed):
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(_Placed):
    part: Node


@dataclass(frozen=True, slots=True)
class Alias(_Placed):
    name: str
    part: Node


@dataclass(frozen=True, slots=True)
class Near(_Placed):
    """All `parts` in one field, with at most `distance` words between them (a Han character counts as a word)."""

    parts: tuple[Node, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class AtLeast(_Placed):
    """At least `least` of the parts are true."""

    least: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Count(_Placed):
    """How often `part` occurs, over all its fields: from `low` to `high` times (None: no bound)."""

    part: Node
    low: int
    high: int | None
    written: str = field(default="", compare=False)


Leaf = Term | Regex | Published
Node = And | Or | Not | Alias | Near | AtLeast | Count | Leaf
Test = Callable[..., bool]


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    if isinstance(node, And | Or | Near | AtLeast):
        return node.parts
    if isinstance(node, Not | Alias | Count):
        return (node.part,)
    return ()


def leaves(node: Node) -> Iterator[Leaf]:
    """All leaves, from left to right."""
    if isinstance(node, Leaf):
        yield node
        return
    for child in children(node):
        yield from leaves(child)


@lru_cache(maxsize=512)  # each search of people has some of its own, of 20 KiB and more
def compile_regex(pattern: str) -> Any:
    """The compiled pattern; RE2 runs in time linear in the text. Raises ``re2.error``."""
    options = re2.Options()
    options.log_errors = False  # the caller says it better, and not on stderr
    return re2.compile(pattern, options)


def terms(node: Node) -> Iterator[Term]:
    """All terms, from left to right."""
    return (leaf for leaf in leaves(node) if isinstance(leaf, Term))


def is_of_words(node: Node) -> bool:
    """A term that looks for words, or an Or or alias of nothing else. No needle has a line break, which ends a place."""
    if isinstance(node, Or | Alias):
        return all(map(is_of_words, children(node)))
    return isinstance(node, Term) and node.mode == "word" and not any("\n" in needle for needle in node.needles)


def combined(node: Node, test: Callable[[Node], Test | None]) -> Test | None:
    """What holds wherever a node of several parts may, made of what `test` says of each; None where it may hold anywhere."""
    known = [found for part in children(node) if (found := test(part))]
    if isinstance(node, AtLeast):
        least = node.least - (len(node.parts) - len(known))
        return (lambda *given: sum(one(*given) for one in known) >= least) if least > 0 else None
    if isinstance(node, And | Alias) and known:
        return lambda *given: all(one(*given) for one in known)
    return None


def looked_at(node: Node) -> tuple[str, ...]:
    """The fields in which the leaves of a query look, each once."""
    return tuple(dict.fromkeys(name for leaf in leaves(node) if not isinstance(leaf, Published) for name in leaf.scope))
