"""Rules against an article: the ruleset, a loop over `re`, and a loop over substrings, in one run.

    python benchmarks/matching.py [--rules 10000] [--length 3000] [--rounds 50]

The rules are made from a seed: a name or two (invented, thousands of them), with OR, AND and NOT beside terms that every article
has. All three ways get the same rules and articles. The loops know no hyphens, widths or traditional characters; `re` knows words.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crawler.record import Record
from crawler.text import normalize
from storage.rules.parser import parse
from storage.rules.ruleset import Rule, Ruleset

HAN = "星河云栈北原深蓝江湾滨青禾远岸南屏西岭白塔长渚东浦天枢海角明德启元数聚智擎光年微澜拓界知行"
KINDS = ("智能", "科技", "机器人", "半导体", "算力", "汽车", "医疗", "云")
LATIN = ("Nova", "Axi", "Lumen", "Vex", "Orbi", "Tessa", "Quanta", "Mira", "Helio", "Synth", "Aero", "Delta")
ENDS = ("AI", "Labs", "tron", "mind", "bot", "soft", "core", "works")
COMMON = (
    "大模型",
    "融资",
    "发布",
    "上海",
    "AI",
    "OpenAI",
    "开源",
    "芯片",
    "GPU",
    "LLM",
    "机器人",
    "自动驾驶",
    "model",
    "startup",
)
RARE_NOT = ("招聘", "广告", "彩票", "webinar", "sponsored", "转让")
FILL = "公司团队数据平台模型客户成本产线试验规模标准合同部门季度城市工程方案流程指标效率提升降低完成启动覆盖接入推迟调整".strip()


@dataclass(frozen=True)
class Written:
    """A rule as its parts, so that every way builds its own from the same."""

    any_of: tuple[str, ...]
    collect: tuple[str, ...]
    none_of: tuple[str, ...]

    @property
    def query(self) -> str:
        said = [f"({' OR '.join(map(_quoted, self.any_of))})", *map(_quoted, self.collect)]
        return " ".join(said + [f"NOT {_quoted(term)}" for term in self.none_of])


def _quoted(term: str) -> str:
    return f'"{term}"' if " " in term else term


def name(rng: random.Random) -> str:
    if rng.random() < 0.6:
        return "".join(rng.sample(HAN, 3)) + rng.choice(KINDS)
    return f"{rng.choice(LATIN)}{rng.choice('aeiou')}{rng.choice('bcdfgklmnprst')}{rng.choice(LATIN).lower()} {rng.choice(ENDS)}"


def rules(count: int, rng: random.Random) -> list[Written]:
    made = []
    for _ in range(count):
        names = tuple(name(rng) for _ in range(rng.randint(1, 3)))
        extra = tuple(rng.sample(COMMON, rng.randint(0, 2)))
        made.append(Written(names, extra, tuple(rng.sample(RARE_NOT, rng.randint(0, 1)))))
    return made


def article(length: int, rng: random.Random, names: list[str]) -> Record:
    """Running text with the common terms all over it and a few of the rules' names."""
    parts: list[str] = []
    while sum(map(len, parts)) < length:
        words = "".join(rng.choice(FILL) for _ in range(rng.randint(6, 18)))
        said = f"{words}，{rng.choice(COMMON)} {rng.choice(FILL)}{rng.choice(COMMON)}。"
        parts.append(said + ("\n" if rng.random() < 0.1 else ""))
    for one in names:
        parts.insert(rng.randrange(len(parts)), f"{one}表示。")
    return Record("AI 大模型新闻：" + names[0], "https://example.com/1", "".join(parts)[:length])


def loop_of_re(written: list[Written]) -> Callable[[Record], int]:
    def pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
        return re.compile("|".join(rf"(?<![A-Za-z0-9]){re.escape(term)}(?![A-Za-z0-9])" for term in terms), re.IGNORECASE)

    made = [([pattern(w.any_of), *(pattern((t,)) for t in w.collect)], [pattern((t,)) for t in w.none_of]) for w in written]

    def match(record: Record) -> int:
        text = f"{record.title}\n{record.text}"
        return sum(all(p.search(text) for p in wanted) and not any(p.search(text) for p in not_) for wanted, not_ in made)

    return match


def loop_of_substrings(written: list[Written]) -> Callable[[Record], int]:
    lower = [[tuple(term.lower() for term in part) for part in (w.any_of, w.collect, w.none_of)] for w in written]

    def match(record: Record) -> int:
        text = f"{record.title}\n{record.text}".lower()
        return sum(
            any(t in text for t in any_of) and all(t in text for t in collect) and not any(t in text for t in none_of)
            for any_of, collect, none_of in lower
        )

    return match


def timed(match: Callable[[Record], int], articles: list[Record]) -> tuple[float, float, int]:
    """Median and 95th percentile in milliseconds an article, and the hits in all."""
    times, hits = [], 0
    for record in articles:
        start = time.perf_counter()
        hits += match(record)
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times), sorted(times)[int(len(times) * 0.95)], hits


def run(count: int, length: int, rounds: int, seed: int = 7) -> None:
    rng = random.Random(seed)
    written = rules(count, rng)
    articles = [article(length, rng, [name_ for w in rng.sample(written, 5) for name_ in w.any_of[:1]]) for _ in range(rounds)]
    start = time.perf_counter()
    ruleset = Ruleset(Rule(str(number), parse(w.query)) for number, w in enumerate(written))
    built = time.perf_counter() - start
    ruleset.match(articles[0])
    ours = timed(lambda record: len(ruleset.match(record)), articles)
    substrings = timed(loop_of_substrings(written), articles)
    expressions = timed(loop_of_re(written), articles[: max(3, rounds // 10)])
    form = timed(lambda record: len(normalize(record.text).text) * 0, articles)
    print(f"{count:>7} rules × {length} characters   built in {built:.2f} s")
    for label, (median, p95, hits) in {"ruleset": ours, "substring loop": substrings, "re loop": expressions}.items():
        print(f"    {label:<15} {median:>9.3f} ms (p95 {p95:.3f})  {median / ours[0]:>8.1f} ×   {hits} hits")
    print(f"    of the ruleset's time, {form[0]:.3f} ms are the normal form of the text")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", type=int, nargs="*", default=[100, 1_000, 10_000])
    parser.add_argument("--length", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    for count in options.rules:
        run(count, options.length, options.rounds)


if __name__ == "__main__":
    main()
