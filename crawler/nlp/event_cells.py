"""What an event's sentence says beside its headline: who raised, bought or took a post, by which round, with whom, at which price. Pure.

    cells(kind, event, title, text) → {column: Cell(value, quote)}

A sentence is read by frames ("… 完成 … 轮融资", "… joins … as …"), each a pattern whose groups are named after columns. Where none of the
frames of a kind fits, nothing is said: an empty cell is better than a doubtful one. What stands in the sentences right behind it counts
where it can be said of nothing else (who led the round, the licence, the price).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from crawler.nlp.event_fields import main_name
from crawler.record import Event
from crawler.text import HAN, is_han


class Cell(NamedTuple):
    """A value, and the words of the record that it rests on."""

    value: str
    quote: str


_PAST = re.compile(
    r"此前|去年|前年|曾|上一轮|(?:19|20)\d\d年|\b(?:previous|earlier|last year|in 20\d\d|prior|had)\b", re.IGNORECASE
)


class _Said(NamedTuple):
    """An event in its article: its sentence, and those behind it in the paragraph that begin no other event."""

    event: Event
    title: str
    text: str
    sentence: str
    behind: tuple[str, ...]

    def about(self, name: str) -> tuple[str, ...]:
        """Where more may be said of what this one did: in the sentences behind, and in the whole text if its title names it."""
        if not name or name.split(maxsplit=1)[0] not in self.title:
            return self.behind
        rest = self.text[max(0, self.text.find(self.sentence)) + len(self.sentence) :]
        return tuple(one for one in _END.split(rest.replace("\n", " ")) if one and not _PAST.search(one))


def cells(kind: str, event: Event, title: str, text: str) -> dict[str, Cell]:
    """The columns that the text fills, of an event of a kind that has a table."""
    said = _said(event, title, text)
    is_chinese = sum(map(is_han, said.sentence)) > len(said.sentence) / 5
    read = (_READ_ZH if is_chinese else _READ_EN).get(kind)
    found = {name: cell for name, cell in (read(said) if read else {}).items() if cell is not None and cell.value}
    return found if found.keys() & {"actors", "object"} else {}


def kind_of(event: Event, title: str, text: str) -> str:
    """The kind whose frame a sentence fits with what makes such an event; "" where it fits none for sure."""
    if len(event.detail) < SHORTEST:
        return ""
    said = _said(event, title, text)
    is_chinese = sum(map(is_han, said.sentence)) > len(said.sentence) / 5
    for kind, words in _WORDS.items():
        if words.search(said.sentence):
            found = {name for name, cell in (_READ_ZH if is_chinese else _READ_EN)[kind](said).items() if cell and cell.value}
            if any(found >= needed for needed in _NEEDED[kind]):
                return kind
    return ""


SHORTEST = 12  # characters of a sentence that can tell an event: less is a heading
_NEEDED: Mapping[str, tuple[set[str], ...]] = {  # columns that are filled where it is surely one
    "funding": ({"actors", "round"}, {"actors", "investors", "amount"}),
    "acquisition": ({"actors"},),
    "people": ({"actors", "post"},),
    "policy": ({"actors", "object", "stage"},),
    "partnership": ({"actors", "object"},),
    "chip": ({"actors", "process"},),
    "release": ({"object", "licence"}, {"object", "size"}, {"object", "version"}, {"object", "price"}),
}
_WORDS: Mapping[str, re.Pattern[str]] = {
    "funding": re.compile(r"融资|轮|募|债券|IPO|投资方|[Rr]ound|[Ff]unding|Series [A-K]|awarded|seed|offering"),
    "acquisition": re.compile(r"收购|并购|股权|股份|买下|\b(?:buy|acqui|purchas|bought|take over|taken over)"),
    "people": re.compile(r"任|职|加盟|加入|离开|\b(?:join|appoint|name|hire|step|resign|leav|left|depart|promot|successor|quit)"),
    "policy": re.compile(
        r"印发|发布|公布|出台|通过|征求意见|批准|《|议会|\b(?:law|Act|Bill|rules?|banned|regulat|parliament|government|ministry|scheme|authority|Commission)\b"
    ),
    "partnership": re.compile(
        r"合作|签署|签约|共建|中标|合资|共同|联合|\b(?:partner|agreement|joint|alliance|contract|team(?:ed|s) up)"
    ),
    "chip": re.compile(r"nm|纳米|nanomet|芯片|chip|accelerator|processor"),
    "release": re.compile(r"开源|发布|推出|上线|参数|\b(?:releas|open|publish|launch|parameter|licen[cs]e|availab)"),
}


# ---- sentences

_END = re.compile(
    r"(?<=[。！？])(?![”」』）])|(?<=[。！？][”」』])|(?<=[a-z\d)%”\"’][.!?])(?<!\b(?:Mr|Ms|Dr|St|No)\.)(?<!\b(?:Inc|Mrs|Ltd)\.)(?<!\bCorp\.)[ ]+(?=[A-Z“\"$€£])"
)
BEHIND = 3  # sentences of the same paragraph in which more is said of an event


def _said(event: Event, title: str, text: str) -> _Said:
    detail = event.detail or event.headline
    at = text.find(detail)
    if at < 0:
        return _Said(event, title, text, detail, ())
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    paragraph = text[start : end if end >= 0 else len(text)]
    sentences, place = [], 0
    for one in [part for part in _END.split(paragraph) if part]:
        place = paragraph.find(one, place)
        if place + len(one) > at - start:
            sentences.append(one.strip())
        place += len(one)
    sentences = [re.sub(r"^[-*•●◆■▪]\s*", "", one) for one in sentences]
    whole = sentences[0] if sentences and detail[:8] in sentences[0] else detail
    return _Said(event, title, text, whole, tuple(sentences[1 : 1 + BEHIND]))


def _first(patterns: Sequence[re.Pattern[str]], *places: str) -> tuple[re.Match[str], str] | None:
    """The first match, and where it stands."""
    return next(((match, place) for place in places for pattern in patterns if (match := pattern.search(place))), None)


def _cell(patterns: Sequence[re.Pattern[str]], *places: str, name: str = "it") -> Cell | None:
    found = _first(patterns, *places)
    if found is None:
        return None
    match, place = found
    value = (match.groupdict().get(name) or match[0]).strip(' ，,、"')
    return Cell(value, place)


def _surest(patterns: Sequence[re.Pattern[str]], *places: str) -> Cell | None:
    """The first pattern that any of the places has."""
    return next((cell for pattern in patterns if (cell := _cell((pattern,), *places))), None)


def _of(value: str | None, quote: str) -> Cell | None:
    return Cell(value, quote) if value else None


def _joined(names: Sequence[str], quote: str) -> Cell | None:
    mark = "、" if any(is_han(sign) for name in names for sign in name) or any(map(is_han, quote[:40])) else ", "
    return Cell(mark.join(dict.fromkeys(names)), quote) if names else None


def _compiled(*patterns: str, flags: int = 0) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, flags) for pattern in patterns)


# ---- names, Chinese

_MARKS_ZH = r"，。；：！？、|｜\n"
_AT_ZH = rf"(?:^|(?<=[{_MARKS_ZH}】　]))"  # a phrase begins where a clause does
_LEAD_ZH = re.compile(
    r"^(?:[●◆■▪•·\s　]+|【[^】]*】|[^，。]{0,8}(?:讯|电)(?:[（(][^）)]*[）)]\s*|[\s　])|据[^，]{1,14}，|[^　]{1,10}　|(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]|\d{1,2}日"
    r"|(?:上午|下午|晚间|晚|凌晨|当地时间|北京时间)|(?:近日|日前|昨日|昨天|今日|今天|昨晚|今晨|同日|当天|当日|本周|上周|周[一二三四五六日]|此外|另外|其中|同时|随后|目前|最近|日|由))+[，,]?"
)
_TAIL_ZH = re.compile(
    r"(?:(?:今|昨|当|同)(?:日|天|晚)|近日|日前|本周|上周|最近|近期|刚刚|宣布|正式|已经|已|将|拟|也|还|又|并|则|再次|再度|成功|率先|独家|计划|决定|于?(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]|于?\d{1,2}日|于|当地时间|上午|下午|晚间|"
    r"(?:在|以)[^，]{1,14}|发布公告|公告称?|官宣|披露|表示|称)+$"
)
_KIND_ZH = re.compile(
    rf"^[{HAN}A-Za-z\d·“”-]*?(?:公司|企业|平台|机构|厂商|品牌|独角兽|团队|初创|服务商|供应商|制造商|运营商|开发商|龙头|巨头|工具|应用)(?=[{HAN}A-Za-z“][^，]+)(?!有限|股份|集团|总部|旗下)"
)
_QUOTED_ZH = re.compile(r"[“「]([^”」]{2,16})[”」]$")
_NO_NAME_ZH = re.compile(
    r"^(?:其|该|它|他|她|公司|双方|两家|三家|各|本次|此次|本轮|交易|消息|记者|市场|投资|融资|金额|这|那|后者|前者|股东|老股东|项目|国内|海外|团队|企业|对方|多家|一家|某)|[的了是在把将被和与]$|[，。；：？！]|^\d+$|计划|预计|版本|\d月|(?:领域|行业|市场|赛道|功能"
    r"|业务|月后|年后|后)$"
)


def name_zh(words: str) -> str:
    """The name in a phrase of Chinese, without time, kind and post; "" where it holds none for sure."""
    words = re.sub(r"[（(][^）)]*[）)]", "", _LEAD_ZH.sub("", words.strip()))
    words = _TAIL_ZH.sub("", words).strip()
    if quoted := _QUOTED_ZH.search(words):
        return quoted[1]
    words = _KIND_ZH.sub("", words).strip("“”「」 ")
    return words if 2 <= len(words) <= 24 and "的" not in words and not _NO_NAME_ZH.search(words) else ""


def names_zh(words: str) -> list[str]:
    """Those of a list."""
    words = re.sub(r"等(?:[一二两三四五六七八九十多\d]*[家个名]?[^，、]{0,8})?$", "", words)
    parts = re.split(r"、|以及|及|和|与|，", words)
    return [name for part in parts if (name := name_zh(part))]


_POST_ZH = (
    r"(?:首席[^，。、\s“]{1,6}官|首席[^，。、\s“]{0,4}(?:科学家|研究员|顾问|架构师|经济学家)|(?:联席|执行|高级|常务|资深|全球)*(?:副)?(?:总裁|董事长|总经理|主席|院长|校长|主任|所长|局长|部长|总监|总工程师|会长|秘书长|行长|司长|厅长)|"
    r"联合创始人|创始人|负责人|主管|合伙人|(?:独立)?董事|C[ETFOSMP]O|研究员|教授|顾问|工程师|高管|代表|发言人|书记)"
)
_whole_post = re.compile(rf"(?:首任|新任|联席|独立)?{_POST_ZH}(?:(?:兼|、|和|及){_POST_ZH})*$")
_owned_post = re.compile(
    rf"(?P<of>[^，。的]{{2,20}}?)(?:的)?(?P<post>(?:首任|新任|[^，。的]{{0,6}}事业部|[^，。的]{{0,6}}业务)?{_POST_ZH}(?:(?:兼|、|和|及){_POST_ZH})*)$"
)
_person_zh = re.compile(
    rf"(?:(?<=官)|(?<=[家员人长裁监理士授管席问师事记者OI、，,；“])|(?<=博士)|^)(?P<it>[{HAN}]{{2,4}}|[{HAN}]{{1,6}}·[{HAN}·]{{1,10}}|[A-Z][a-z]+(?: [A-Z][a-z]+)+)$"
)
_NO_PERSON_ZH = re.compile(
    r"公司|集团|科技|大学|学院|智能|团队|员工|成员|员会|董事会|部门|自己|本人|他们|我们|高管|[上下]周|近日|日前|月|日$|年|此前|随后|并|被|已"
)


def _person(words: str) -> str:
    words = _TAIL_ZH.sub("", re.sub(r"[（(][^）)]*[）)]", "", words)).strip("“” ")
    match = _person_zh.search(words)
    return match["it"] if match and not _NO_PERSON_ZH.search(match["it"]) else ""


def _owner_and_post(said: _Said, words: str) -> tuple[str, str]:
    """腾讯高级副总裁 → (腾讯, 高级副总裁); of "the company" it is the one that the article is about."""
    words = re.sub(r"^(?:[前原]|其|新任|现任|时任)+", "", _LEAD_ZH.sub("", words))
    words = re.sub(r"(?:一职|职务|的职务)$", "", words)
    its_own = re.match(r"(?:该|本)?公司", words)
    owner = main_name(said.title, said.text, "zh") if its_own else ""
    words = words[its_own.end() :] if its_own else words
    if not re.search(rf"{_POST_ZH}$", words) or len(words) > 24:
        return owner, ""
    if its_own or _whole_post.match(words):
        return owner, words
    match = _owned_post.match(words)
    owner = _known(said, name_zh(match["of"])) if match else ""
    return (owner, match["post"]) if match and owner else ("", words if len(words) <= 12 else "")


# ---- amounts and figures

_MONEY_ZH = (
    r"(?:人民币)?(?:近|约|逾|超过?|高达|数)?\d[\d,.]*\s?(?:余|多)?(?:百|千)?[万亿]{0,2}(?:余|多)?(?:元人民币|人民币|美元|元|港元|欧元|日元|英镑|韩元|新台币|新元)|(?:近|数|上|逾"
    r"|超)?[一二两三四五六七八九十百千数]+[百千万亿]+(?:余|多)?(?:元人民币|人民币|美元|元|港元|欧元|日元)|近[百千]?[万亿]元?(?:人民币|美元|元)"
)
_MONEY_EN = (
    r"(?:(?:US|HK|NT|A|C|S)?[$€£¥₹]\s?\d[\d,.]*\d?(?:[ -]?(?:million|billion|trillion|bn|mn|m|k)\b)?"
    r"|(?:SEK|NOK|DKK|CHF|RMB|EUR|USD|GBP|INR|Rs\.?) ?\d[\d,.]*\d?(?: (?:million|billion|crore|trillion))?"
    r"|\d[\d,.]* (?:million|billion|trillion) (?:dollars|euros|pounds|yuan|yen|won|rupees|francs|kronor|kroner))"
)
_SIZE = _compiled(
    r"(?P<it>\d[\d.,]*[BM](?:(?:、|和|及|与|,? and |, |/| ?[–-] ?)\d[\d.,]*[BM])*)(?![A-Za-z\d])(?=[^。.]{0,24}(?:参数|尺寸|版本|模型|parameter|model|size|variant|weights))",
    r"(?P<it>\d[\d.,]*(?: (?:billion|million|trillion))?(?:(?:,? and |, | to )\d[\d.,]*(?: (?:billion|million|trillion))?)* (?:billion|million|trillion)[- ](?:active "
    r"|total )?parameters?)",
    r"(?P<it>\d[\d.,]*[- ](?:billion|million|trillion)[- ]parameters?)",
    r"(?:参数(?:量|规模)?(?:约|达|为|高达|总计|达到|超)*)(?P<it>\d[\d.,]*(?:[千百]?[万亿])(?:级)?)|(?P<also>\d[\d.,]*(?:[千百]?[万亿])(?:个|级)?参数)",
    r"\b(?P<it>\d[\d.]*B)\b(?= (?:open|dense|mixture|parameter|model|language|reasoning))|(?:an?|the|its) (?P<also>\d[\d.]*B)(?= )",
)
_LICENCE = _compiled(
    r"Apache(?:[- ]License)?(?:,? (?:v|version )?|-)?(?:2\.0)|\bMIT\b(?=[^。.]{0,8}(?:licen[cs]e|许可|协议|开源))|(?:CC[- ]BY(?:-[A-Z]{2})*(?:[- ]\d\.0)?|L?A?GPL(?:v"
    r"| ?)\d(?:\.0)?|BSD(?:-\d-Clause)?|MPL ?2\.0|木兰[^，。]{0,8}许可证?|OpenRAIL(?:-M)?)",
    r"Apache(?=[^。.]{0,6}(?:licen[cs]|许可|协议))",
    r"(?P<it>(?:Creative Commons|community|research-only|non-commercial|proprietary) [Ll]icen[cs]e)",
)
_PRICE = _compiled(
    r"每(?:百万|千|万|1?00万|千个|百万个)?\s?(?:个)?(?:输入|输出)?\s?(?:tokens?|Tokens?|词元|次|月|人|台|小时|分钟|年|张|秒)[^，。；\d]{0,6}\d[\d,.]*(?:元|美元|美分|分)|\d[\d,.]*(?:元|美元)[/每](?:百万"
    r"|千)?\s?(?:tokens?|Tokens?|词元|次|月|人|台|小时|分钟|年|张|秒)",
    rf"{_MONEY_EN}(?:,)? (?:per|a|an|for every|for each) (?:(?:million|thousand|1,000|1M|input|output|user|seat|hour|minute|month|year|token|image|page|call"
    rf"|employee)s?\b ?)+(?:per month|a month)?",
    r"(?:售价|定价|起售价|价格)(?:为|仅|是)?(?P<it>\d[\d,.]*(?:元|万元|美元)(?:起)?)",
    r"\b(?:is|are|will be|costs?|priced at|starts? at|starting at|sells? for|at a price of) (?P<it>\$\d[\d,.]*\d|free(?= of charge| for|\.|,))",
    r"(?P<it>free) (?:SDK|tier|app|version|model|of charge)|(?P<also>免费)(?:开放|提供|使用)",
)


def _figure(patterns: Sequence[re.Pattern[str]], *places: str) -> Cell | None:
    for place in places:
        for pattern in patterns:
            if match := pattern.search(place):
                value = next((value for value in match.groupdict().values() if value), match[0])
                return Cell(value.strip(" ，,"), place)
    return None


_VERSION = _compiled(
    r"(?<![A-Za-z\d.$¥€£])(?<!Apache )(?<!Apache-)(?<!License )(?<!GPL)(?<!BY )(?<!Python )[vV]?(?P<it>\d{1,2}\.\d{1,2}(?:\.\d+)?)(?![\d.%]"
    r"|\s*(?:[亿万元%倍秒个GTM]|billion|million|trillion|percent|per|times|seconds))"
)


def _date(said: _Said) -> Cell | None:
    return _of(said.event.date, said.event.detail or said.event.headline)


# ---- money raised

_ROUND = _compiled(
    r"(?:Pre-)?[A-HP]\d?\+{0,2}(?:[-—至到]?[A-H]\d?\+{0,2})?轮|(?:种子|天使|战略|股权|过桥|首|新一)\+*轮(?!驱)|Pre-?IPO轮?|战略(?:融资|投资)|首次公开募股|[^，。、“\s年]{0,8}(?:债券|可转债)(?:（[^）]*）)?|定向增发"
    r"|基石轮",
    r"\b[Pp]re-[Ss]eed\b|\b[Ss]eed(?=[- ](?:round|funding|financing|extension|stage|money)|,|\.| led)|\bSeries [A-K](?:-?\d|\+|\d)?(?: extension)?\b"
    r"|\binitial public offering\b|\bIPO\b"
    r"|\b(?:convertible (?:notes?|bonds?)|debt financing|venture debt|growth (?:round|equity)|bridge round|angel round|private placement|rights issue|mezzanine round"
    r"|strategic round|green bonds?)\b",
)
_RAISE_ZH = re.compile(
    rf"{_AT_ZH}(?P<who>[^{_MARKS_ZH}】]{{2,40}}?)(?:[（(][^）)]*[）)])?(?:，[^，。]{{0,24}}，)?(?:已|近日|今日|日前|昨日|本周|刚刚|成功|连续|正式|宣布|官宣|再次|再|(?:\d{{4}}年)?面向[^，。]{{2,12}}"
    rf"|于[^，。]{{2,10}}|在[^，。]{{2,14}})*(?:完成|获得|获(?!悉|奖|批)|拿到|拿下|斩获|敲定|募集|筹集|筹得|募得|融得|收获|公开发行|发行|签下|锁定)"
)
_RAISES_ZH = re.compile(r"融资|[轮投]|募|债券|上市|IPO|增资|注资")
_NOT_YET_ZH = re.compile(
    r"洽谈|寻求|考虑|有意|传闻|拟|计划|或将|曾(?:经)?(?:完成|获得)|值得(?:注意|一提)的是|此前[^，]{0,8}(?:完成|获得)|(?:19|20)\d\d年[^，。]{0,12}(?:完成|获)|去年|前年"
)
_LED_ZH = _compiled(
    r"由(?P<it>[^。；，]{2,40}?)(?:联合|共同|独家)?(?:领投|战略投资|投资(?=[，。；]|$))",
    r"(?:领投方|投资方|投资人|出资方|独家投资方|投资机构|投资者)(?:为|是|包括|有|：|系)(?P<it>[^。；，]{2,40})",
    r"获(?:得)?(?P<it>[^，。；\d]{2,20}?)(?:的)?(?:独家|战略|联合)?(?:投资|领投|注资)",
    r"(?:^|[，；。])(?P<it>[^，。；由]{2,40}?)(?:联合|共同|独家)?领投",
)
_FOLLOW_ZH = re.compile(
    r"(?:^|[，；。、])(?:由)?(?P<it>[^，。；]{2,50}?)(?:继续|持续|跟随|联合|共同|超额)*(?:跟投|参投|加码|加注|追投|追加投资|参与(?:了)?(?:本轮|投资|跟投))"
)


def _funding_zh(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    match = _RAISE_ZH.search(sentence)
    if match is None or not _RAISES_ZH.search(sentence) or _NOT_YET_ZH.search(sentence):
        return {}
    who = _known(said, name_zh(match["who"]))
    investors = _investors_zh((sentence, *said.about(who)))
    round_ = _cell(_ROUND, sentence, said.title)
    amount = _amount(sentence, _MONEY_ZH, r"估值|市值|营收|收入|累计|投后|投前|净利|据了解|据悉|传")
    return {"actors": _of(who, sentence), "round": round_, "amount": amount, "investors": investors, "date": _date(said)}


def _investors_zh(places: Sequence[str]) -> Cell | None:
    found: list[str] = []
    quote = ""
    for place in places:
        for pattern in (*_LED_ZH, _FOLLOW_ZH):
            for match in pattern.finditer(place):
                names = [
                    re.sub(r"^(?:老股东|现有股东|产业方|知名机构|其中|以及|由|原股东|领投方为?|美元基金)+", "", name)
                    for name in names_zh(match["it"])
                ]
                names = [name for name in names if len(name) > 1 and not re.search(r"轮|融资|[\d]亿|完成|股东$|机构$|资方", name)]
                found += [name for name in names if name not in found]
                quote = quote or (place if names else "")
    return _joined([name for name in found if not any(name != other and name in other for other in found)], quote)


def _amount(sentence: str, money: str, not_behind: str) -> Cell | None:
    for match in re.finditer(money, sentence):
        before, behind = sentence[max(0, match.start() - 14) : match.start()], sentence[match.end() : match.end() + 8]
        if not re.search(rf"(?:{not_behind})[^，,]{{0,10}}$", before) and not re.match(
            r" ?(?:valuation|的?估值|per |a share|每)", behind
        ):
            return Cell(match[0].strip(" ，,."), sentence)
    return None


# ---- names, English

_W = r"(?:[A-Z][\w&’'-]*|[a-z]+[A-Z]\w*|[a-z]+-[a-z]+-\d[\w.]*)"
NAME_EN = rf"{_W}(?:(?: of the| of| for| and(?= [A-Z]\w+ (?:University|Institute|Fund|Foundation))| the| de)? (?:{_W}|\d+(?:\.\d+)?|[A-Z]\.))*"
_NO_NAME_EN = re.compile(
    r"^(?:The|It|Its|They|He|She|We|This|That|These|In|On|At|Series|Seed|IPO|CEO|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April"
    r"|May|June|July|August|September|October|November|December|Investors?|Cornerstone|Former|Existing|New|Today|AI|US|U\.S|Europe|China|Japan)$"
)
_BEFORE_NAME_EN = re.compile(
    r"^(?:(?:The|Former|Ex-|Startup|Germany|China|Japan|Britain|France|India|Taiwan|[A-Z][\w ]{2,16})[’']s (?=[A-Z])|(?:The|Former|CEO|Chief Executive|Founder"
    r"|President|Chairman|Mr|Ms|Mrs|Dr|Prof|Professor)\.? (?=[A-Z]))+"
)


def name_en(words: str) -> str:
    """A proper name without what stands before it, and the ending 's; "" if it is none."""
    words = re.sub(r"[’']s?$", "", words.strip(' ,.;:“”"'))
    words = re.sub(r"^[Tt]he ", "", words)
    return "" if _NO_NAME_EN.match(words) or len(words) < 2 or not re.search(r"[A-Z]|\d", words) else words


def names_en(words: str) -> list[str]:
    """Those of a list: X, Y and Z."""
    found = []
    for part in re.split(
        r", (?:and |as well as )?|; (?:and )?| and (?:a unit of |the |existing investors? )?| along with | alongside ", words
    ):
        match = re.search(
            NAME_EN,
            re.sub(
                r"^(?:existing|returning|new|prior|previous|current) (?:investors?|backers?|shareholders?)\s*", "", part.strip()
            ),
        )
        if match and (name := name_en(match[0])) and not re.match(r"(?:Series|Seed|Tuesday|Monday)", name):
            found.append(name)
    return found


_SUBJECT = rf"(?P<who>{NAME_EN})(?:,(?: [^,.;]{{2,90}},)+| \([^)]*\))?"
_LATELY = (
    r"(?: (?:has|have|had|will|is|are|to|today|just|also|yesterday|this (?:week|morning|month)|on \w+|recently|now|officially|formally|quietly|successfully"
    r"|announced (?:it|that it) (?:has|had|will)|says? it (?:has|will)|said (?:\w+ )?(?:it|that it) (?:has|had|will)|plans to|agreed to))*"
)
_RAISE_EN = re.compile(
    rf"{_SUBJECT}{_LATELY} (?:raised|raises|raise|closed|closes|secured|secures|secure|landed|lands|bagged|bags|pulled in|picked up|picks up|nets|netted|won|completed"
    rf"|completes|priced|prices|collected|scored|banked|received|brought in|announced|announces)\b(?=[^.;]{{0,80}}(?:{_MONEY_EN}|round|funding|Series|financing"
    rf"|offering|seed|grant))"
)
_GRANT_EN = re.compile(
    rf"(?P<by>{NAME_EN}) (?:has |have )?(?:awarded|granted|invested|is investing|will invest|gave|put|committed) (?P<amount>{_MONEY_EN})[^.;]{{0,40}}? (?:to|in"
    rf"|into) (?:the |[a-z][\w-]* ){{0,4}}(?P<who>{NAME_EN})"
)
_LED_EN = _compiled(
    r"\b(?:co-)?led by (?P<it>[^.;]{2,90}?)(?=,? with\b|,? at a|,? valuing|,? which|,? bringing|,? to |, the company|, (?:it|he|she) said|[.;]|$)",
    r"\b(?:with|and) (?:additional |further )?participation (?:from|by) (?P<it>[^.;]{2,120}?)(?=,? with\b|,? which|[.;]|$)",
    r"\b(?:investors|backers)(?: in the round)?(?:,? (?:which )?)(?: include[ds]?| including| are|, among them) (?P<it>[^.;]{2,120}?)(?=, have|, had|[.;]|$)",
    rf"(?P<it>{NAME_EN}(?: and {NAME_EN})?) (?:co-)?(?:led|leads|is leading|also (?:joined|took part|participated|invested)|participated|joined the round)",
    r"\bfrom (?P<it>[A-Z][^.;]{2,80}?)(?=,? (?:to|at|for|valuing|in a)\b|[.;]|$)",
)


def _funding_en(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    if re.search(
        r"\b(?:in talks|is seeking|considering|last year|in 20[0-2]\d,|previously raised|had raised|rumou?red)\b", sentence
    ):
        return {}
    if match := _GRANT_EN.search(sentence):
        by, who = name_en(match["by"]), name_en(match["who"])
        return {
            "actors": _of(who, sentence),
            "amount": _of(match["amount"], sentence),
            "investors": _of(by, sentence),
            "date": _date(said),
        }
    match = _RAISE_EN.search(sentence)
    if match is None:
        return {}
    amount = _amount(
        sentence,
        _MONEY_EN,
        r"valued|valuation|valuing|worth|revenue|market value|capitali[sz]ation|total(?: of)?|to date|at|than|previous|tag",
    )
    found: list[str] = []
    quote = ""
    for place in (sentence, *said.about(name_en(match["who"]))):
        for one in _LED_EN if place != sentence or "funding" in place or "round" in place or "Series" in place else _LED_EN[:4]:
            for led in one.finditer(place):
                names = [name for name in names_en(led["it"]) if name != name_en(match["who"])]
                found += [name for name in names if name not in found]
                quote = quote or (place if names else "")
    return {
        "actors": _of(name_en(match["who"]), sentence),
        "round": _cell(_ROUND[1:], sentence, said.title),
        "amount": amount,
        "investors": _joined(found, quote),
        "date": _date(said),
    }


# ---- what is released

_MODEL_ZH = _compiled(
    rf"(?:发布|推出|开源|上线|开放|公布|放出|更新|升级|发表)(?:了)?(?P<what>[^{_MARKS_ZH}]{{2,40}})",
    rf"(?P<what>[“「《][^”」》]{{2,20}}[”」》][^{_MARKS_ZH}]{{0,8}}|[A-Z][\w.-]*(?: ?[\w.-]+)*)(?:已|今日|正式|现已|全面|于[^，]{{2,8}})*(?:开源|上线|发布|开放)",
)
_NAMED_MODEL = re.compile(
    r"(?P<quoted>[“「《][^”」》]{2,20}[”」》](?:[ -]?\d[\w.]*)?)|(?P<latin>[A-Z][A-Za-z]*(?:[-·][A-Za-z\d.]+)*(?: (?:[A-Z][A-Za-z]*|\d+(?:\.\d+)*|[vV]\d[\d.]*))*"
    r"|[a-z]+(?:-[a-z\d.]+)*-\d[\w.]*)"
    rf"|(?P<han>[{HAN}]{{2,8}}[ -]?[vV]?\d+(?:\.\d+)+(?: ?[A-Z][a-z]+)?)"
)
_NO_MODEL = re.compile(
    r"^(?:AI|API|APP|App|SDK|GPU|CPU|LLM|OTA|GitHub|Hugging Face|HuggingFace|IPO|CEO|Apache.*|MIT|ModelScope|Agent|Robotaxi|L\d|The|Its|A|An|Python"
    r"|PDF|B|M|Beta|Pro|IDC)$"
)
_RELEASE_ZH = re.compile(
    rf"{_AT_ZH}(?P<who>[^{_MARKS_ZH}】]{{2,40}}?)(?:[（(][^）)]*[）)])?(?:已|近日|今日|日前|昨日|本周|正式|宣布|官宣|再次|同步|率先|于[^，。]{{2,10}}|在[^，。]{{2,20}})*(?:发布|推出|开源|上线|开放|公布|放出|下调|下线"
    rf"|更新|升级)"
)
_VERSIONED = re.compile(r"[ -]?[vV]?(?P<it>\d+(?:\.\d+)+)$")


def _release_zh(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    match = _RELEASE_ZH.search(sentence)
    if match is None:
        return {}
    who = _known(said, name_zh(match["who"])) or _only(said, said.event.actors)
    return {"actors": _of(who, sentence), **_model(said, _what_zh(sentence, match.end())), "date": _date(said)}


def _what_zh(sentence: str, behind: int) -> str:
    found = [one for one in _NAMED_MODEL.finditer(sentence, behind) if not _NO_MODEL.match(one[0].strip())]
    return found[0][0].strip("“”「」 ") if found else ""


def _model(said: _Said, name: str) -> dict[str, Cell | None]:
    """What is said of a model: its version apart from its name, licence, size, price."""
    places = (said.sentence, *said.about(name))
    version = _VERSIONED.search(name)
    bare = name[: version.start()] if version and version.start() > 1 else name
    return {
        "object": _of(bare, said.sentence),
        "version": _of(version["it"], said.sentence)
        if version
        else _figure(_VERSION, said.sentence)
        if bare and re.search(r"版本|[vV]ersion", said.sentence)
        else None,
        "licence": _figure(_LICENCE, *places, said.title),
        "size": _figure(_SIZE, *places),
        "price": _figure(_PRICE, *places),
    }


_INSTITUTION_ZH = re.compile(
    r"(?:公司|集团|科技|智能|大学|学院|研究院|研究所|实验室|机器人|半导体|微电子|汽车|资本|基金|银行|医院|医疗|政府|委员会|办公室|[局厅部委院署会]|中心|团队)$"
)


def _known(said: _Said, name: str) -> str:
    """The name, where the title has it, the text has it again, or it says what kind of house it is."""
    return name if name and (name in said.title or said.text.count(name) > 1 or _INSTITUTION_ZH.search(name)) else ""


def _only(said: _Said, names: Sequence[str] | None) -> str:
    """The one actor that an event has, if the article names it again."""
    return names[0] if names and len(names) == 1 and (said.text.count(names[0]) > 1 or names[0] in said.title) else ""


_RELEASES = (
    r"(?:released?|releases|published|publishes|launched|launches|launch|unveiled|unveils|open-sourced|open-sources|opened(?: up)?|opens|shipped|ships"
    r"|introduced|introduces|debuted|debuts|made|rolled out|rolls out|announced|announces|updated|give|cuts?|previewed|previews)"
)
_VAGUE_EN = (
    r"(?:(?:[Tt]he|[Tt]his) (?:[\w-]+ ){0,3}?(?:lab|company|start-up|startup|firm|team|group|maker|giant|carmaker|chipmaker)|It)"
)
_RELEASE_EN = re.compile(rf"(?:{_VAGUE_EN}|{_SUBJECT}){_LATELY} {_RELEASES} (?P<what>[^.;]{{2,120}})")
_RELEASED_EN = re.compile(
    rf"(?:^|[.;:] |\bm\. )(?P<what>{NAME_EN}|[a-z]+(?:-[a-z\d]+)*-\d[\w.]*)(?:,(?: [^,.;]{{2,60}},)+)? (?:is|are|was|were|has been|have been) (?:now |also )?(?:out"
    rf"|generally available|available|open[- ]source[d]?|released|published|launched|live)\b"
)


def _release_en(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    if match := _RELEASED_EN.search(sentence):
        return {
            "actors": _of(_only(said, said.event.actors), sentence),
            **_model(said, name_en(match["what"])),
            "date": _date(said),
        }
    match = _RELEASE_EN.search(sentence)
    if match is None:
        return {}
    what = next((one[0] for one in re.finditer(NAME_EN, match["what"]) if not _NO_MODEL.match(one[0]) and name_en(one[0])), "")
    if called := re.search(rf"\b(?:called|named|dubbed|known as|which it calls) (?P<it>{NAME_EN})", sentence):
        what = called["it"]
    who = name_en(_BEFORE_NAME_EN.sub("", match["who"])) if match["who"] else ""
    return {"actors": _of(who, sentence), **_model(said, name_en(what)), "date": _date(said)}


# ---- what is ruled

_BODY_ZH = (
    r"[^，。；：、“《\s　]{0,20}?(?:国务院|全国人大|人大常委会|委员会|管理局|办公室|办公厅|办公会|网信办|发改委|发展改革委|数据局|信息化部|工信部|科技部|教育部|商务部|财政部|公安部|[部委局厅署]|政府|法院|议会|参议院|众议院|国会|欧盟|"
    r"欧洲议会|欧委会|中心|管委会|大臣|部长|当局|央行|证监会|交易所|协会)"
)
_POLICY_ZH = _compiled(
    rf"{_AT_ZH}(?P<who>(?:{_BODY_ZH})(?:(?:、|和|与|会同|联合)(?:{_BODY_ZH}))*)(?:等[^，。]{{0,8}})?(?:近日|日前|今日|昨日|当地时间|正式|联合|于|(?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}日|\d{{1,2}}日"
    rf"|[^，。《]{{0,6}}投票)*(?P<stage>印发|发布公告|发布通知|发布|公布|出台|公示|通过|审议通过|批准|就|启动|颁布|签署|提出|推出|宣布|致信[^，]{{0,6}}，提出|约谈|明确|要求|否决)(?:了)?(?P<what>[^，。；]{{0,60}})",
)
_STAGE_ZH = _compiled(
    r"公开征求意见|征求意见稿|征求意见|(?:措施|办法|规定|条例|新规)?(?:预计|将|拟)?(?:自|于)?(?:\d{4}年)?\d{1,2}月\d{1,2}日起?(?:正式)?(?:施行|实施|生效)|(?:自|于)[^，。]{2,12}起(?:施行|实施|生效)|审议通过|表决通过|三读通过|二读通过"
    r"|一读通过|获得?通过|正式(?:施行|实施|生效)|草案|试行"
)
_LEVEL_ZH = re.compile(
    rf"(?P<it>国家|国务院|全国|中央|[{HAN}]{{2,4}}(?:省|自治区|特别行政区)|[{HAN}]{{2,3}}(?:市|州|区|县|新区|新城)|欧盟|欧洲|美国|英国|日本|韩国|法国|德国|荷兰|加拿大|印度|新加坡|澳大利亚|意大利|西班牙|巴西|香港|台湾)"
)
_NATIONAL_ZH = re.compile(
    r"国务院|国家|工信部|工业和信息化部|科技部|教育部|商务部|财政部|公安部|网信办|全国人大|发改委|最高人民法院|市场监管总局|证监会|央行|中国人民银行"
)
_LOCAL_ZH = re.compile(rf"[{HAN}]{{2,4}}?(?:省|市|区|县|州|新城)")


def _policy_zh(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    found = _first(_POLICY_ZH, sentence)
    if found is None:
        return {}
    match = found[0]
    who = name_zh(match["who"])
    titled = re.search(r"《[^》]+》", match["what"] + sentence[match.end() :])
    noticed = (
        re.match(
            r"，(?P<it>(?:允许|禁止|暂停|批准|开放|取消|限制|要求|明确|对|将|决定|拟)[^，。；]{4,50})", sentence[match.end() :]
        )
        if match["stage"].startswith("发布")
        else None
    )
    acted = noticed or re.match(r"(?P<it>(?:允许|将|禁止|暂停|对|批准|开放|取消|限制|要求)?[^，。；]{4,50})", match["what"])
    stage = _cell(_STAGE_ZH, sentence) or _of(
        match["stage"] if match["stage"] not in ("就", "要求", "约谈", "明确") and "，" not in match["stage"] else None, sentence
    )
    return {
        "actors": _of(who, sentence),
        "object": _of(
            titled[0]
            if titled
            else acted["it"]
            if acted and (noticed or match["stage"] not in ("发布公告", "发布通知", "就", "要求"))
            else "",
            sentence,
        ),
        "level": _level_zh(who, sentence),
        "stage": stage,
        "date": _date(said),
    }


def _level_zh(who: str, sentence: str) -> Cell | None:
    if national := _NATIONAL_ZH.search(who):
        value = "国家" if national[0].startswith("国家") else national[0]
        return Cell(value, sentence) if not _LOCAL_ZH.match(who) else None
    match = _LEVEL_ZH.match(who)
    return Cell(match["it"], sentence) if match else None


_ACT_EN = (
    rf"(?P<it>(?:the )?(?:{_W}|\d+)(?: (?:{_W}|of|for|on|and|the|in|to|\d+))* (?:Act|Bill|Law|Rules?|Regulations?|Code|Directive|Ordinance|Order|Strategy|Plan"
    rf"|Framework|Guidelines?|Standard|Scheme|scheme|Programme|Program|programme|Fund|Initiative|Treaty|Convention|Charter|Decree|Policy|Resolution))\b"
)
_NAMED_ACT_EN = re.compile(_ACT_EN)
_RULES_EN = re.compile(
    rf"(?P<who>(?:The )?(?:{NAME_EN})(?:[’']s [a-z][a-z -]{{4,60}}?(?:authority|ministry|regulator|agency|commission|parliament|government|council|court|senate"
    rf"|assembly|watchdog|cabinet|department|office|board))?)(?:,(?: [^,.;]{{2,60}},)+)?(?: (?:on|late|early|yesterday|today|has|have|will|also|unanimously"
    rf"|formally|\w+day|\d+))* (?P<stage>banned|bans|passed|passes|approved|approves|adopted|adopts|proposed|proposes|signed|signs|published|publishes|issued"
    rf"|issues|unveiled|unveils|announced|announces|enacted|finali[sz]ed|launched|launches|ordered|orders|rejected|voted(?: \d+[-–]\d+)?(?: to \w+)?|imposed"
    rf"|imposes|opened|delayed|extended|backed) (?P<what>[^.;]{{3,140}})"
)
_RULED_EN = re.compile(
    rf"\b{_ACT_EN.replace('(?P<it>', '(?P<what>')} (?:was|were|is|has been|will be|takes|took|comes|came|enters|entered"
    rf"|cleared) (?:\w+ )?(?P<stage>announced|passed|approved|adopted|signed|published|unveiled|proposed|effect|into force|force|launched|enacted)"
)
_STAGE_EN = _compiled(
    r"effective (?:immediately|(?:on |from )?[A-Z][a-z]+ \d+)|(?:takes?|took|taking|come[s]? into|into) (?:effect|force)(?: (?:on|in"
    r"|from) [A-Z][a-z]+(?: \d+)?(?:, \d{4})?)?|public consultation|for (?:public )?comment|second reading|third reading|first reading|signed into law|draft"
)
_LEVEL_EN = _compiled(
    r"\b(?:federal|national|nationwide|statewide|European Union|EU|European Commission|European Parliament|city council|state (?:senate|assembly"
    r"|legislature|lawmakers)|international|United Nations|G7|G20|OECD)\b",
    r"\b(?:Congress|House of Representatives|Senate|Parliament|White House|Commerce Department|state|city|county"
    r"|province)\b",
)


def _policy_en(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    if match := _RULED_EN.search(sentence):
        by = re.search(
            rf" by (?:the )?(?:[A-Z][a-z]+ of [A-Z]\w+(?: for (?:\w+ )*?(?=[A-Z]\w+ [A-Z]\w+ [A-Z]))?)?(?P<who>{NAME_EN})",
            sentence[match.end() :],
        )
        who, what = name_en(by["who"]) if by else "", match["what"]
    elif match := _RULES_EN.search(sentence):
        named = _NAMED_ACT_EN.search(match["what"])
        loose = re.match(r"(?:the use of |a |an |the |new )*(?P<it>[^,]{4,90}?)(?=,| that | which | on \w+day|$)", match["what"])
        who, what = name_en(match["who"]), named["it"] if named else loose["it"] if loose else ""
    else:
        return {}
    stage = _cell(_STAGE_EN, sentence) or Cell(match["stage"], sentence)
    return {
        "actors": _of(who, sentence),
        "object": _of(re.sub("^[Tt]he ", "", what), sentence),
        "level": _cell(_LEVEL_EN, sentence),
        "stage": stage,
        "date": _date(said),
    }


# ---- chips

_PROCESS = _compiled(
    r"\d{1,2}\s?(?:nm|纳米)(?![^，。]{0,4}(?:精度|误差|波长|颗粒))(?=[^，。.]{0,16}(?:制程|工艺|节点|芯片|流片|加速|处理器|量产|process|node|chip|ASIC|SoC|AI |accelerator|technology|die|silicon|GPU"
    r"|CPU|version|line|[,.;)]|$))",
    r"\d{1,2}[- ]?nano(?:met(?:er|re)|m)s?(?=[- ](?:\w+ )?(?:process|node|chip|technology|class|accelerator|silicon))",
    r"(?:采用|基于)[^，。]{0,10}?(?P<it>\d{1,2}\s?(?:nm|纳米))",
)
_CHIP_ZH = re.compile(
    rf"{_AT_ZH}(?P<who>[^{_MARKS_ZH}】]{{2,30}}?)(?:[（(][^）)]*[）)])?(?:[^，。]{{0,12}}上(?:称|表示|披露)，其)?(?:已|近日|今日|日前|昨日|本周|正式|宣布|官宣|首次|成功|于[^，。]{{2,10}}"
    rf"|在[^，。]{{2,20}})*(?P<act>发布|推出|流片|量产|点亮|交付|出货|试产|研发|亮相|下线|回片|完成)(?:了)?(?P<what>[^，。；]{{0,40}})"
)
_CHIP_OBJECT_ZH = re.compile(
    r"(?:[^，。“]{0,16})(?P<quoted>“[^”]{2,16}”)|(?P<it>(?:首[款颗台片]|新一代|第[一二三四五六]代|自研)?[^，。的称“]{0,10}?(?:芯片|处理器|加速卡|GPU|NPU|SoC|键合机|光刻机|刻蚀机|存储器|内存|晶圆))"
)


_CHIP_DONE_ZH = re.compile(
    rf"{_AT_ZH}(?:其|公司|该公司|公司的)?(?P<what>(?:首[款颗台片]|新一代|自研|第[一二三四五]代)[^，。“已于]{{2,20}})(?:已经|已|日前|近日|成功|于[^，。]{{1,10}})*(?:交付|流片|量产|点亮|出货|下线|回片|送样)"
)


def _chip_zh(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    match = _CHIP_ZH.search(sentence)
    if match is None or not re.search(
        r"芯片|处理器|加速卡|GPU|NPU|SoC|晶圆|流片|纳米|nm|HBM|内存|光刻|键合|刻蚀|半导体|封装", sentence
    ):
        return {}
    if done := _CHIP_DONE_ZH.search(sentence):
        before = re.search(
            rf"{_AT_ZH}(?P<who>[^{_MARKS_ZH}】]{{2,40}}?)(?:\\d{{1,2}}日[^，]{{0,3}})?(?:在[^，]{{2,16}})?(?:称|表示|披露|透露|宣布|公告)，$",
            sentence[: done.start()],
        )
        who = _known(said, name_zh(before["who"])) if before else ""
        return {
            "actors": _of(who, sentence),
            "object": _of(done["what"], sentence),
            "process": _figure(_PROCESS, sentence),
            "date": _date(said),
        }
    latin = [
        one
        for one in re.finditer(
            r"[A-Z][A-Za-z]*[- ]?\d[\w-]*|[A-Z][a-z]+(?:-[A-Z\d]\w*)+", match["what"] + sentence[match.end() :][:30]
        )
        if not re.match(r"L\d|HBM|PCIe|DDR|Q\d", one[0])
    ]
    shaped = _CHIP_OBJECT_ZH.match(match["what"])
    what = (
        (shaped["quoted"] or "").strip("“”")
        if shaped and shaped["quoted"]
        else latin[0][0]
        if latin
        else shaped["it"]
        if shaped and shaped["it"]
        else ""
    )
    who = _known(said, name_zh(match["who"])) or _only(said, said.event.actors)
    return {
        "actors": _of(who, sentence),
        "object": _of(what, sentence),
        "process": _figure(_PROCESS, sentence, *said.behind),
        "amount": _amount(sentence, r"\d[\d,.]*[万亿]?(?:颗|片|块|张)(?!之)", r"每"),
        "date": _date(said),
    }


_CHIP_EN = re.compile(
    rf"{_SUBJECT}{_LATELY} (?P<act>unveiled|unveils|launched|launches|released|introduced|introduces|announced|announces|taped out|tapes out|began shipping"
    rf"|begins shipping|started shipping|shipped|ships|takes the wraps off|took the wraps off|started (?:mass|volume) production of|began (?:mass|volume"
    rf"|sampling)[\w ]*|sampled|developed|delivered|showed off|started making|is making) (?P<what>[^.;]{{2,120}})"
)
_CHIP_OBJECT_EN = _compiled(
    rf", the (?P<it>{NAME_EN})(?=[,.; ]|$)",
    rf"\b(?:called|codenamed|code-named|named|dubbed|known as) (?P<it>{NAME_EN})",
    rf"^(?:its |the |a |an )?(?:new |first |second |third |next-generation |own )*(?P<it>{NAME_EN})(?=,| (?:chip|accelerator|processor|GPU|line|series|is|in|on)|$)",
    r"^(?:its |a |an |the )(?:[\w-]+ ){0,2}?(?P<it>(?:\d+nm |[\w-]+ ){0,3}(?:accelerator|processor|chip|ASIC|GPU|NPU|SoC|memory))",
)


def _chip_en(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    match = _CHIP_EN.search(sentence)
    if match is None:
        return {}
    what = _cell(_CHIP_OBJECT_EN, match["what"])
    amount = _amount(
        sentence,
        r"\d[\d,.]*(?:[-–]\d[\d,.]*)? (?:million )?(?:units|chips|wafers"
        r"|pieces)",
        "each",
    ) or _amount(
        said.behind[0] if said.behind else "",
        r"\d[\d,.]*(?:[-–]\d[\d,.]*)? (?:million )?(?:units|chips|wafers"
        r"|pieces)",
        "each|capacity to",
    )
    return {
        "actors": _of(name_en(_BEFORE_NAME_EN.sub("", match["who"])), sentence),
        "object": _of(name_en(what.value) or what.value if what else "", sentence),
        "process": _figure(_PROCESS, sentence, *said.behind[:1]),
        "amount": amount,
        "date": _date(said),
    }


# ---- who works together

_TOGETHER_ZH = re.compile(
    rf"{_AT_ZH}(?P<a>[^{_MARKS_ZH}】]{{2,40}}?)(?:近日|日前|今日|昨日|宣布|正式|将|已|于[^，。]{{2,10}}|在[^，。与和]{{2,16}})*(?:与|同|和|携手|联手|联合|牵手)(?P<b>[^。；]{{2,60}}?)(?:近日|日前|今日|昨日|宣布|正式"
    rf"|将|已|在[^，。]{{2,16}}|于[^，。]{{2,10}}|双方|共同)*(?P<act>签署|签订|签约|达成|合作|共建|共同|联合|成立|合资|结成|建立|启动|开展|展开|组建|深化)"
)
_BID_ZH = re.compile(
    rf"{_AT_ZH}(?P<a>[^{_MARKS_ZH}】]{{2,24}}?)(?:以[^，。]{{2,16}})?(?:成功)?(?:中标|夺标|拿下)(?P<b>[^，。]{{0,40}})"
)
_HELD_ZH = re.compile(r"由(?P<who>[^，。]{4,50}?)(?:共同|联合)(?:持股|出资|成立|设立|发起|组建|建设)")
_ORDER_ZH = re.compile(
    rf"{_AT_ZH}(?P<a>[^{_MARKS_ZH}】]{{2,24}}?)(?:近日|日前|今日|另|已|将|正式|宣布|于[^，。]{{2,10}})*向(?P<b>[^，。]{{2,20}}?)(?:下达|发出|订购|采购)(?P<what>[^，。；]{{2,40}})"
)
_OBJECT_TOGETHER_ZH = _compiled(
    r"(?P<it>共建(?!协议|合同)[^，。；]{2,30})",
    r"(?:共同|联合|合作)(?P<it>(?:研发|开发|打造|推进|推出|建设|运营|探索|推动|制定)[^，。；]{2,30})",
    r"[“「](?P<it>[^”」]{4,40})[”」](?:项目|[^，。]{0,10}(?:中标|采购|招标))",
    r"(?:签署|签订|达成|下达)(?:了)?(?P<it>[^，。；]{2,28}(?:协议|订单|合同|备忘录))",
    r"(?:合资)?(?:成立|组建|设立)(?:了)?(?P<it>[^，。；]{2,28}(?:公司|实验室|中心|基金|联盟|研究院))",
)


def _partnership_zh(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    if held := _HELD_ZH.search(sentence):
        who = names_zh(held["who"])
        founded = re.search(rf"(?P<it>[{HAN}A-Za-z]{{4,30}}(?:公司|实验室|中心|基金))(?=成立|揭牌|注册)", sentence)
        what: Cell | None = _of(_LEAD_ZH.sub("", founded["it"]) if founded else "", sentence)
    elif "标" in sentence and (bid := _BID_ZH.search(sentence)):
        buyer = re.search(
            rf"{_AT_ZH}(?P<it>[^{_MARKS_ZH}]{{2,24}}?(?:公司|集团|局|委|大学|医院|银行|中心|政府))(?:电子商务平台|官网|采购平台)?(?:公示|公告|发布|的|招标|采购)",
            sentence,
        )
        who = [name for name in (name_zh(bid["a"]), name_zh(buyer["it"]) if buyer else "") if name]
        what = _cell(_OBJECT_TOGETHER_ZH[2:3], sentence)
    elif ordered := _ORDER_ZH.search(sentence):
        vague = re.match(r"(?:该|本)?公司", ordered["a"])
        who = [
            main_name(said.title, said.text, "zh") if vague else _known(said, name_zh(ordered["a"])),
            _known(said, name_zh(ordered["b"])),
        ]
        what = _of(re.sub(r"^了", "", ordered["what"]), sentence)
    elif (match := _TOGETHER_ZH.search(sentence)) and "股权" not in sentence:
        who = [name for part in (match["a"], match["b"]) for name in names_zh(part) if _known(said, name)]
        what = _cell(_OBJECT_TOGETHER_ZH, sentence)
    else:
        return {}
    who = [name for name in who if name]
    if len(who) < 2:
        who = []
    amount = _amount(sentence, rf"{_MONEY_ZH}|\d[\d,.]*[万亿]?(?:颗|片|台|辆|套|架)", r"估值|市值|营收|收入|每|约合")
    return {"actors": _joined(who, sentence), "object": what, "amount": amount, "date": _date(said)}


_TOGETHER_EN = re.compile(
    rf"(?P<a>{NAME_EN})(?:,(?: [^,.;]{{2,60}},)+)?(?:,| and| &) (?:[A-Z]\w+[’']s |(?:local |chipmaker |carmaker |telco |start-up |startup |rival "
    rf"|partner )*)?(?P<b>{NAME_EN}){_LATELY} (?:jointly |together )*(?:sign\w*|announce[sd]?|form\w*|set up|develop\w*|build|team\w* up|partner\w*|agree\w*"
    rf"|join\w*|launch\w*|been awarded|won|work\w*|create[sd]?|establish\w*|collaborat\w*|invest\w*)\b"
)
_WITH_EN = re.compile(
    rf"{_SUBJECT}{_LATELY} (?:signed|signs|struck|strikes|inked|inks|reached|entered(?: into)?|partnered|partners|teamed up|teams up|joined forces|joins forces"
    rf"|collaborat\w+|formed|forms|expanded|expands|announced|announces|won|wins|works|working|agreed|awarded|landed|secured|chosen|picked|selected|selects|chose"
    rf"|picks)\b[^.;]{{0,70}}? (?:with|from|by) (?:the |[a-z][\w-]* ){{0,3}}(?P<b>{NAME_EN})(?P<c> and (?P<d>{NAME_EN}))?"
)
_OBJECT_TOGETHER_EN = _compiled(
    r"\b(?:to|will)(?: jointly| together| co-?)? ?(?:develop|build|design|make|supply|create|offer|train|provide|deploy|manufacture|bring|run|use|integrate|test"
    r"|deliver|put) (?:an? |the |its |their )?(?P<it>[^.;]{4,110}?)(?=, (?:the|it|which|with|in|and|Nikkan|a)\b|, [A-Z]| for the \d{4}| for participating"
    r"| starting| over the| worth| across|[.;]|$)",
    r"under which (?P<it>[^.;]{6,140}?)(?=[.;]|$)",
    r"\b(?:agreement|deal|contract|partnership|alliance|pact) (?:on|for|covering|to) (?P<it>[^.,;]{4,80})",
)


def _partnership_en(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    match = _TOGETHER_EN.search(sentence) or _WITH_EN.search(sentence)
    if match is None:
        return {}
    groups = match.groupdict()
    who = [
        name for key in ("a", "who", "b", "d") if (part := groups.get(key)) and (name := name_en(_BEFORE_NAME_EN.sub("", part)))
    ]
    amount = next(
        (
            cell
            for place in (sentence, *said.behind[:1])
            if (cell := _amount(place, _MONEY_EN, r"valued|valuation|valuing|revenue|sales of|than|of which"))
        ),
        None,
    )
    return {
        "actors": _joined(who if len(who) > 1 else [], sentence),
        "object": _cell(_OBJECT_TOGETHER_EN, sentence),
        "amount": amount,
        "date": _date(said),
    }


# ---- who comes and goes

_COMES_ZH = re.compile(
    rf"{_AT_ZH}(?P<who>[^{_MARKS_ZH}】]{{2,40}}?)(?:[（(][^）)]*[）)])?(?:近日|日前|今日|已|将|正式|受聘|获聘|宣布|转而|重新|再次|拟|于[^，。]{{2,10}})*(?:出任|担任|就任|接任|升任|获任|履新|受聘为|任(?![务何期职命教课由])"
    rf"|被任命为|被聘为|当选(?:为)?|兼任)(?P<what>[^{_MARKS_ZH}]{{2,30}})"
)
_JOINS_ZH = re.compile(
    rf"{_AT_ZH}(?P<who>[^{_MARKS_ZH}】]{{2,40}}?)(?:近日|日前|今日|已|将|正式|宣布|重新|于[^，。]{{2,10}}|从[^，。]{{2,16}}离职[，并后]*)*(?:加盟|加入"
    rf"|入职)(?:了)?(?P<of>[^，。；、任担出]{{2,20}}?)(?=[，。；、任担出]|$)(?:，?(?:出任|担任|任)(?P<what>[^，。；、]{{2,20}}))?"
)
_LEAVES_ZH = re.compile(
    rf"{_AT_ZH}(?P<who>[^{_MARKS_ZH}】]{{2,40}}?)(?:近日|日前|今日|已经|已|将|正式|宣布|因[^，。]{{2,12}}|于[^，。]{{2,10}}|主动|提出|即将|从(?P<of>[^，。]{{2,16}}))*(?:离职|辞职|卸任|离任"
    rf"|辞去(?P<post>[^，。]{{2,20}}?)(?:一职|职务|，|。|$)|离开(?P<from>[^，。；]{{2,16}})|退休|被免去|离世|逝世)"
)
_NAMES_ZH = re.compile(
    rf"{_AT_ZH}(?P<of>[^{_MARKS_ZH}】]{{2,30}}?)(?:近日|日前|今日|已|将|正式|宣布|公告|董事会)*(?:任命|聘任|聘请|提拔|委任|选举)(?P<who>[{HAN}·A-Za-z ]{{2,16}}?)(?:先生|女士|博士"
    rf"|教授)?(?:为|担任|出任|任)(?P<what>[^，。；、]{{2,24}})"
)


def _people_zh(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    if match := _NAMES_ZH.search(sentence):
        who, (of, post) = match["who"].strip(), _owner_and_post(said, match["what"])
        of = of or name_zh(match["of"])
    elif (match := _JOINS_ZH.search(sentence)) and _person(match["who"]):
        who, of = _person(match["who"]), name_zh(match["of"])
        post = _owner_and_post(said, match["what"])[1] if match["what"] else ""
    elif match := _COMES_ZH.search(sentence):
        who, (of, post) = _person(match["who"]), _owner_and_post(said, match["what"])
        of = of or _says_zh(sentence[: match.start()])
    elif match := _LEAVES_ZH.search(sentence):
        who = _person(match["who"])
        held = match["post"] or match["who"].removesuffix(who) if who else ""
        of, post = _owner_and_post(said, held)
        of = name_zh(match["from"] or match["of"] or "") or of
    else:
        return {}
    if not who:
        return {}
    return {"actors": _of(who, sentence), "object": _of(of, sentence), "post": _of(post, sentence), "date": _date(said)}


def _says_zh(before: str) -> str:
    """Who says so, right before: X宣布，."""
    before = re.sub(r"[^，、]{2,20}、$", "", before)
    match = re.search(
        rf"(?P<who>[^{_MARKS_ZH}]{{2,30}}?)(?:近日|日前|今日|发布公告|在[^，]{{2,12}})*(?:宣布|公告称?|官宣|证实|发布公告|发布人事任命|揭牌成立)，$",
        before,
    )
    return name_zh(match["who"]) if match else ""


_PERSON_EN = r"[A-Z][\w'’-]+(?: (?:[A-Z]\.|[a-z]{2,3}(?= [A-Z])|[A-Z][\w'’-]+)){1,3}"
_POST_EN = (
    r"(?:(?:first |interim |acting |co-|global |new |deputy |vice |senior |executive |group |managing |associate )*(?:chief [a-z]+(?: [a-z]+)? officer"
    r"|chief (?:scientist|executive|economist|architect|engineer|of staff|AI scientist)|C[A-Z]{1,2}O|vice[- ]president(?: (?:of|for) [A-Za-z ]+?(?= at| of|,|\."
    r"|$))?|president|chair(?:man|woman|person)?|director(?: (?:of|for) [A-Za-z ]+?(?= at|,|\.|$))?|"
    r"head of [A-Za-z ]+?(?= at|,|\.|$)|general (?:counsel|manager)|founder|partner|dean|provost|secretary|minister|commissioner|adviser|advisor|board member"
    r"|professor|fellow|editor)(?: and (?:chief [a-z]+(?: officer)?|president|director|C[A-Z]O))?)"
)
_WILL_EN = r"(?: (?:has|have|will|is|was|been|be|to|today|also|on \w+|recently|now|formally|said (?:he|she) (?:will|would|is)))*"
_PEOPLE_EN = _compiled(
    rf"(?P<who>{_PERSON_EN})(?:,(?: [^,.;]{{2,80}},)+)?{_WILL_EN} (?:joins|joined|join|joining|moves to|moved to|moving to|signed on with|returns to|returned to"
    rf"|return to) (?:the )?(?P<of>{NAME_EN})(?: (?:as|in the role of) (?:its |the |an? )?(?P<post>{_POST_EN}))?",
    rf"(?P<of>{NAME_EN}){_WILL_EN} (?:appointed|appoints|appoint|named|names|name|hired|hires|hire|promoted|promotes|tapped|taps|elected|elects|picked|picks|poached"
    rf"|recruited) (?:(?:former|veteran|ex-)[\w ]*? )?(?:[\w ]+? )??(?P<who>{_PERSON_EN})(?:,(?: [^,.;]{{2,80}},)+)? (?:as|to be|to become|to the post of"
    rf"|to) (?:its |the |an? )?(?P<post>{_POST_EN})",
    rf"(?P<who>{_PERSON_EN})(?:,(?: [^,.;]{{2,80}},)+)?{_WILL_EN} (?:appointed|named|hired as|promoted to|elected|becomes?|become|takes? over as|took over as"
    rf"|installed as|sworn in as) (?:as )?(?:its |the |an? )?(?P<post>{_POST_EN})(?: (?:of|at|for) (?:the )?(?P<of>{NAME_EN}))?",
    rf"(?P<who>{_PERSON_EN}), (?:the )?(?:(?P<of>{NAME_EN})[’']s? )?(?P<post>{_POST_EN})(?: (?:of|at) (?:the )?(?P<at>{NAME_EN}))?,{_WILL_EN} (?:leaves|left|leaving"
    rf"|leave|resigned|resigns|resign|steps down|stepped down|stepping down|step down|departs|departed|departing|quit|quits|retire[sd]?|retiring)",
    rf"(?P<of>{NAME_EN})[’'] ?s? (?P<post>{_POST_EN}),? (?P<who>{_PERSON_EN}),?{_WILL_EN} (?:leaves|left|leaving|leave|resigned|resigns|resign|steps down|stepped down"
    rf"|stepping down|step down|departs|departed|departing|quit|quits|retire[sd]?|retiring)",
    rf"[Tt]he (?P<post>{_POST_EN}) (?:of|at) (?:the )?(?P<of>{NAME_EN}),?(?: (?!is )[^.;]{{2,120}},)?{_WILL_EN} (?:leaves|left|leaving|leave|resigned|resign"
    rf"|stepping down|departing|quit|retiring)",
    rf"(?:successor|replacement)(?: as (?P<post>{_POST_EN}))? (?:will be|is|would be) (?P<who>{_PERSON_EN})",
    rf"(?P<who>{_PERSON_EN}){_WILL_EN} (?:leaves|left|leaving|leave|quit|quits|departs|departing|departed) (?P<of>{NAME_EN})",
)


def _people_en(said: _Said) -> dict[str, Cell | None]:
    found = _first(_PEOPLE_EN, said.sentence)
    if found is None:
        return {}
    match, sentence = found
    groups = {name: value or "" for name, value in match.groupdict().items()}
    who = _BEFORE_NAME_EN.sub("", groups.get("who", ""))
    quote = sentence
    if not who:  # "the chief scientist of X is leaving": the title says who
        titled = re.match(rf"(?P<who>{_PERSON_EN}) (?:leaves|quits|steps|resigns|departs|to leave|is leaving|joins)", said.title)
        who, quote = (titled["who"], said.title) if titled else ("", "")
    of = name_en(_BEFORE_NAME_EN.sub("", groups.get("of") or groups.get("at", "")))
    return {
        "actors": _of(who, quote),
        "object": _of(of, sentence),
        "post": _of(re.sub("^new ", "", groups.get("post", "")), sentence),
        "date": _date(said),
    }


# ---- who buys whom

_STAKE_ZH = r"(?:全部|剩余|合计)?\d[\d.]*%的?(?:股权|股份)|(?:控股权|全部股权|全部股份|多数股权|少数股权)"
_BUYS_ZH = re.compile(
    rf"{_AT_ZH}(?P<a>[^{_MARKS_ZH}】]{{2,40}}?)(?:[（(][^）)]*[）)])?(?:近日|日前|今日|昨日|宣布|正式|已|将|拟|计划|有意|同意|完成|或将|以[^，。]{{1,24}}|通过[^，。]{{1,14}}|于[^，。]{{2,10}})*(?:全资)?(?:收购"
    rf"|并购|买下|控股|受让)(?:了)?(?P<b>[^{_MARKS_ZH}]{{2,50}})"
)
_BOUGHT_ZH = re.compile(
    rf"{_AT_ZH}(?P<b>[^{_MARKS_ZH}】]{{2,30}}?)(?:近日|日前|今日|正式|已|将|拟)*被(?P<a>[^，。；]{{2,20}}?)(?:以[^，。]{{2,20}})?(?:收购|并购|买下)"
)
_SOLD_ZH = re.compile(
    rf"将(?:其)?所?持(?:有)?的?(?P<b>[^，。；]{{2,24}}?)的?(?P<what>{_STAKE_ZH})(?:转让|出售|卖)给(?P<a>[^，。；]{{2,20}})"
)
_STAGE_DEAL = _compiled(
    r"尚需[^，。；]{2,30}",
    r"(?:被曝|正在|正)(?:与[^，。]{2,16})?(?:洽谈|谈判|接洽)[^，。；]{0,12}",
    r"已(?:经)?完成(?:交割|收购)|完成交割|已完成|签署[^，。]{0,8}协议|获(?:得)?[^，。]{0,10}批准|获批|终止",
    r"[Ss]ubject to [^.;,]{4,80}",
    r"agreed to (?:buy|acquire|purchase|take over|sell|be acquired)|(?:signed|entered into|reached) (?:a |an )?(?:definitive |binding |preliminary )?agreement"
    r"|in (?:advanced |exclusive |early |late-stage )?talks to (?:buy|acquire|sell)|has completed|completed|closed|expected to close[^.;,]{0,40}|called off"
    r"|abandoned|blocked|cleared|approved",
    r"拟|计划收购|有意收购",
    r"plans to (?:buy|acquire)|is (?:acquiring|buying)|(?:will|to) (?:buy|acquire)",
)


def _acquisition_zh(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    match = _SOLD_ZH.search(sentence) or _BOUGHT_ZH.search(sentence) or _BUYS_ZH.search(sentence)
    if match is None or re.search(r"本次收购|此次收购|收购案|曾(?:经)?收购|去年|前年", sentence[: match.end()]):
        return {}
    groups = match.groupdict()
    stake = re.search(_STAKE_ZH, groups.get("what") or match["b"])
    bought = name_zh(re.sub(rf"(?:持有)?的?(?:{_STAKE_ZH}).*$", "", match["b"]))
    buyer = _known(said, name_zh(match["a"]))
    who = [buyer, bought] if buyer and bought else []
    amount = _amount(sentence, _MONEY_ZH, r"估值|市值|营收|收入|净利|注册资本")
    return {
        "actors": _joined(who, sentence),
        "object": _of(stake[0] if stake else bought if who else "", sentence),
        "amount": amount,
        "stage": _surest(_STAGE_DEAL, sentence, *said.behind),
        "date": _date(said),
    }


_BUY = r"(?:buy|acquire|purchase|take over|take a majority (?:stake )?(?:in|of)|snap up)"
_BUYS_EN = re.compile(
    rf"{_SUBJECT}(?:{_LATELY}(?: agreed| in (?:advanced |exclusive )?talks| planning| set)?(?: to)? {_BUY}|{_LATELY} (?:buys|bought|acquires|acquired|acquiring|buying"
    rf"|purchased|snapped up|completed (?:its |the )?(?:acquisition|purchase) of|completes (?:its |the )?(?:acquisition|purchase) of)) (?P<stake>(?:a "
    rf"|the )?(?:(?:\d[\d.]*(?:%| percent| per cent))(?: stake)?|(?:majority|controlling|minority) stake|majority) (?:of|in) )?(?:the |an? )?(?:[a-z][\w-]* "
    rf"|[A-Z][a-z]+ (?=[a-z])){{0,5}}(?P<b>{NAME_EN})"
)
_BOUGHT_EN = re.compile(
    rf"(?P<b>{NAME_EN})(?:,(?: [^,.;]{{2,60}},)+)?{_LATELY} (?:been |be |being )?(?:acquired|bought|taken over|purchased|sold) (?:by"
    rf"|to) (?P<who>{NAME_EN})"
)


def _acquisition_en(said: _Said) -> dict[str, Cell | None]:
    sentence = said.sentence
    match = _BOUGHT_EN.search(sentence) or _BUYS_EN.search(sentence)
    if match is None:
        return {}
    buyer, bought = (name_en(_BEFORE_NAME_EN.sub("", part)) for part in (match["who"], match["b"]))
    stake = (match.groupdict().get("stake") or "").removeprefix("a ").removeprefix("the ")
    who = [buyer, bought] if buyer and bought else []
    amount = _amount(sentence, _MONEY_EN, r"valued|valuation|valuing|revenue|worth of|than")
    stage = _surest(_STAGE_DEAL, sentence, *(one for one in said.behind if "ubject to" in one), *_next_paragraph(said))
    return {
        "actors": _joined(who, sentence),
        "object": _of(stake + bought if bought else "", sentence),
        "amount": amount,
        "stage": stage,
        "date": _date(said),
    }


def _next_paragraph(said: _Said) -> tuple[str, ...]:
    """The sentence below the paragraph, where it says on what the deal depends."""
    end = said.text.find("\n", said.text.find(said.sentence))
    line = said.text[end + 1 :].partition("\n")[0] if end >= 0 else ""
    return (_END.split(line)[0],) if re.match(r"(?:Subject|The (?:deal|transaction|acquisition))\b", line) else ()


_Reader = Callable[[_Said], dict[str, Cell | None]]
_READ_ZH: Mapping[str, _Reader] = {
    "funding": _funding_zh,
    "release": _release_zh,
    "policy": _policy_zh,
    "chip": _chip_zh,
    "partnership": _partnership_zh,
    "people": _people_zh,
    "acquisition": _acquisition_zh,
}
_READ_EN: Mapping[str, _Reader] = {
    "funding": _funding_en,
    "release": _release_en,
    "policy": _policy_en,
    "chip": _chip_en,
    "partnership": _partnership_en,
    "people": _people_en,
    "acquisition": _acquisition_en,
}
