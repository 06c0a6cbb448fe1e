"""XPath as CSS, as far as the two meet: steps, positions, attributes, and what an attribute holds. Pure."""

from __future__ import annotations

import re

from cssselect import SelectorError
from lxml.cssselect import CSSSelector

_axis = re.compile(r"(?:descendant-or-self|descendant|child|self)::")
_step = re.compile(r"(//|/)?([A-Za-z][\w-]*|\*)((?:\[(?:[^\[\]'\"]|'[^']*'|\"[^\"]*\")*\])*)")
_condition = re.compile(r"\[((?:[^\[\]'\"]|'[^']*'|\"[^\"]*\")*)\]")
_text = r"""(?:'([^']*)'|"([^"]*)")"""
_FORMS = (
    (re.compile(rf"@([\w-]+)\s*=\s*{_text}"), "="),
    (re.compile(rf"contains\(\s*concat\(\s*['\"] ['\"]\s*,\s*(?:normalize-space\(\s*@class\s*\)|@class)\s*,\s*['\"] ['\"]\s*\)\s*,\s*{_text}\s*\)"), "."),
    (re.compile(rf"contains\(\s*@([\w-]+)\s*,\s*{_text}\s*\)"), "*="),
    (re.compile(rf"starts-with\(\s*@([\w-]+)\s*,\s*{_text}\s*\)"), "^="),
    (re.compile(r"@([\w-]+)"), ""),
    (re.compile(r"(?:position\(\)\s*=\s*)?([1-9]\d{0,3})"), "n"),
    (re.compile(r"string-length\(\s*@([\w-]+)\s*\)\s*>\s*0"), ""),
)  # fmt: skip
BLOCKS = frozenset("li article tr td dd dt p h1 h2 h3 h4 h5 h6 figure".split())  # elements that hold one article each
_last = re.compile(r"(?:^|[\s>+~])([a-zA-Z][\w-]*)?[^\s>+~]*$")


def css_of(xpath: str) -> str | None:
    """The CSS that selects what an XPath does; None where none does. Text and attributes at its end are taken away."""
    path = re.sub(r"(?:/+(?:text\(\)|@[\w-]+))+$", "", _axis.sub("", xpath.strip()))
    branches = [part.strip() for part in _outside(path, "|")]
    made = [_branch(branch) for branch in branches]
    found = ", ".join(part for part in made if part)
    return found if all(made) and compiles(found) else None


def compiles(css: str) -> bool:
    """Whether this is CSS."""
    try:
        CSSSelector(css)
    except (SelectorError, ValueError):
        return False
    return True


def links_in(css: str) -> str:
    """CSS of a part of a page → CSS of the article links in it: an element that holds one article is taken as it is, of others all links."""
    parts = [(part.strip(), _last.search(part.strip())) for part in _outside(css, ",")]
    return ", ".join(part if last and (last[1] or "").lower() in BLOCKS | {"a"} else f"{part} a" for part, last in parts)


def _branch(path: str) -> str | None:
    path = path.removeprefix(".")
    css, at = "", 0
    while at < len(path):
        step = _step.match(path, at)
        if step is None:
            return None
        conditions = [_css_condition(each) for each in _condition.findall(step[3])]
        if None in conditions:
            return None
        joint = (" > " if step[1] == "/" else " ") if css else ""
        css += joint + step[2] + "".join(part for part in conditions if part)
        at = step.end()
    return css or None


def _css_condition(text: str) -> str | None:
    parts = [_one_condition(part.strip()) for part in re.split(r"\s+and\s+", text)]
    return None if None in parts else "".join(part for part in parts if part)


def _one_condition(text: str) -> str | None:
    for form, sign in _FORMS:
        match = form.fullmatch(text)
        if match is None:
            continue
        groups = [group for group in match.groups() if group is not None]
        if sign == ".":
            name = groups[-1].strip()
            return f".{name}" if re.fullmatch(r"[A-Za-z_][\w-]*", name) else f'[class~="{name}"]'
        if sign == "n":
            return f":nth-of-type({groups[0]})"
        if not sign:
            return f"[{groups[0]}]"
        value = groups[1] if len(groups) > 1 else ""
        return f'[{groups[0]}{sign}"{value}"]' if value and '"' not in value else None
    return None


def _outside(text: str, mark: str) -> list[str]:
    """The text cut at a mark that stands in no quotes and no brackets."""
    parts, depth, quote = [""], 0, ""
    for ch in text:
        if quote:
            quote = "" if ch == quote else quote
        elif ch in "'\"":
            quote = ch
        else:
            depth += (ch in "([") - (ch in ")]")
        if ch == mark and not quote and not depth:
            parts.append("")
        else:
            parts[-1] += ch
    return parts
