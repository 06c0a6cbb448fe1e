"""Two languages, one catalogue."""

import ast
import json
import re
import string
from collections import Counter
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from crawler import i18n

ROOT = Path(__file__).parents[3]
ROOMS = ("crawler", "storage", "jobs")


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def _keys() -> dict[str, Path]:
    """Every sentence that the code hands to `tr` or `plural` as it stands."""
    found: dict[str, Path] = {}
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("tr", "plural"):
                    texts = node.args[:1] if node.func.id == "tr" else node.args[1:2]
                    found.update({a.value: file for a in texts if isinstance(a, ast.Constant) and isinstance(a.value, str)})
    return found | _keys_of_templates()


def _templates() -> list[Path]:
    return sorted((ROOT / "jobs/web/templates").glob("*.html"))


def _keys_of_templates() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for file in _templates():
        for call in Environment().parse(file.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("tr", "plural"):
                texts = call.args[:1] if call.node.name == "tr" else call.args[1:2]
                found.update({a.value: file for a in texts if isinstance(a, nodes.Const)})
    return found


_TAG = re.compile(r"<[^>]*>|&[a-z#0-9]+;")
_TOLD = re.compile(r"(?:title|alt|placeholder|aria-label|data-(?:one|many))=\"([^\"]*)\"")
_WORD = re.compile(r"[^\W\d_]{2,}")


def _outside_of_tr(template: str) -> list[str]:
    """Words of a template that a reader sees and no catalogue knows: all that stands outside of tags, and what some attributes say."""
    plain = "".join(value if kind == "data" else "\x00" for _, kind, value in Environment().lex(template))
    told = [text for text in _TOLD.findall(plain) if _WORD.search(text)]
    return told + [text.strip() for text in _TAG.sub("\x00", plain).split("\x00") if _WORD.search(text)]


def test_no_word_of_a_template_stands_outside_of_the_catalogue():
    wrong = {file.name: words for file in _templates() if (words := _outside_of_tr(file.read_text(encoding="utf-8")))}
    assert not wrong


def test_a_word_outside_of_the_catalogue_is_found():
    assert _outside_of_tr('<p>{{ tr("Hello") }} · <b title="{{ tr("x") }}">12</b></p>') == []
    assert _outside_of_tr('<p>你好 {{ name }}</p><i title="Close">×</i>') == ["Close", "你好"]


_SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}")
_RAISED = ("BadParameter", "Unknown", "EditError", "QueryError", "MoveError")
_PRINTED = ("say", "fail", "print", "confirm", "prompt", "add_task")
_LOOKED_UP = (
    "tr",
    "plural",
    "Option",
    "Argument",
    "Typer",
    "table",
    "show",
    "_show",
    "getLogger",
    "compile",
)  # these look it up themselves
_NO_SENTENCE = {"text/html; charset=utf-8", "not a question: ", "Language 语言 (zh, en)", "http://", "/mcp"}
_TABLES = ("COLUMNS", "WIDE", "HEADINGS", "columns")
_KEYS = {"too old", "beyond first poll", "failed polls", "failed articles", "articles to read"}  # of counts


def _name_of(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _told_outside(source: str) -> list[str]:
    """Sentences of a module, and words that it prints, which no catalogue knows."""
    tree = ast.parse(source)
    known, printed = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name_of(node) in _LOOKED_UP:
            known |= {id(inner) for inner in ast.walk(node)}
        for place in _places_of_headings(node):
            known |= {id(inner) for inner in ast.walk(place)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            known.add(id(node.value))  # a docstring
        if isinstance(node, ast.Call) and _name_of(node) in (*_PRINTED, *_RAISED):
            printed |= {
                id(part) for told in node.args[:1] for part in (told.values if isinstance(told, ast.JoinedStr) else [told])
            }
    texts = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in known]
    told = [n.value for n in texts if _SENTENCE.search(n.value) or (id(n) in printed and _WORD.search(n.value))]
    return [text for text in told if text not in _NO_SENTENCE | _KEYS]


def _places_of_headings(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in _TABLES:
        return [node.value]
    if isinstance(node, ast.Call) and _name_of(node) == "table":
        return node.args[:1]
    return node.args[1:2] if isinstance(node, ast.Call) and _name_of(node) in ("show", "_show") else []


def _headings() -> dict[str, Path]:
    """The headings of the tables that commands print, and the names of states in their cells."""
    found: dict[str, Path] = {}
    for file in sorted((ROOT / "jobs/cli").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for place in _places_of_headings(node):
                dicts = [one for one in ast.walk(place) if isinstance(one, ast.Dict)]
                values = [value for one in dicts for value in one.values] or getattr(place, "elts", [])
                found.update({v.value: file for v in values if isinstance(v, ast.Constant) and _WORD.search(str(v.value))})
    return found


def test_no_sentence_of_the_command_line_stands_outside_of_the_catalogue():
    files = [
        file for file in (ROOT / "jobs/cli").glob("*.py") if file.name not in ("verbs.py", "language.py")
    ]  # both look all of it up
    wrong = {file.name: told for file in files if (told := _told_outside(file.read_text(encoding="utf-8")))}
    assert not wrong


def test_a_sentence_outside_of_the_catalogue_is_found():
    assert _told_outside('def f():\n    """Says it."""\n    say(tr("{n} done", n=f(1)))\n    say(f"  {x}: {y}")\n') == []
    assert _told_outside('say(f"{n} done")\nEMPTY = "no rows yet"\nraise typer.BadParameter("wrong")') == [
        "no rows yet",
        "wrong",
        " done",
    ]


def test_every_heading_of_a_table_stands_in_both_languages():
    assert [heading for heading in _headings() if heading not in i18n.catalogue()] == []


def test_every_sentence_stands_in_both_languages():
    missing = {key: str(file.relative_to(ROOT)) for key, file in _keys().items() if key not in i18n.catalogue()}
    assert not missing


def _named_before(source: str) -> list[str]:
    """Sentences that `tr` is handed by a name: those would not be looked for in the catalogue."""
    found = []
    for function in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        inside = list(ast.walk(function))
        told = [node.args[0] for node in inside if isinstance(node, ast.Call) and _name_of(node) == "tr" and node.args]
        given = [node for node in inside if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Call)]
        handed = [one.value for one in given if getattr(one.targets[0], "id", "") in {getattr(name, "id", None) for name in told}]
        texts = [text.value for value in handed for text in ast.walk(value) if isinstance(text, ast.Constant)]
        found += [text for text in texts if _SENTENCE.search(str(text))]
    return found


def test_a_sentence_is_handed_over_as_it_stands():
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    assert not {file.name: named for file in files if (named := _named_before(file.read_text(encoding="utf-8")))}
    assert _named_before('def f():\n    told = "no such rule"\n    fail(tr(told))') == ["no such rule"]
    assert _named_before('def f():\n    told = tr("no such rule")\n    fail(told)') == []


def test_a_sentence_has_the_same_placeholders_in_both_languages():
    wrong = [key for key, zh in i18n.catalogue().items() if _placeholders(key) != _placeholders(zh) or not zh.strip()]
    assert not wrong


def test_no_sentence_stands_in_two_files_of_the_catalogue():
    files = sorted((ROOT / "crawler/data/zh").glob("*.json"))
    counted = Counter(key for file in files for key in json.loads(file.read_text(encoding="utf-8")))
    assert [key for key, n in counted.items() if n > 1] == []


def test_a_count_of_one_is_followed_by_the_singular():
    said = [
        i18n.tr("{n} later tellers, {m} further matches", n=1, m=2),
        i18n.tr("{n} deliveries are due again", n=1),
        i18n.tr("{n} entries: {m} matches were {k} pages", n=1, m=1, k=3),
        i18n.tr("{n} is less than {m} this year", n=1, m=1),
        i18n.tr("{a} tries, {b} stories", a=1, b=1),
        i18n.tr("there is no note {number} of yours; {number} lets nobody in", number=1),
    ]
    assert said == [
        "1 later teller, 2 further matches",
        "1 delivery is due again",
        "1 entry: 1 match was 3 pages",
        "1 is less than 1 this year",
        "1 try, 1 story",
        "there is no note 1 of yours; 1 lets nobody in",
    ]


def test_the_caller_chooses_the_language_and_the_block_ends_it():
    assert i18n.plural("{n} record", "{n} records", 1) == "1 record"
    with i18n.speaking("zh"):
        assert i18n.plural("{n} record", "{n} records", 1) == "1 条记录"
        assert i18n.tr("a sentence of nobody: {name}", name="{x}") == "a sentence of nobody: {x}"
    assert i18n.language() == "en"


@pytest.mark.parametrize(
    ("locale", "wanted"),
    [
        ("zh_CN.UTF-8", "zh"),
        ("en_US.UTF-8", "en"),
        ("C", "en"),
        ("", "en"),
        ("de-DE,zh;q=0.3", "zh"),
        ("en-GB,en;q=0.8,zh;q=0.9", "en"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh"),
        ("zh;q=nonsense,en;q=0.1", "en"),
    ],
)
def test_a_locale_or_a_header_names_the_language(locale, wanted):
    assert i18n.preferred(locale) == wanted
