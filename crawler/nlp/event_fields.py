"""What is known of an event: its type, who acts, on what, how much, and when, in the words of the text; None where it does not say.

The type is told by the words of `data/events.yaml`; those of the headline count twice. Dates are resolved from the day of publication.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, TypedDict

import re2

from crawler.nlp import event_words
from crawler.nlp.headlines_en import is_verb_form
from crawler.nlp.headlines_zh import Told, clauses
from crawler.nlp.lexicon import rows, table
from crawler.text import HAN, normal

IN_HEADLINE = 2.0


class EventFields(TypedDict):
    """The fields of an Event beside headline and detail."""

    type: str
    actors: tuple[str, ...] | None
    object: str | None
    amount: str | None
    date: str | None


def fields_of(  # noqa: PLR0917 (what an event is told by)
    headline: str, quote: str, made: Told, language: str | None, published: datetime | None, text: str = "", over: str = ""
) -> EventFields:
    """The fields of one event; `text` is the article, in which names recur, `over` what stands over the event."""
    is_chinese = language == "zh"
    actors = _actors_zh(quote, made, text) if is_chinese else _actors_en(headline, text)
    if (
        not actors and text and (name := main_name(over, text, language))
    ):  # the office, mass production, the deal: the article's own
        actors = (name,)
    return {
        "type": type_of(headline, quote, over),
        "actors": actors or None,
        "object": (_object_zh if is_chinese else _object_en)(headline, made),
        "amount": (_amount_zh if is_chinese else _amount_en)(headline, quote),
        "date": _date(quote, published, is_chinese, text, made.headline),
    }


@lru_cache(maxsize=4)
def main_name(title: str, text: str, language: str | None) -> str:
    """The one whom the title names first and the text again and again; "" if there is none."""
    if language == "zh":
        subject = next((clause.subject for clause in clauses(title)), "")
        found = [name for part in re.split("[、：；，]", subject) for name in _institution_and_person(part)]
        names = [_named(name) for name in found]
    else:
        names = [_without_title(_ending_en.sub("", match[0])) for match in _proper.finditer(title)]
        names = [name for one in names for name in ([one] if text.count(one) > 1 else one.split()) if name not in _no_actor]
    return next((name for name in names if 1 < len(name) <= 24 and text.count(name) > 1 and not _NOT_A_NAME.search(name)), "")


# --- type


@cache
def _types() -> tuple[list[tuple[str, float]], Any]:
    """(type, weight) of each pattern, and all of them behind a look for the words they need: one automaton of them has too many states."""
    found, patterns = [], re2.Filter()
    for _, (name, weight, *pattern) in rows(str(table("events.yaml")["types"])):
        found.append((name, float(weight)))
        patterns.Add("|".join(pattern))
    patterns.Compile()
    return found, patterns


def type_of(headline: str, quote: str, over: str = "") -> str:
    """The type of which the words and the patterns say most; where no pattern is met, those of what stands over it, the title or the
    section's heading, speak too."""
    points: defaultdict[str, float] = defaultdict(float, event_words.points(normal(quote)))
    met = [(name, weight * times) for text, times in ((headline, IN_HEADLINE), (quote, 1.0)) for name, weight in said(text)]
    for name, weight in met or said(over):
        points[name] += event_words.PATTERN * weight
    points.pop("none", None)
    return max(points, key=lambda name: points[name]) if points else "other"


def said(text: str) -> list[tuple[str, float]]:
    """(type, weight) of each pattern that a text meets."""
    types, patterns = _types()
    return [types[at] for at in patterns.Match(_trade.sub(" ", normal(text))) or ()]


_trade = re.compile(  # what a company makes says nothing of what it does
    rf"[{HAN}a-z]{{2,8}}(?:设计|开发|制造|生产)?(?:软件)?(?:初创)?(?:公司|企业|厂商|服务商|供应商|运营商|制造商|开发商)(?=[{HAN}a-z\"])"
    r"|\b(?:chip|legal|software|robotaxi|robot|search|insurance|privacy|chips?|battery|car|drone|truck|server|memory|ai|a\.i\.)[ -](?:software )?"
    r"(?:designer|maker|developer|company|start-?up|operator|firm|group|supplier|giant|specialist)s?\b"
)


# --- amount

_NUMBER_ZH = r"(?:\d[\d,.]*|[一二两三四五六七八九十百]+)"
_money_zh = re.compile(
    rf"(?:(?:近|约|逾|超(?!过)|高达)?(?:{_NUMBER_ZH}|数|上)(?:[百千万亿]+)?|近[百千]?[万亿])(?:余|多)?(?:元人民币|元(?!素|件|器|宇|旦|月)|美元|欧元|港元|港币|英镑|日元|韩元|新台币|人民币|卢比|瑞郎|"
    rf"新元)(?!左右的估值)"
)
_count_zh = re.compile(
    r"(?:近|约|逾|超(?!过))?\d[\d,.]*(?:[百千万亿]+)?(?:余|多)?(?:台|辆|名|人(?!工|形|民)|人次|户|架|套|颗|片|P(?![A-Za-z])|EFLOPS|兆瓦|万千瓦|吉瓦|平方米|亩)"
)
_of_value = re.compile(r"(?:估值|收于|市值|累计[^，]{0,8}|均价|售价|股价|收报|报价?|收盘|总资产)(?:约|达|为|超过?|已经?|合计)*$")
_money_en = re.compile(
    r"(?:(?:US|HK|A|C|S|NT)?[$€£¥]\s?\d[\d,.]*\d?(?:[ -]?(?:million|billion|trillion|bn|m\b|k\b))?(?:(?: to |-|"
    r"–)[$€£¥]\d[\d,.]*(?: (?:million|billion|trillion))?)?"
    r"|(?:\d[\d,.]*|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]ive|[Tt]en) (?:(?:thousand|million|billion|trillion) )?(?:dollars|euros|pounds|yuan|yen|won|rupees|francs|crowns|rand))"
)
_of_value_en = re.compile(r"(?:valu(?:e|es|ed|ing|ation)|worth|at a|shares? (?:to|at)|from|against|compared with)[\w ]{0,24}$")


def _amount_zh(headline: str, quote: str) -> str | None:
    for text in (headline, quote):
        for match in _money_zh.finditer(text):
            if not _of_value.search(text, 0, match.start()):
                return match[0]
    found = _count_zh.search(headline) or _count_zh.search(quote)
    return found[0] if found else None


_CURRENCIES_EN = tuple("$ € £ ¥ dollars euros pounds yuan yen won rupees francs crowns rand".split())


def _amount_en(headline: str, quote: str) -> str | None:
    for text in (headline, quote):
        for match in _money_en.finditer(text) if any(name in text for name in _CURRENCIES_EN) else ():
            if not _of_value_en.search(text, max(0, match.start() - 40), match.start()):
                return match[0].rstrip(".,")
    return None


# --- date

_day_zh = re.compile(
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]|(?<![\d月第])(?P<only>\d{1,2})日(?!报|益|本|常|前|均)"
)
_relative_zh = re.compile(
    r"(?P<today>今天|今日|今晨|今早|今晚)|(?P<yesterday>昨天|昨日|昨晚)|(?P<which>上|本|这)?周(?P<weekday>[一二三四五六日天])(?!年|期|边)"
)
_that_day = re.compile(r"当天|当日|当晚|同日|同一天")
_MONTHS = {name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_day_en = re.compile(
    r"\b(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\.? (?P<day>\d{1,2})\b(?:, (?P<year>\d{4}))?"
    r"|\b(?P<day2>\d{1,2}) (?P<month2>January|February|March|April|May|June|July|August|September|October|November|"
    r"December)\b(?: (?P<year2>\d{4}))?"
)
_relative_en = re.compile(
    r"\b(?:(?P<today>today)|(?P<yesterday>yesterday)|(?P<which>last |next |this )?(?P<weekday>Monday|Tuesday|Wednesday|"
    r"Thursday|Friday|Saturday|Sunday))\b"
)
_WEEKDAYS = (
    {name: at % 7 for at, name in enumerate("一 二 三 四 五 六 日 天".split())}
    | {"天": 6}
    | {name: at for at, name in enumerate("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())}
)


def _date(quote: str, published: datetime | None, is_chinese: bool, text: str, headline: str) -> str | None:
    """The day of the event as an ISO date."""
    if published is None:
        return None
    day = published.date()
    ahead = bool(_ahead.search(headline))
    found = (_named_zh if is_chinese else _named_en)(quote, day, ahead) or _named_relative(quote, day, is_chinese)
    if found is None and is_chinese and _that_day.search(quote):
        named = list(_day_zh.finditer(text[: max(0, text.find(quote))]))
        found = _resolved(named[-1], day, ahead=False) if named else None
    return found.isoformat() if found else None


_ahead = re.compile(r"将|拟|计划|预计|起施行|\b(?:will|from|by|until|starting|plans?|expects?|expected|to)\b")
_heard = re.compile(r"^.{0,12}(?:获悉|了解到)")


def _named_zh(quote: str, day: date, ahead: bool) -> date | None:
    days = [
        match
        for match in _day_zh.finditer(quote)
        if not (quote[: match.start()].endswith("记者") and _heard.search(quote[match.end() :]))
    ]
    plain = [
        match
        for match in days
        if not re.match(r"(?:起|前|之前|以前|至|到|—|-|内|召开)", quote[match.end() :])
        and not quote[: match.start()].endswith(("截至", "自", "到", "至"))
    ]
    return _resolved((plain or days)[0], day, ahead) if plain or (days and ahead) else None


def _resolved(match: re.Match[str], day: date, ahead: bool) -> date | None:
    if match["only"]:
        number = int(match["only"])
        for back in range(32):  # the latest such day
            if (day - timedelta(days=back)).day == number:
                return day - timedelta(days=back)
        return None
    return _nearest(int(match["year"]) if match["year"] else None, int(match["month"]), int(match["day"]), day, ahead)


def _named_en(quote: str, day: date, ahead: bool) -> date | None:
    for match in _day_en.finditer(quote):
        month = _MONTHS[(match["month"] or match["month2"])[:3].lower()]
        year = match["year"] or match["year2"]
        if found := _nearest(int(year) if year else None, month, int(match["day"] or match["day2"]), day, ahead):
            return found
    return None


def _nearest(year: int | None, month: int, number: int, day: date, ahead: bool) -> date | None:
    """The day of that name nearest to the day of publication, rather behind it unless the event is ahead."""
    found = []
    for one in (year,) if year else (day.year - 1, day.year, day.year + 1):
        try:
            found.append(date(one, month, number))
        except ValueError:
            continue
    return min(found, key=lambda other: abs((other - day).days) * ((0.5 if ahead else 2) if other > day else 1), default=None)


def _named_relative(quote: str, day: date, is_chinese: bool) -> date | None:
    match = (_relative_zh if is_chinese else _relative_en).search(quote)
    if match is None:
        return None
    if match["today"] or match["yesterday"]:
        return day - timedelta(days=bool(match["yesterday"]))
    which = (match["which"] or "").strip()
    if which == "next":
        return None
    back = (day.weekday() - _WEEKDAYS[match["weekday"]]) % 7
    if which == "上":
        return day - timedelta(days=day.weekday() + 7 - _WEEKDAYS[match["weekday"]])
    if which in ("last",) and back == 0:
        back = 7
    return day - timedelta(days=back)


# --- actors and object

_SPLIT = re.compile(r"[、]|(?<=[^，][^，])(?:和|与|及|暨)(?=[^，]{2})")
_role = re.compile(
    r"(?:联合创始人|创始人(?:兼CEO|兼首席执行官)?|董事会秘书|首席[^，、]{1,4}官|首席科学家|首席预报员|董事长|副?总经理|副?总裁|CEO|CTO|CFO|COO|发言人|负责人|局长|市长|副?主任|院长|"
    r"副?教授|研究员|合伙人|州?参议员|州?众议员|议员|部长|秘书长|博士|工程师)"
)
_team = re.compile(r"(?:研究|科研|联合)?团队$|课题组$|等[^，]{0,8}$|方面$|官方$|[（(][^）)]*[）)]")
_kind = re.compile(
    rf"^[{HAN}A-Za-z0-9-]*?(?:公司|企业|服务商|厂商|开发商|供应商|运营商|制造商|零售商|机构|龙头|巨头|平台|品牌|独角兽|初创团队|同行|用户|客户)(?=[{HAN}A-Za-z“]{{2,}})"
)
_investors = re.compile(
    r"由(?P<a>[^，。]{2,40}?)(?:联合|共同|独家)?(?:领投|(?:独家|战略)?投资(?=[，。]|$))|(?P<b>[^，。由]{2,40}?)(?:领投|跟投|参投|超额认购|(?:继续|持续|追加)?加注|"
    r"(?:等)?参与投资)|投资方(?:为|包括)(?P<c>[^，。]{2,40})"
)
_with = re.compile(
    r"(?:与|同|和|向|对|联合)(?P<name>[^，。的]{2,30}?)(?:等[^，]{0,8})?(?=(?:共同|联合|合作|签署|签订|签约|达成|出资|携手|处以|开出|罚款|发放|提起|开展|共建|合并|成立|在))"
)
_other_side = re.compile(
    r"(?:被告|收购|并购|批准|入股|控股|约谈|起诉|裁定|判令|应对)(?P<name>[^，。的]{2,24}?)(?=侵害|应|合并|$|，|的|赔偿|与)"
)
_by_whom = re.compile(r"被(?P<name>[^，。的]{2,16}?)(?=以|收购|并购|约谈|处罚|罚|起诉|叫停)")
_of_place = re.compile(
    rf"^([{HAN}]{{2,6}}[省市区县州])(?=[{HAN}]{{4,}}$)(?![{HAN}]*(?:局|院|委|厅|政府|公司|大学|办公室|中心|部门|财政|交警|警方|行)$)"
)
_NOT_A_NAME = re.compile(
    r"^(?:展开|进行|其|该|预计|全国|公司|代理人|研究人员|监管部门|电费|声明|股价[^，]*|双方|对方|记者|用户|企业|股权|全部|一[^，]*|两[^，]*|三[^，]*|多[^，]*|各[^，]*|老股东|产业方|[^，]*(?:人士|领域|板块|市场|业务|规模|收入|营业|系统|产品|模型|功能|论文|"
    r"研究|成果|价格|订单|合同|许可|应用|方法|版本|数据集|权重|代码|同行|语音助手|配送车|质检产线|运营|行动计划|方案|办法|基地[一二三]?期?|产能|零部件))$"
)


def _actors_zh(quote: str, made: Told, text: str) -> tuple[str, ...]:
    """The subject, those it acts with, and who invests."""
    found: list[str] = []
    _note(found, made.subject, text)
    for pattern in (_with, _other_side, _by_whom):
        for match in pattern.finditer(made.predicate):
            _note(found, match["name"], text)
    for match in _investors.finditer(quote) if re.search("融资|投资|认购", quote) else ():
        for name in re.split("、|和|及", next(filter(None, match.groups()))):
            _note(found, name, text)
    return tuple(dict.fromkeys(found))[:6]


def _note(found: list[str], phrase: str, text: str) -> None:
    """Add the names of a noun phrase: each member of a list, an institution and its person apart."""
    phrase = re.sub(
        r"^(?:本轮由|由|以及|其中|老股东|被告)|(?:还|也|已|将|近日|日前|当天|等)+$|(?:\d{1,2}月)?\d{0,2}(?:日|月).*$",
        "",
        phrase.strip(" 　"),
    )
    phrase = re.sub(r"[两三四五六七八九十\d]+[家个名所](?:企业|公司|机构|部门|单位|高校)?$", "", phrase)
    if place := _of_place.match(phrase):
        phrase = place[1]
    for part in _members(phrase, text):
        for name in _institution_and_person(_owner(part, text)):
            name = _named(name)
            if 1 < len(name) <= 24 and not _NOT_A_NAME.search(name) and not re.search(r"[，。；：的]|股权$|^[A-Za-z]+\d+$", name):
                found.append(name)


def _members(phrase: str, text: str) -> list[str]:
    """The members of a list; 与 and 和 part only names of institutions, or what the article also names apart: not 竞争与市场管理局."""
    found: list[str] = []
    for part in re.split("[、]|以及", phrase):
        members = _SPLIT.split(part)
        is_list = all(text.count(one) > 1 or one[:1].isascii() or _institution_zh.search(one) for one in members)
        found += members if is_list else [part]
    return found


_institution_zh = re.compile(
    "(?:公司|集团|科技|智能|数据|机器人|半导体|大学|学院|研究院|医院|银行|资本|基金|创投|网络|汽车|医药|政府|委员会|研究所|协会|局|所)$"
)


def _owner(part: str, text: str) -> str:
    """Whose it is: 万屋科技 of 万屋科技的“灵犀”语音助手."""
    owner, of, _ = part.partition("的")
    return owner if of and len(owner) > 2 and text.count(owner) > 1 else part


def _institution_and_person(part: str) -> list[str]:
    part = re.sub(r"^[^，]*旗下的(?=[^，]{2})|旗下[^，]*$", "", _team.sub("", part))
    roles = list(_role.finditer(part))
    if not roles:
        return [part]
    institution, person = part[: roles[0].start()], part[roles[-1].end() :]
    institution = re.sub(r"(?<=大学)[^，]+$|(?<=研究院)[^，]+$|^该.*$", "", institution)
    return [one for one in (institution, person) if len(one) > 1]


def _named(name: str) -> str:
    """The bare name: without what kind of company it is, and quotation marks around all of it."""
    name = _kind.sub("", name)
    if quoted := re.search(r"“([^”]{2,12})”$", name):
        return quoted[1]
    name = re.sub(r"^[A-Za-z]*[^A-Za-z]{0,4}(?:助手|应用|软件)(?=[^，]{2,})", "", name)
    return re.sub(
        r"^(?:前|原|首个|另一家|一家|德国|英国(?=[A-Z])|法国|日本|韩国|荷兰|美国(?=[A-Z])|通用|国内|国产|知名)+(?=[^，]{2,})",
        "",
        name,
    ).strip()


def _object_zh(headline: str, made: Told) -> str | None:
    """What stands behind the last verb of the headline, or the name in its quotation marks."""
    if named := re.search(r"《[^》]+》|“[^”]+”(?=$|的)", headline):
        return named[0].strip("“”")
    behind = (
        headline[headline.find(made.subject) + len(made.subject) :] if made.subject and made.subject in headline else headline
    )
    match = re.search(
        r"(?:完成|获得?|发布|推出|上线|开源|收购|签署|签订|设立|成立|建设|印发|出台|暂停|暂缓|裁撤|裁定|约谈|启用|否认|投资|公布|披露|批准|发放|任命|提出|终止|推送|"
        r"举报)(?:了)?(?P<what>[^，。]{2,24})$",
        behind,
    )
    if not match:
        return None
    what = re.sub(
        rf"^(?:{_money_zh.pattern}的?|{_count_zh.pattern}|一[项个款种份起批]|首[个款批]|全[部新]|新一代|第[一二三四五]代|\d+项)",
        "",
        match["what"],
    )
    return what.removeprefix("的") or None


_proper = re.compile(
    r"(?:[A-Z][\w&.’'-]*|[a-z]+[A-Z]\w*)(?: (?:[A-Z]\.){2,}| (?:of|de|for|and|the) (?=[A-Z])(?:[A-Z][\w&’'-]*)| (?:[A-Z][\w&’'-]*|\d+(?:\.\d+)?))*"
)
_title_words = frozenset(
    "President Judge Senator Governor Gov Sen Rep Dr Mr Mrs Ms Prof Professor Minister Mayor Chief Executive Officer "
    "Finance Justice Commissioner Chairwoman Chairman CEO CTO CFO COO "
    "Founder Co-founder Chancellor Secretary General King Queen Sir Lord Attorney".split()
)
_no_actor = frozenset(
    "AI The A An It They He She We I You In On At By For With From To And But Its Their His Her This That These Those "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March "
    "April May June July August September October November December Jan Feb Aug Sept Oct Nov Dec Series IPO CEO Europe "
    "European American Chinese Japanese German French British Indian Korean Malaysian Dutch Swiss "
    "Israeli Canadian Asian African Researchers Shares Construction Agencies Engineers Scientists Police Under Last Earlier "
    "Volume Mass Business New Motor Legal Chief Security Federal State City Several Two Three "
    "Four Five Six Some Many Most All Both U.S US UK EU America China Japan Germany France Britain India Korea Singapore "
    "London Paris Berlin Tokyo Beijing Shanghai Washington California Texas Hong Kong GPU LLM Mobile "
    "Memory Robotaxi Battery Software Supermarket Streaming Delivery We'll We're We've It's They'll He's She's That's There's I'm I'll What's".split()
)
_place = re.compile(r"\b(?:in|at|near|from|across|outside|around|north of|south of|throughout) $")
_makes = re.compile(
    r"(?:releas|unveil|launch|introduc|ship|open-sourc|sell|publish|debut|wraps off|announc|show|updat|"
    r"recall)\w*(?: [\w-]+){0,5} $",
    re.IGNORECASE,
)


def _actors_en(headline: str, text: str) -> tuple[str, ...]:
    """The names of the headline, without places and without what is made."""
    found: list[str] = []
    for match in _proper.finditer(headline):
        before = headline[max(0, match.start() - 60) : match.start()]
        whole = match[0]
        for part in [whole] if _institution.search(whole) else whole.split(" and "):
            name = _without_title(_ending_en.sub("", part))
            is_first = match.start() == 0 and whole.startswith(part)
            is_place = _place.search(before) and not _institution.search(name)
            is_kind = " " not in name and _what_kind.match(headline, match.end())
            if _may_act(name, text, is_first=is_first) and not (is_place or is_kind or _makes.search(before)):
                found.append(name)
    return tuple(dict.fromkeys(found))[:6]


_ending_en = re.compile(r"(?:'s|’s|[.,'’])+$")
_version_en = re.compile(r"[A-Z][\w-]*[- ]?\d[\w.]*|[A-Z][a-z]{2,8}\.? \d{1,2}")


def _may_act(name: str, text: str, *, is_first: bool) -> bool:
    """True for a name; not for a place or nationality, a version, or a word that only begins the sentence."""
    if not name or name in _no_actor or _version_en.fullmatch(name):
        return False
    if " " in name:
        return True
    if name.rstrip("s") in _no_actor or name.isdigit() or (name.isupper() and len(name) < 3):
        return False
    begins = is_first and (
        name.endswith(("ed", "ing", "ions")) or (name.endswith("s") and not name.endswith("ss")) or "-" in name
    )
    if begins and re.search(rf"[a-z,] {re.escape(name)}\b", text):  # a capital amid a sentence: a name all the same
        begins = False
    lower = name.lower()
    return not begins and not (is_first and lower in text and re.search(rf"\b{re.escape(lower)}\b", text))


def _without_title(name: str) -> str:
    """The name without what stands before a person's, whose it is (Ireland's …), and where (… of South Korea)."""
    name = _with_when.sub("", name)
    words = (
        re.sub(r" of (?:(?:South|North|New|Great) )?[A-Z]\w+$", "", name).split()
        if not _institution.search(name)
        else name.split()
    )
    while words and (
        words[0].rstrip(".") in _title_words
        or (words[0] in ("The", "A", "An") and len(words) > 1)
        or (re.search("['’]s$", words[0]) and len(words) > 1)
    ):
        words = words[1:]
    return " ".join(words)


_with_when = re.compile(r"^(?:In|On|At|By|From|Since|During|After|Before|For|With|Under|As|When|While|And|But) (?=[A-Z])")
_what_kind = re.compile(
    r" (?:maker|company|operator|start-?up|developer|designer|giant|carrier|firm|lab|supplier|provider|retailer|insurer|chain)\b"
)
_institution = re.compile(
    r"\b(?:Institute|University|College|Agency|Office|Ministry|Department|Commission|Authority|Bank|Fund|Court|Board|"
    r"Council|Hospital|Labs?|Inc|Corp|Group|Foundation)\b"
)


def _object_en(headline: str, made: Told) -> str | None:
    """What stands behind the verbs, up to the next preposition; None where that is no noun."""
    words = made.predicate.split()
    at = 0
    while at < min(len(words), 6) and (is_verb_form(words[at]) or words[at].lower() in _between_verbs):
        at += 1
    phrase = re.split(_NEXT_PHRASE, " ".join(words[at:]))[0].strip(" .,")
    if not at or not phrase or phrase not in headline or len(phrase) < 3:
        return None
    first = phrase.split()[0].lower()
    return None if first in _no_noun or first.endswith("ly") else phrase


_NEXT_PHRASE = r"[,;]| (?:in|on|at|by|for|with|from|to|that|which|who|after|before|while|as|because|into|over|against|across|under|once|whose|when|about|requiring|is)\b"
_between_verbs = frozenset("to not also now then been be have has more".split())
_no_noun = frozenset(
    "in on at by for with from to that which who after before while as because into over against across under off out up down about what whether how if once there here "
    "3-2 half most by and or but it him her them".split()
)
