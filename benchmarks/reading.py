"""How well articles are read, and what it costs, beside the libraries that do the same, in one run.

    python benchmarks/reading.py                      our own pages (tests/sites/articles), our reader alone
    python benchmarks/reading.py --peers DIR          with trafilatura, readability-lxml, newspaper4k, gne, magic-html (Python 3.12),
                                                      resiliparse importable from DIR; those that are installed take part without it
    python benchmarks/reading.py --data DIR           also the measured sets: DIR/pages/*.jsonl.xz
    python benchmarks/reading.py --rounds 3           CPU per page is the least of so many rounds
    python benchmarks/reading.py --gold FILE.jsonl --pages DIR [--show]
                                                      our reader alone on pages with gold for every field, what it got wrong with --show

A line of such a gold file is {"file", "url", "title", "text": […], "published", "author", "publisher"}; author is names by commas or null,
"optional" are lines that are neither wanted nor wrong. Right are a title and a publisher letter by letter, an author as a set of names.

F1 is that of article-extraction-benchmark: 4-grams of words, each Han character a word, normalised a page. "× lxml" is the ratio to
one lxml.html.document_fromstring of the same pages in the same run.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import difflib
import functools
import importlib
import io
import json
import logging
import lzma
import re
import statistics
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import lxml.html

from crawler.errors import ReadError
from crawler.html import tree
from crawler.parsers import generic
from crawler.record import Link, Page, Record
from crawler.stages import read as reading

OWN = Path(__file__).parents[1] / "tests" / "sites" / "articles"
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
_token = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
Reader = Callable[[str, str], str]


@dataclass(frozen=True)
class Case:
    """A page as text and what its article says."""

    url: str
    body: bytes
    text: str
    gold: str


def own() -> list[Case]:
    pages = json.loads((OWN / "expected.json").read_text("utf-8"))
    return [_case(page["url"], (OWN / f"{page['page']}.html").read_bytes(), "\n".join(page["text"])) for page in pages]


def measured(path: Path) -> list[Case]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = [row | {"url": row.get("url") or "http://page.example/a.html"} for row in rows if "body" in row]
    return [_case(row["url"], base64.b64decode(row["raw_b64"]), row["body"]) for row in rows]


@dataclass(frozen=True)
class Gold:
    """A page and what is right in every field of its record."""

    case: Case
    optional: str
    title: str
    published: str | None
    author: str | None
    publisher: str | None


def gold_of(path: Path, pages: Path) -> list[Gold]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    cases = [_case(row["url"], (pages / row["file"]).read_bytes(), "\n".join(row["text"])) for row in rows]
    plain = [[row[name] for name in ("title", "published", "author", "publisher")] for row in rows]
    optional = ["\n".join(row.get("optional") or ()) for row in rows]
    return [Gold(*one[:2], *one[2]) for one in zip(cases, optional, plain, strict=True)]


def fields(gold: Gold) -> Record | None:
    """The record as the product makes it, site parsers and all."""
    page = Page(gold.case.url, gold.case.body, NOW, "text/html")
    try:
        return reading.read(page, Link(gold.case.url), None, ZONE)
    except ReadError:
        return None


def verdicts(gold: Gold, record: Record | None) -> dict[str, float]:
    """Each field's mark, 0 to 1; a time is judged only where the gold has one."""
    if record is None:
        return dict.fromkeys(("F1", "exact", "title", "day", "author", "publisher"), 0.0)
    marks = {
        "F1": f1(gold.case.gold, record.text, gold.optional),
        "exact": float(_bare(gold.case.gold, gold.optional) == _bare(record.text, gold.optional)),
        "title": float(_squeezed(gold.title) == _squeezed(record.title)),
        "author": float(_people(gold.author) == _people(record.author)),
        "publisher": float(_squeezed(gold.publisher or "") == _squeezed(record.publisher or "")),
    }
    said = record.published
    if gold.published is None or said is None:
        return marks | {"day": float(gold.published is said)}
    right = datetime.fromisoformat(gold.published)
    said = said.astimezone(right.tzinfo or ZONE)
    marks["day"] = float(said.date() == right.date())
    return marks | ({"minute": float(f"{said:%F %R}" == f"{right:%F %R}")} if ":" in gold.published else {})


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _people(author: str | None) -> set[str]:
    return {_squeezed(name).lower() for name in re.split(r"[,，、]", author or "") if name.strip()}


def _bare(text: str, optional: str) -> list[str]:
    beside = {_squeezed(line) for line in optional.split("\n")}
    return _token.findall("\n".join(line for line in text.split("\n") if _squeezed(line) not in beside))


def judge(golds: list[Gold], *, show: bool) -> None:
    """Prints the marks of all pages, of the Chinese and of the others."""
    marked = [(gold, record := fields(gold), verdicts(gold, record)) for gold in golds]
    groups = {"all": marked, "zh": [], "other": []}
    for one in marked:
        groups["zh" if re.search("[\u4e00-\u9fff]", one[0].title) else "other"].append(one)
    for name, group in groups.items():
        keys = (*group[0][2], "minute") if group else ()
        figures = {key: [marks[key] for _, _, marks in group if key in marks] for key in keys}
        means = (f"{key} {statistics.mean(of):.3f}" for key, of in figures.items() if of)
        print(f"  {name:6} {len(group):4d} pages  {'  '.join(means)}")
    for gold, record, marks in marked if show else ():
        _show(gold, record, marks)


def _show(gold: Gold, record: Record | None, marks: dict[str, float]) -> None:
    wrong = [key for key, mark in marks.items() if mark < 1]
    if not wrong:
        return
    print(f"{gold.case.url}: {', '.join(f'{key} {marks[key]:.2f}' for key in wrong)}")
    for key in ("title", "published", "author", "publisher"):
        if key in wrong or (key == "published" and not {"day", "minute"}.isdisjoint(wrong)):
            print(f"    {key}: {getattr(record, key, None)!s} instead of {getattr(gold, key)}")
    right, said = gold.case.gold.split("\n"), record.text.split("\n") if record else []
    for line in difflib.unified_diff(right, said, lineterm="", n=0):
        if line[:2] not in ("--", "++", "@@") and line[1:] not in gold.optional.split("\n"):
            print(f"      {line[:200]}")


def live_blog() -> list[Case]:
    """One page of 1.3 MB: fifteen hundred posts, each with its tools."""
    post = "At {0}:{1:02d} the council said that item {2} had passed, and that the next vote would follow within the hour."
    lines = [post.format(number // 60 % 24, number % 60, number) for number in range(1_500)]
    tools = "".join(f'<li><a class="tool" href="/share/{n}?{"token=" * 20}"><span>Share {n}</span></a></li>' for n in range(4))
    share = f'<ul class="share">{tools}</ul>'
    posts = "".join(f'<div class="post" id="p{n}"><p>{line}</p>{share}</div>' for n, line in enumerate(lines))
    body = f"<html><head><title>A long vote | The Page</title></head><body><h1>A long vote</h1><div>{posts}</div></body></html>"
    return [_case("http://page.example/live.html", body.encode(), "\n".join(lines))]


def _case(url: str, body: bytes, gold: str) -> Case:
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", tree.decode(body))
    return Case(url, body, text, gold)


def ours(text: str, url: str) -> str:
    try:
        return generic.read(Page(url, text.encode("utf-8", "replace"), NOW, "text/html; charset=utf-8"), Link(url), ZONE).text
    except ReadError:
        return ""


def peers() -> Iterator[tuple[str, Reader]]:
    """Those that can be imported."""
    for name, module, make in (
        ("trafilatura", "trafilatura", _trafilatura({})),
        ("trafilatura precision", "trafilatura", _trafilatura({"favor_precision": True})),
        ("trafilatura fast", "trafilatura", _trafilatura({"fast": True})),
        ("readability-lxml", "readability", _readability),
        ("newspaper4k", "newspaper", _newspaper),
        ("gne", "gne", _gne),
        ("magic-html", "magic_html", _magic),
        ("resiliparse", "resiliparse", _resiliparse),
    ):
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
            yield name, make


def _trafilatura(options: dict[str, bool]) -> Reader:
    def read(text: str, url: str) -> str:
        extract = importlib.import_module("trafilatura").bare_extraction
        found = extract(text, url=url, include_comments=False, with_metadata=True, **options)
        return found.text if found else ""

    return read


def _readability(text: str, url: str) -> str:
    return tree.plain(importlib.import_module("readability").Document(text).summary(html_partial=True))


def _newspaper(text: str, url: str) -> str:
    chinese = len(re.findall("[\u4e00-\u9fff]", text[:60_000])) > 200
    article = importlib.import_module("newspaper").Article(url, fetch_images=False, **({"language": "zh"} if chinese else {}))
    article.download(input_html=text)
    article.parse()
    return str(article.text)


@functools.cache
def _extractor(module: str, name: str) -> object:
    return getattr(importlib.import_module(module), name)()


def _gne(text: str, url: str) -> str:
    return str(_extractor("gne", "GeneralNewsExtractor").extract(text)["content"])  # type: ignore[attr-defined]


def _magic(text: str, url: str) -> str:
    found = _extractor("magic_html", "GeneralExtractor").extract(text, base_url=url)  # type: ignore[attr-defined]
    return tree.plain(found.get("html") or "")


def _resiliparse(text: str, url: str) -> str:
    extract = importlib.import_module("resiliparse.extract.html2text").extract_plain_text
    return str(extract(text, main_content=True, alt_texts=False, list_bullets=False, links=False, comments=False))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = _token.findall(text)
    return Counter(tuple(tokens[n : n + 4]) for n in range(max(1, len(tokens) - 3)))


def f1(gold: str, said: str, optional: str = "") -> float:
    right, found = shingles(gold), shingles(said)
    both = sum((right & found).values())
    forgiven = sum(((found - right) & shingles(optional)).values()) if optional else 0
    return 2 * both / (sum(right.values()) + sum(found.values()) - forgiven)


def cpu(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def measure(name: str, read: Reader, cases: list[Case], rounds: int, base: float) -> None:
    said, spent, failed = [], [], 0
    for case in cases:
        quiet = io.StringIO()
        with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            try:
                said.append(read(case.text, case.url))
            except Exception:
                said.append("")
                failed += 1
            spent.append(min(cpu(lambda case=case: _swallow(read, case)) for _ in range(rounds)))
    scores = [f1(case.gold, text) for case, text in zip(cases, said, strict=True)]
    exact = statistics.mean(_token.findall(case.gold) == _token.findall(text) for case, text in zip(cases, said, strict=True))
    print(
        f"  {name:24} F1 {statistics.mean(scores):.3f}  exact {exact:.3f}  empty {sum(not text.strip() for text in said):3d}  failed {failed:3d}"
        f"  {1e3 * statistics.mean(spent):7.2f} ms  {sum(spent) / base:6.2f} × lxml  slowest {1e3 * max(spent):7.1f} ms",
        flush=True,
    )


ALONE = """
held = lambda: int(open("/proc/self/statm").read().split()[1]) / 256
bare = held()
import datetime, pathlib, sys, zoneinfo
from crawler.parsers import generic
from crawler.record import Link, Page, Record
from crawler.stages import read as reading
now, zone = datetime.datetime(2026, 11, 24, 10, tzinfo=datetime.UTC), zoneinfo.ZoneInfo("Asia/Shanghai")
for path in pathlib.Path(sys.argv[1]).glob("*.html"):
    generic.read(Page("http://page.example/a.html", path.read_bytes(), now), Link("http://page.example/a.html"), zone)
print(held() - bare)
"""


def memory() -> float:
    """MiB by which a bare Python grows when it imports our reader and reads our pages."""
    said = subprocess.run([sys.executable, "-c", ALONE, str(OWN)], capture_output=True, text=True, check=True).stdout
    return float(said)


def _swallow(read: Reader, case: Case) -> None:
    with contextlib.suppress(Exception):
        read(case.text, case.url)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--peers", type=Path)
    arguments.add_argument("--data", type=Path)
    arguments.add_argument("--rounds", type=int, default=1)
    arguments.add_argument("--gold", type=Path)
    arguments.add_argument("--pages", type=Path)
    arguments.add_argument("--show", action="store_true")
    chosen = arguments.parse_args()
    if chosen.gold:
        judge(gold_of(chosen.gold, chosen.pages or chosen.gold.parent), show=chosen.show)
        return
    logging.disable(logging.CRITICAL)
    warnings.filterwarnings("ignore")
    if chosen.peers:
        sys.path.append(str(chosen.peers))
    print(f"ours: {memory():.0f} MiB over a bare Python")
    sets = {"own pages": own(), "one live blog of 1.3 MB": live_blog()}
    for path in sorted((chosen.data / "pages").glob("*.jsonl.xz")) if chosen.data else ():
        sets[path.name.partition(".")[0]] = measured(path)
    for name, cases in sets.items():
        parses = [lambda case=case: lxml.html.document_fromstring(case.text) for case in cases]
        base = sum(min(map(cpu, [parse] * (chosen.rounds + 1))) for parse in parses)
        print(f"{name}: {len(cases)} pages, {1e3 * base / len(cases):.2f} ms to parse one")
        for reader, read in (("ours", ours), *peers()):
            measure(reader, read, cases, chosen.rounds, base)


if __name__ == "__main__":
    main()
