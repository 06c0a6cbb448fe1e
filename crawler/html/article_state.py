"""The objects in the state of a page's program that are its article, and what they say of it: its dates, its authors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawler.html import bylines, script_state, tree
from crawler.html.tree import Tags, loose

OPENING = 30  # letters of a text that tell it
AROUND = 5  # levels above an object that holds the text which may tell of it; one above that which holds the title
_author_key = re.compile(r"(?:author|byline|writer|creator|contributor)s?(?:name|info|list|names)?|by|(?:nick|user)name")
_NAME = ("name", "displayName", "fullName", "nickname", "username", "title")
DEEP = 8  # levels of an author's object


def about(tags: Tags, title: str, opening: str) -> Iterator[tuple[dict[str, Any], Any]]:
    """The object that has the article's title, or the text that begins with `opening`, then those around it; each with the value it is of."""
    wanted, begun = loose(title), loose(opening)[:OPENING]
    for whole in script_state.values(tags, "" if begun else title, 0) if wanted else ():
        opened: list[Any] = []
        above: dict[int, Any] = {}  # the identity of each object and list that was opened → what holds it
        for one in tree.containers(whole, script_state.MAX_VALUES):
            opened.append(one)
            if levels := _levels(one, wanted, begun, whole):
                above.update((id(part), holder) for holder in opened for part in tree.parts_of(holder))
                opened.clear()
                yield from _with_those_around(one, above, levels, whole)


def authors(tags: Tags, title: str, opening: str) -> list[str]:
    """The people whom the nearest of these objects, or a part of it, calls its authors."""
    for one, whole in about(tags, title, opening):
        for part in (one, *(value for value in one.values() if isinstance(value, dict))):
            for key, value in part.items():
                if _author_key.fullmatch(loose(key)) and (names := [*filter(bylines.is_called, _names(value, whole))]):
                    return names
    return []


def _names(value: Any, whole: Any, depth: int = 0) -> Iterator[str]:
    """The names in an author, however an object keeps them."""
    value = resolved(value, whole)
    if isinstance(value, str):
        yield from bylines.told(re.sub(r"(?i)^by\s+", "", value), {})
    elif isinstance(value, list) and depth < DEEP:
        for one in value[:20]:
            yield from _names(one, whole, depth + 1)
    elif isinstance(value, dict) and depth < DEEP:
        said = [str(resolved(value.get(key) or "", whole)) for key in (*_NAME, "firstName", "lastName")]
        name = next(filter(None, said[: len(_NAME)]), " ".join(filter(None, said[len(_NAME) :])))
        yield from _names(
            name or [one for one in value.values() if isinstance(resolved(one, whole), list | dict)], whole, depth + 1
        )


def _with_those_around(one: Any, above: dict[int, Any], levels: int, whole: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    for _ in range(levels + 1):
        if isinstance(one, dict):
            yield one, whole
        one = above.get(id(one))


def _levels(one: Any, title: str, opening: str, whole: Any) -> int:
    """How many levels around an object may tell of the article: 0 where it is not the article."""
    if isinstance(one, dict) and any(_is_title(key, value, title, whole) for key, value in one.items()):
        return 1
    values = one.values() if isinstance(one, dict) else one
    return AROUND if opening and any(isinstance(value, str) and _holds(value, opening) for value in values) else 0


def _holds(text: str, opening: str) -> bool:
    return len(text) >= OPENING and opening in loose(text[:4000])


def _is_title(key: str, value: Any, wanted: str, whole: Any) -> bool:
    return script_state.is_title(key) and isinstance(text := resolved(value, whole), str) and loose(text[:400]) == wanted


def resolved(value: Any, whole: Any) -> Any:
    """Nuxt and React Router keep all values in one list, and numbers in their objects are places there; Apollo keeps all objects by name."""
    if isinstance(value, dict) and isinstance(whole, dict) and isinstance(name := value.get("__ref"), str):
        return whole.get(name, value)
    is_place = isinstance(whole, list) and isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(whole)
    return whole[value] if is_place else value
