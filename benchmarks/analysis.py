"""How good the analyzers are, and what they cost, beside their peers, in one run.

    python benchmarks/analysis.py                         our own gold set, time and memory
    python benchmarks/analysis.py --data DIR              also the measured data: gold_records.jsonl, keywords/, events/
    python benchmarks/analysis.py --peers DIR             with jieba, yake, sumy … importable from DIR (a site-packages folder)
    python benchmarks/analysis.py --misses                what was missed and what was said in vain
    python benchmarks/analysis.py --news FILE...          only labelled news (JSON Lines, see labelled_news.py), held-out files first
    python benchmarks/analysis.py --tables FILE...        only tables of events of labelled news (see labelled_tables.py)

Keywords are compared exactly in the normal form (Chinese) or stemmed (English); F1@5 is taken of mean precision and mean recall.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import labelled_news
import labelled_tables

from crawler.analyzers import keywords, summary
from crawler.nlp import document as texts
from crawler.nlp import lexicon
from crawler.nlp.events import choice
from crawler.record import Record
from crawler.stages import add as adding
from crawler.text import normal

OWN = Path(__file__).parents[1] / "tests" / "data" / "gold_records_own.jsonl"


@dataclass
class Count:
    """Hits, what was said, what was to be said."""

    hits: int = 0
    said: int = 0
    gold: int = 0

    def add(self, said: set[str], gold: set[str]) -> None:
        self.hits += len(said & gold)
        self.said += len(said)
        self.gold += len(gold)

    def __str__(self) -> str:
        precision, recall = self.hits / max(1, self.said), self.hits / max(1, self.gold)
        return f"P {precision:.3f}  R {recall:.3f}  F1 {2 * precision * recall / max(1e-9, precision + recall):.3f}"


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def golds(path: Path) -> Iterator[dict[str, Any]]:
    """Gold records in one shape, whichever of the two files they come from."""
    for row in read_jsonl(path):
        row["language"] = row.get("language") or row["lang"]
        row["technologies"] = row.get("technologies", [tech["id"] for tech in row.get("ai_tech", ())])
        row["industries"] = [one if isinstance(one, str) else one["id"] for one in row["industries"]]
        yield row


def record_figures(name: str, rows: list[dict[str, Any]], misses: bool) -> None:
    """Technologies, industries, keywords and event sentences of a gold set."""
    counts = {name: Count() for name in ("technologies", "industries", "events", "keywords@5")}
    for gold in rows:
        record = adding.add(Record(gold["title"], "https://example.org/", gold["text"]))
        language = gold["language"]
        said = {
            "technologies": set(record.ai_technologies),
            "industries": set(record.industries),
            "events": sentences_of(record),
            "keywords@5": {normal(word) for word in record.keywords[:5]},
        }
        due = {
            "technologies": {lexicon.names("technology")[ident].in_language(language) for ident in gold["technologies"]},
            "industries": {lexicon.names("industry")[ident].in_language(language) for ident in gold["industries"]},
            "events": {event["sentence"] for event in gold["events"]},
            "keywords@5": {normal(word) for word in gold["keywords"]},
        }
        for kind, count in counts.items():
            if kind == "keywords@5" and not gold["keywords"]:
                continue
            count.add(said[kind], due[kind])
            if misses and said[kind] != due[kind]:
                print(f"    {gold['id']} {kind}: in vain {said[kind] - due[kind] or '-'} missed {due[kind] - said[kind] or '-'}")
    print(f"{name}, {len(rows)} texts")
    for kind, count in counts.items():
        if count.gold:
            print(f"  {kind:14} {count}")


def sentences_of(record: Record) -> set[str]:
    """The sentences in which the events of a record stand."""
    places = [fact.start or 0 for fact in record.facts if fact.kind == "event"]
    return {one.text for one in texts.reading(record.text).sentences for place in places if one.start <= place < one.end}


def own_figures(misses: bool) -> None:
    """The sets of our own gold in the order in which they were written; and the summaries of those that have a reference."""
    rows = list(golds(OWN))
    for name in dict.fromkeys(row["set"] for row in rows):
        record_figures(f"own gold, {name} set", [row for row in rows if row["set"] == name], misses)
    for name in ("second", "third"):
        for is_long in (False, True):
            of_set = [row for row in rows if row["set"] == name and "key" in row]
            some = [row for row in of_set if (len(texts.Reading(row["text"]).sentences) > LONG) is is_long]
            size = "long" if is_long else "short"
            print(f"summaries, {name} set, {len(some)} {size} texts: share of the labelled facts, ROUGE-2 F")
            for by, summarize in SUMMARIES.items():
                said = [(summarize(row), row) for row in some]
                facts = sum(told(summary, row["key"]) for summary, row in said) / len(some)
                overlap = sum(rouge(summary, row["summary"]) for summary, row in said) / len(some)
                print(f"  {by:14} {facts:.3f}  {overlap:.3f}")


# --- summaries

LONG = 12  # sentences, from which a text is long


def told(summary: str, facts: list[str]) -> float:
    """The share of the facts of which the summary holds the telling words; `a|b` are two ways to tell one."""
    form = normal(summary)
    return sum(any(normal(words) in form for words in fact.split("|")) for fact in facts) / len(facts)


def rouge(summary: str, reference: str) -> float:
    """F of the pairs of words (of Han: characters) that both have."""
    one, other = (Counter(pairwise(re.findall("[a-z0-9]+|[\u4e00-\u9fff]", normal(text)))) for text in (summary, reference))
    return 2 * (one & other).total() / max(1, one.total() + other.total())


def lead(row: dict[str, Any]) -> str:
    """The first whole sentences of at most 200 characters."""
    taken = ""
    for sentence in texts.Reading(row["text"]).sentences:
        if len(taken) + len(sentence.text) > summary.longest(row["text"]):
            break
        taken += sentence.text + " "
    return taken


def by_rank(row: dict[str, Any], alike: Callable[[Counter[str], Counter[str], Counter[str], int], float]) -> str:
    """The most central sentences that fit: PageRank over how alike they are, as TextRank and LexRank do."""
    read = texts.Reading(row["text"])
    sentences = [one for one in read.sentences if len(one.text) > 8]
    bags = [Counter(word for word in read.tokens[one.first_word : one.last_word] if len(word) > 1) for one in sentences]
    often, size = Counter(word for bag in bags for word in bag), len(sentences)
    links = [[alike(a, b, often, size) if a is not b else 0.0 for b in bags] for a in bags]
    ranks = [1 / size] * size
    for _ in range(50):
        given = [rank / (sum(row) or 1) for rank, row in zip(ranks, links, strict=True)]
        ranks = [0.15 / size + 0.85 * sum(given[j] * links[j][i] for j in range(size)) for i in range(size)]
    taken, room = [], summary.longest(row["text"])
    for _, one in sorted(zip(ranks, sentences, strict=True), key=lambda pair: -pair[0]):
        if len(one.text) + 1 <= room:
            taken.append(one)
            room -= len(one.text) + 1
    return " ".join(one.text for one in sorted(taken, key=lambda one: one.start))


def common_words(a: Counter[str], b: Counter[str], often: Counter[str], size: int) -> float:
    return len(a.keys() & b.keys()) / (math.log(a.total() + 1) + math.log(b.total() + 1) or 1)


def cosine(a: Counter[str], b: Counter[str], often: Counter[str], size: int) -> float:
    rare = {word: math.log(size / often[word]) + 0.1 for word in (*a, *b)}
    lengths = [math.sqrt(sum((bag[word] * rare[word]) ** 2 for word in bag)) or 1 for bag in (a, b)]
    found = sum(a[word] * b[word] * rare[word] ** 2 for word in a.keys() & b.keys()) / (lengths[0] * lengths[1])
    return found if found > 0.1 else 0.0


SUMMARIES: dict[str, Callable[[dict[str, Any]], str]] = {
    "ours": lambda row: adding.add(Record(row["title"], "", row["text"])).summary,
    "lead": lead,
    "TextRank": lambda row: by_rank(row, common_words),
    "LexRank": lambda row: by_rank(row, cosine),
}


# --- keywords of abstracts and news


def abstracts(path: Path) -> Iterator[tuple[str, str, set[str]]]:
    """(title, text, gold) of the CSL file; the title stands after the last sentence."""
    for line in path.read_text("utf-8").splitlines():
        _, body, gold = line.split("\t")
        cut = max((found.start() for found in re.finditer(r"(?<=[。.!?！？;；)”]) ", body)), default=body.rfind(" "))
        yield body[cut + 1 :], body[:cut], {normal(word) for word in gold.split("_")}


def news(path: Path) -> Iterator[tuple[str, str, set[str]]]:
    for row in read_jsonl(path):
        title, _, text = row["text"].partition("\n")
        yield title, text, {stemmed(word) for word in row["keywords"]}


def stemmed(phrase: str) -> str:
    """Words without their endings, crudely: enough to let singular and plural, -ed and -ing meet."""
    return " ".join(re.sub(r"(?:'s|ies|es|s|ing|ed|e|y)$", "", word) for word in re.findall(r"\w+", phrase.lower()))


Extract = Callable[[str, str], list[str]]


def ours(title: str, text: str) -> list[str]:
    return list(keywords.add(Record(title, "", text)).keywords)


def keyword_figures(
    name: str, rows: list[tuple[str, str, set[str]]], extract: Extract, form: Callable[[str], str]
) -> tuple[float, float, float]:
    """(P@5, F1@5, ms a text)."""
    precision = recall = spent = 0.0
    for title, text, gold in rows:
        started = time.process_time()
        found = extract(title, text)[:5]
        spent += time.process_time() - started
        hits = len({form(word) for word in found} & gold)
        precision += hits / 5 / len(rows)
        recall += hits / len(gold) / len(rows)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    print(f"  {name:24} P@5 {precision * 100:5.1f}   F1@5 {f1 * 100:5.1f}   {spent / len(rows) * 1000:6.2f} ms a text")
    return precision, f1, spent / len(rows) * 1000


def peer(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        print(f"  {module:24} not importable, left out")
        return None


def chinese_peers() -> Iterator[tuple[str, Extract]]:
    if analyse := peer("jieba.analyse"):
        yield "jieba tf-idf", lambda title, text: analyse.extract_tags(title + "。" + text, 5)
        yield "jieba TextRank", lambda title, text: analyse.textrank(title + "。" + text, 5)
    if snow := peer("snownlp"):
        yield "snownlp", lambda title, text: snow.SnowNLP(title + "。" + text).keywords(5)


def english_peers() -> Iterator[tuple[str, Extract]]:
    if yake := peer("yake"):
        for size in (1, 2):
            extractor = yake.KeywordExtractor(lan="en", n=size, top=5)

            def by_yake(title: str, text: str, extractor: Any = extractor) -> list[str]:
                return [word for word, _ in extractor.extract_keywords(title + ". " + text)]

            yield f"yake n={size}", by_yake
    if rake := peer("rake_nltk"):

        def by_rake(title: str, text: str) -> list[str]:
            one = rake.Rake()
            one.extract_keywords_from_text(title + ". " + text)
            return list(one.get_ranked_phrases())

        yield "rake", by_rake
    if summa := peer("summa.keywords"):
        yield "summa TextRank", lambda title, text: summa.keywords(title + ". " + text, split=True)


def all_keyword_figures(data: Path, most_for_slow: int = 100) -> None:
    print("keywords of Chinese abstracts (CSL dev, on which the weights were fitted)")
    rows = list(abstracts(data / "keywords" / "csl_dev.tsv"))
    keyword_figures("ours", rows, ours, normal)
    for name, extract in chinese_peers():
        keyword_figures(name, rows[:most_for_slow] if name == "snownlp" else rows, extract, normal)
    print("keywords of English news (KPCrowd)")
    rows = list(news(data / "keywords" / "kpcrowd_half.jsonl"))
    keyword_figures("ours", rows, ours, stemmed)
    for name, extract in english_peers():
        try:
            keyword_figures(name, rows, extract, stemmed)
        except (LookupError, ValueError) as error:
            print(f"  {name:24} failed: {str(error).strip().splitlines()[0]}")


# --- the one sentence that tells the event


def best_sentence(text: str) -> str:
    return max(choice.scored("", text, "zh"), key=lambda one: one.points).sentence.text


def sentence_figures(data: Path) -> None:
    """In texts of more than one sentence: how often the chosen one holds the trigger of a labelled event."""
    print("the sentence with the event (DuEE, texts of several sentences)")
    rows = []
    for row in read_jsonl(data / "events" / "duee_half.jsonl"):
        sentences = texts.reading(row["text"]).sentences
        if len(sentences) > 1:
            triggers = [event["trigger_start_index"] for event in row["event_list"]]
            rows.append((row["text"], sentences, triggers))
    choosers: list[tuple[str, Callable[[str, Any], str]]] = [
        ("ours", lambda text, _: best_sentence(text)),
        ("lead", lambda _, sentences: str(sentences[0].text)),
        *sentence_peers(),
    ]
    for name, choose in choosers:
        hits = 0
        for text, sentences, triggers in rows:
            chosen = choose(text, sentences)
            place = text.find(chosen)
            hits += any(place <= trigger < place + len(chosen) for trigger in triggers)
        print(f"  {name:24} {hits}/{len(rows)} = {100 * hits / len(rows):.1f} %")


def sentence_peers() -> Iterator[tuple[str, Callable[[str, Any], str]]]:
    if not peer("sumy") or not peer("jieba"):
        return
    cut = peer("jieba").lcut
    document = peer("sumy.models.dom")
    for module, name in (("lex_rank", "LexRank"), ("text_rank", "TextRank"), ("lsa", "LSA"), ("luhn", "Luhn")):
        summarizer = getattr(importlib.import_module(f"sumy.summarizers.{module}"), f"{name.replace('LSA', 'Lsa')}Summarizer")()

        def choose(text: str, sentences: Any, summarizer: Any = summarizer) -> str:
            class Cut:
                def to_words(self, sentence: str) -> tuple[str, ...]:
                    return tuple(cut(sentence))

            made = [document.Sentence(one.text, Cut()) for one in sentences]
            best = summarizer(document.ObjectDocumentModel([document.Paragraph(made)]), 1)
            return str(best[0]) if best else sentences[0].text

        yield f"sumy {name}", choose


# --- cost


FIRST = """
import time, psutil
import crawler.plugins  # pydantic is in every process of ours
from crawler.record import Record
from crawler.text import normal
normal("大語言模型")  # the normal form is there for the rules anyway
process = psutil.Process()
before, started = process.memory_info().rss, time.process_time()
from crawler.stages import add as adding
adding.add(Record("星河智算发布大模型", "", "星河智算今天在澜州发布大模型。The company released a model."))
print(f"ready in {time.process_time() - started:.2f} s CPU, memory +{(process.memory_info().rss - before) / 2**20:.0f} MB")
"""


def cost_figures() -> None:
    subprocess.run([sys.executable, "-c", FIRST], check=True, cwd=Path(__file__).parents[1])
    rows = list(golds(OWN))
    for language in ("zh", "en"):
        text = "\n".join(row["text"] for row in rows if row["language"] == language)[:2000]
        title = "一篇两千字的文章" if language == "zh" else "An article of two thousand letters"
        best = 1.0
        for _ in range(25):
            texts.reading.cache_clear()
            started = time.process_time()
            adding.add(Record(title, "", text))
            best = min(best, time.process_time() - started)
        print(f"all analyzers, {language}, {len(text):,} characters: {best * 1000:.1f} ms CPU")


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--data", type=Path, default=os.environ.get("ZHIXUN_MEASURED_DATA"), help="folder of the measured data")
    options.add_argument("--peers", type=Path, help="site-packages with the peers")
    options.add_argument("--misses", action="store_true")
    options.add_argument("--news", type=Path, nargs="+", help="files of labelled news")
    options.add_argument("--tables", type=Path, nargs="+", help="files of labelled news with tables")
    chosen = options.parse_args()
    if chosen.tables:
        labelled_tables.figures(chosen.tables, chosen.misses)
        return
    if chosen.news:
        labelled_news.figures(chosen.news, chosen.misses)
        return
    cost_figures()
    own_figures(chosen.misses)
    if not chosen.data:
        return
    if chosen.peers:
        sys.path.append(str(chosen.peers))
    record_figures("given gold", list(golds(Path(chosen.data) / "gold_records.jsonl")), chosen.misses)
    sentence_figures(Path(chosen.data))
    all_keyword_figures(Path(chosen.data))


if __name__ == "__main__":
    main()
