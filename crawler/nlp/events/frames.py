"""What the frames of both languages need: an event in its article, cells, and the figures that read the same in both. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from crawler.text import HAN, has_han


class Cell(NamedTuple):
    """A value, and the words of the record that it rests on."""

    value: str
    quote: str

    @property
    def names(self) -> list[str]:
        """Of a cell that was `joined` of several."""
        return self.value.replace("、", ", ").split(", ")


_PAST = re.compile(
    r"此前|去年|前年|曾|上一轮|(?:19|20)\d\d年|\b(?:previous|earlier|last year|in 20\d\d|prior|had)\b", re.IGNORECASE
)


EARLIER = re.compile(  # of what is told as history
    r"去年|前年|早在|曾(?:经)?(?:完成|获得|收购|宣布|推出|发布)|此前[^，。]{0,8}(?:完成|获得)|(?:完成|获得|拿|推出|发布|收购)过|(?:19|20)\d\d年，|(?:19|20)\d\d年[^，。月]{0,12}(?:完成|获)"
    r"|\blast (?:month|spring|summer|autumn|winter|January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|\b(?:last year|(?:in|since) (?:early |late )?20[0-2]\d\b|(?:previously|earlier) raised|rumou?red)"
)


class Known(NamedTuple):
    """What is known of an event; `words`: its sentence or the stretch of it that tells the event."""

    type: str
    words: str
    actors: Sequence[str] = ()
    object: str | None = None
    amount: str | None = None
    date: str | None = None


class Said(NamedTuple):
    """An event in its article: its sentence, and those behind it in the paragraph; its day and actors as they are known."""

    title: str
    text: str
    sentence: str
    behind: tuple[str, ...] = ()
    date: Cell | None = None
    actors: tuple[str, ...] = ()

    def filled(self, **columns: str | Cell | None) -> dict[str, Cell]:
        """The columns that hold something; bare words are quoted from the event's sentence."""
        cells = {name: Cell(value, self.sentence) if isinstance(value, str) else value for name, value in columns.items()}
        return {name: cell for name, cell in (cells | {"date": self.date}).items() if cell is not None and cell.value}

    def below(self) -> tuple[str, ...]:
        """The sentences right behind: those of its paragraph, and the first of the next one."""
        end = self.text.find("\n", max(0, self.text.find(self.sentence)))
        line = self.text[end + 1 :].partition("\n")[0][:LONGEST] if end >= 0 else ""
        return (*self.behind, END.split(line)[0]) if line else self.behind

    def about(self, name: str) -> tuple[str, ...]:
        """Where more may be said of what this one did: in the sentences behind, and in the whole text if its title names it."""
        if not name or name.split(maxsplit=1)[0] not in self.title:
            return self.behind
        rest = self.text[max(0, self.text.find(self.sentence)) + len(self.sentence) :]
        found = (one.strip() for line in rest[: MOST * LONGEST].split("\n") for one in END.split(line))
        return tuple(one for one in found if 0 < len(one) <= LONGEST and not _PAST.search(one))[:MOST]


Reader = Callable[[Said], dict[str, Cell] | list[dict[str, Cell]]]  # of an event, the cells of its row, or of its rows
END = re.compile(
    r"(?<=[。！？])(?![”」』）])|(?<=[。！？][”」』])|(?<=[a-z\d)%”\"’][.!?])(?<!\b[ap]\.m\.)(?<!\b(?:Mr|Ms|Dr|St|No)\.)(?<!\b(?:Inc|Mrs|Ltd)\.)(?<!\bCorp\.)[ ]+(?=[A-Z“\"$€£])"
)
LONGEST, MOST = 400, 40  # characters of a sentence that is read, and sentences: a frame tries a long run of names in many ways
BEHIND = 3  # sentences of the same paragraph in which more is said of an event


def placed(detail: str, title: str, text: str) -> Said:
    """The event whose words these are."""
    at = text.find(detail)
    if at < 0:
        return Said(title[:LONGEST], text, detail[:LONGEST])
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    start = max(start, at - LONGEST)
    paragraph = text[start : end if 0 <= end < at + 4 * LONGEST else at + 4 * LONGEST]
    sentences: list[str] = []
    begins, place = 0, 0
    for one in filter(None, END.split(paragraph)):
        place = paragraph.find(one, place) + len(one)
        if sentences and place - len(one) < at - start + len(detail) - 1:
            sentences[0] = paragraph[begins:place].strip()
        elif place > at - start:
            begins = begins if sentences else place - len(one)
            sentences.append(one.strip())
    whole = re.sub(r"^[-*•●◆■▪]\s*", "", sentences[0]) if sentences and detail[:8] in sentences[0] else detail
    behind = tuple(one for one in sentences[1 : 1 + BEHIND] if len(one) <= LONGEST)
    return Said(title[:LONGEST], text, whole[:LONGEST], behind)


def cell_of(patterns: Sequence[re.Pattern[str]], *places: str) -> Cell | None:
    """What the first match names, or else all of it."""
    for place in places:
        for pattern in patterns:
            if match := pattern.search(place):
                return Cell(next(filter(None, match.groupdict().values()), match[0]).strip(' ，,、"'), place)
    return None


def surest(patterns: Sequence[re.Pattern[str]], *places: str) -> Cell | None:
    """The first pattern that any of the places has."""
    return next((cell for pattern in patterns if (cell := cell_of((pattern,), *places))), None)


def cell(value: str | None, quote: str) -> Cell | None:
    return Cell(value, quote) if value else None


def joined(names: Sequence[str], quote: str) -> Cell | None:
    mark = "、" if has_han("".join(names) + quote[:40]) else ", "
    return Cell(mark.join(dict.fromkeys(names)), quote) if names else None


def compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, patterns))


MONEY_EN = (
    r"(?:(?:US|HK|NT|A|C|S)?[$€£¥₹]\s?\d[\d,.]*\d?(?:[ -]?(?:million|billion|trillion|crore|lakh|bn|mn|[mMkKB])\b)?"
    r"|(?:SEK|NOK|DKK|CHF|RMB|EUR|USD|GBP|INR|RM|Rs\.?) ?\d[\d,.]*\d?(?: (?:million|billion|crore|trillion))?"
    r"|\d[\d,.]* (?:million|billion|trillion) (?:[A-Z][a-z]+ )?(?:dollars|euros|pounds|yuan|yen|won|rupees|ringgit|francs|kronor|kroner|crowns))"
)
SIZE = compiled(
    r"(?P<it>\d[\d.,]*[BM](?:(?:、|和|及|与|,? and |, |/| ?[–-] ?)\d[\d.,]*[BM])*)(?![A-Za-z\d])(?=[^。.]{0,24}(?:参数|尺寸|版本|模型|parameter|model|size|variant|weights))",
    r"(?P<it>\d[\d.,]*(?: (?:billion|million|trillion))?(?:(?:,? and |, | to )\d[\d.,]*(?: (?:billion|million|trillion))?)* (?:billion|million|trillion)[- ](?:active "
    r"|total )?parameters?)",
    r"(?P<it>(?:\d[\d.,]*|[a-z]{3,8})[- ](?:billion|million|trillion)[- ]parameters?)",
    r"(?:参数(?:量|规模)?(?:约|达|为|高达|总计|达到|超)*)(?P<it>\d[\d.,]*(?:[千百]?万亿|[千百]?[万亿])(?:级)?)|(?P<also>\d[\d.,]*(?:[千百]?万亿|[千百]?[万亿])(?:个|级)?参数)",
    r"\b(?P<it>\d[\d.]*B)\b(?= (?:open|dense|mixture|parameter|model|language|reasoning))|(?:an?|the|its) (?P<also>\d[\d.]*B)(?= )",
)
LICENCE = compiled(
    r"Apache(?:[- ]License)?(?:,? (?:v|version )?|-)?(?:2\.0)|(?<![A-Za-z])MIT(?![A-Za-z])(?=[^。.]{0,8}(?:licen[cs]e|许可|协议|开源))|(?:CC[- ]BY(?:-[A-Z]{2})*(?:[- ]\d\.0)?|L?A?GPL(?:v"
    r"| ?)\d(?:\.0)?|BSD(?:-\d-Clause)?|MPL ?2\.0|木兰[^，。]{0,8}许可证?|OpenRAIL(?:-M)?)",
    r"Apache(?=[^。.]{0,6}(?:licen[cs]|许可|协议))",
    r"(?P<it>(?:Creative Commons|community|research-only|non-commercial|proprietary) [Ll]icen[cs]e)",
)
PRICE = compiled(
    r"每(?:百万|千|万|1?00万|千个|百万个)?\s?(?:个)?(?:输入|输出)?\s?(?:tokens?|Tokens?|词元|次|月|人|台|小时|分钟|年|张|秒)[^，。；\d]{0,6}\d[\d,.]*(?:元|美元|美分|分)|\d[\d,.]*(?:元|美元)[/每](?:百万"
    r"|千)?\s?(?:tokens?|Tokens?|词元|次|月|人|台|小时|分钟|年|张|秒)",
    rf"{MONEY_EN}(?:,)? (?:per|a|an|for every|for each) (?:(?:million|thousand|1,000|1M|input|output|user|seat|hour|minute|month|year|token|image|page|call"
    rf"|employee)s?\b ?)+(?:per month|a month)?",
    r"(?:售价|定价|起售价|价格)(?:为|仅|是)?(?P<it>\d[\d,.]*(?:元|万元|美元)(?:起)?)",
    r"\b(?:is|are|will be|costs?|priced at|starts? at|starting at|sells? for|at a price of) (?P<it>\$\d[\d,.]*\d|free(?= of charge| for|\.|,))",
    r"(?P<it>free) (?:SDK|tier|app|version|model|of charge)|(?P<also>免费)(?:开放|提供|使用)",
)


VERSION = compiled(
    r"(?<![A-Za-z\d.$¥€£])(?<!Apache )(?<!Apache-)(?<!License )(?<!GPL)(?<!BY )(?<!Python )[vV]?(?P<it>\d{1,2}\.\d{1,2}(?:\.\d+)?)(?![\d.%]"
    r"|\s*(?:[亿万元%倍秒个GTM]|billion|million|trillion|per|times|seconds))"
)


ROUND = compiled(
    r"(?:Pre-)?[A-HP]\d?\+{0,2}(?:[-—至到]?[A-H]\d?\+{0,2})?轮|(?:种子|天使|战略|股权|过桥|首)\+*轮(?!驱)|Pre-?IPO轮?|战略(?:融资|投资)|首次公开募股|(?:(?!发行)[^，。、“\s年的]){0,8}(?:债券|可转债)(?<!行债券)(?:（[^）]*）)?|定向增发"
    r"|基石轮|首次公开发行|IPO|贷款",
    r"\b[Pp]re-[Ss]eed\b|\b[Ss]eed(?=[- ](?:round|funding|financing|extension|stage|money)|,|\.| led)|\bSeries [A-K](?:-?\d|\+|\d)?(?: extension)?\b"
    r"|\binitial public offering\b|\bIPO\b"
    r"|\b(?:convertible (?:notes?|bonds?)|debt financing|venture debt|growth (?:round|equity)|bridge round|angel round|private placement|rights issue|mezzanine round"
    r"|strategic round|(?:high-yield|green|senior|corporate|junk) bonds?|loan|grant)\b",
)


def amount_of(places: Iterable[str], money: str, not_behind: str) -> Cell | None:
    """The first sum that is none of what may stand before it."""
    for place in places:
        for match in re.finditer(money, place):
            before, behind = place[max(0, match.start() - 14) : match.start()], place[match.end() : match.end() + 8]
            is_other = re.search(rf"(?:{not_behind})[^，,]{{0,10}}$", before)
            if not is_other and not re.match(r" ?(?:valuation|的?估值|per |a share|每)", behind):
                return Cell(match[0].strip(" ，,."), place)
    return None


NAMED_MODEL = re.compile(
    r"(?P<quoted>[“「《][^”」》]{2,20}[”」》](?:[ -]?\d[\w.]*)?)|(?P<latin>[A-Z][A-Za-z]*(?:[-·][A-Za-z\d.]+)*(?: (?:[A-Z][A-Za-z]*|\d+(?:\.\d+)*|[vV]\d[\d.]*))*"
    r"|[a-z]+(?:-[a-z\d.]+)*-\d[\w.]*)"
    rf"|(?P<han>[{HAN}]{{2,8}}(?<!为)(?<!至)(?<!达)[ -]?[vV]?\d+(?:\.\d+)+(?: ?[A-Z][a-z]+)?(?![\d%亿万元倍个]))"
)
NO_MODEL = re.compile(
    r"^(?:AI|API|APP|App|SDK|GPU|CPU|LLM|OTA|GitHub|Hugging Face|HuggingFace|IPO|CEO|Apache.*|MIT|ModelScope|Agent|Robotaxi|L\d|The|Its|A|An|Python"
    r"|PDF|B|M|Beta|Pro|IDC)$"
)
_VERSIONED = re.compile(r"[ -]?[vV]?(?P<it>\d+(?:\.\d+)+)$")


def model(said: Said, name: str) -> dict[str, Cell]:
    """What is said of a model: its version apart from its name, licence, size, price."""
    places = (said.sentence, *said.about(name))
    version = _VERSIONED.search(name)
    bare = name[: version.start()] if version and version.start() > 1 else name
    return said.filled(
        object=cell(bare, said.sentence),
        version=cell(version["it"], said.sentence)
        if version
        else cell_of(VERSION, said.sentence)
        if bare and re.search(r"版本|[vV]ersion", said.sentence)
        else None,
        licence=cell_of(LICENCE, *places, said.title),
        size=cell_of(SIZE, said.sentence, *said.behind[:1]),
        price=cell_of(PRICE, *places),
    )


def only(said: Said, names: Sequence[str] | None) -> str:
    """The one actor that an event has, if the article names it again."""
    return names[0] if names and len(names) == 1 and (said.text.count(names[0]) > 1 or names[0] in said.title) else ""


PROCESS = compiled(
    r"\d{1,2}\s?(?:nm|纳米)(?![^，。]{0,4}(?:精度|误差|波长|颗粒))(?=[^，。.]{0,16}(?:制程|工艺|节点|芯片|流片|加速|处理器|量产|process|node|chip|ASIC|SoC|AI "
    r"|accelerator|technology|die|silicon|GPU"
    r"|CPU|version|line|[,.;)]|$))",
    r"\d{1,2}[- ]?nano(?:met(?:er|re)|m)s?(?=[- ](?:\w+ )?(?:process|node|chip|technology|class|accelerator|silicon|line))",
    r"(?:采用|基于)[^，。]{0,10}?(?P<it>\d{1,2}\s?(?:nm|纳米))",
)
STAGE_DEAL = compiled(
    r"尚需[^，。；]{2,30}",
    r"(?:被曝|正在|正)(?:与[^，。]{2,16})?(?:洽谈|谈判|接洽)[^，。；]{0,12}",
    r"附[^，。]{0,8}条件批准|禁止|叫停|否决",
    r"已(?:经)?完成(?:交割|收购)|(?<![前计底月内])完成交割|已(?:经)?完成|收购[^，。]{0,12}(?P<it>(?<![前计])完成(?:交割)?)|签署[^，。]{0,8}协议|获(?:得)?[^，。]{0,10}批准|获批|终止",
    r"agreed to merge|agreed(?= to (?:buy|acquire|purchase|take|sell|be acquired))|(?:signed|entered into|reached) (?:a |an )?(?:definitive |binding |preliminary )?agreement"
    r"|in (?:advanced |exclusive |early |late-stage )?talks to (?:buy|acquire|sell)|has completed|\bcompleted|\bclosed|expected to close[^.;,]{0,40}|called off"
    r"|abandoned|blocked|cleared|approved",
    r"拟|计划收购|有意收购",
    r"plans to (?:buy|acquire)|is (?:acquiring|buying)|(?:will|to) (?:buy|acquire)",
    r"[Ss]ubject to [^.;,]{4,80}|needs? the (?:nod|approval) of [^.;,]{4,80}?(?= and should|[.;,])",
)
