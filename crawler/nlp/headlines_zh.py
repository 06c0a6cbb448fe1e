"""The headline of a Chinese sentence: the clause that says what happened, with whoever did it.

    sentence → clauses (circumstance, telling, statement) → the clause with the act → its subject, or the nearest one before it
    → shortened, actors before objects → at most LONGEST characters of Han, or the beginning and "…"

A clause is never joined to a subject across another subject, and nothing inside 《》 or quotation marks is cut.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from crawler.nlp.acts import acts_of, verbs
from crawler.nlp.lexicon import listed
from crawler.nlp.segmenter import tagged
from crawler.text import HAN, simplified

LONGEST = 42  # characters of Han; four letters or digits count for one
SHORT = 30  # … up to which it goes on with what the sentence says next
MOST = 45  # … of one clause that would lose its verb or its object
FARTHEST = 60  # … that would say of an act of office only that there was one, or nothing at all
LEAST, LONG = 4, 12
_CLOSING = {"“": "”", "《": "》", "「": "」", "『": "』", "（": "）", "(": ")", "【": "】", "‘": "’"}

_day = (
    r"(?:\d{4}年|今年|去年|本周|上周|下周|当地时间|北京时间|周[一二三四五六日天])?(?:\d{1,2}月)?(?:\d{1,2}[日号]|(?<=[月年])(?:初|底|中旬|[上下]旬))?"
    r"(?:\d{1,2}[时点](?:\d{1,2}分)?许?)?"
)
_part_of_day = (
    r"(?:(?:晚上|晚间|晚|早上|早间|凌晨|清晨|上午|中午|午间|下午|傍晚|深夜|一早|盘[前后])(?:\d{1,2}[时点](?:\d{1,2}分)?许?)?)?"
)
_when = re.compile(
    r"^(?:(?:近日|日前|近期|最近|今天|今日|昨天|昨日|昨晚|今晨|上个?月(?![末底])|刚刚|同日|同时|当天|当日|当晚|当时|随后|此后|之后|截至目前|目前|此外|其中|按照计划|据悉|据介绍|据了解|另外"
    r"|不过|但是|但|而且|而(?!是)|并且|并(?=[在于将])|值得注意的是|值得一提的是|连日来|快讯：?)"
    rf"|{_day}{_part_of_day}(?![起至到前—-]|\d))[，,]?"
)
_goal = re.compile(
    r"^(?:(?:力争|争取|预计|计划)?[到至]|力争)?(?:20\d\d年|“?十[四五六]五”?|今年|明年|后年|本世纪)[^，]{0,6}$|^未来[^，]{1,5}$|^20\d\d年(?:底)?前?$"
)
_circumstance = re.compile(
    r"^(?:据|根据|按照|依据|依照|随着|用于|用以|为了|围绕|针对|由于|因(?!为?此)|经(?![营济理])|自(?![动主己])|作为|面对|面向|除了?|关于|对于|谈及|鉴于|受(?![理贿权])"
    r"|从[^，]{1,16}(?:看|来看|说)$|在[^，]{1,40}(?:后|时|中|上|下|间|期间|之际|方面|领域|同时|之前|过程中)$|[^，]{2,8}过程中$|与此同时|(?:这|此|该[^，]{0,4}|其)(?:也|就|还)?是|是(?!否)|即(?!日|将)|包括|其中包括|"
    r"如(?!期|愿)|例如|理由|原因|同期(?:亏损|盈利|为|净))"
    r"|(?:后|以来|之际|期间|时|之前|以前|以后|同时|背景下|情况下|方面|领域|的(?:消息|要求|规定|通知|安排|部署)|而言|来看|来说|所致|影响|显示)$"
    r"|^(?:自|于)?(?:\d{4}年)?\d{1,2}月\d{1,2}日起(?:正式)?(?:生效|施行|实施)$|^起(?:正式)?(?:生效|施行|实施)$"
)
_TELLS = "|".join(sorted(listed("zh_tells"), key=lambda verb: (-len(verb), verb)))
_tells = re.compile(rf"(?<![的项份个])(?P<verb>{_TELLS})(?:道|了|，|：|:)?$")
_LONGEST_TELLS = len(_TELLS.partition("|")[0]) + 2  # with 道, and a line's end
_told = re.compile(r"(?:发布|公布|发表|发出)[^，]{0,8}(?:公告|声明|通告|通报|消息|内部信|致歉信|结果)$")
_is_told = re.compile("(?:得到|获得?|经)了?[^，]{0,8}$")  # 消息得到公司证实
_from = re.compile(r"从(?P<whom>[^，]{2,24}?)(?:获悉|了解到|处获悉)$")
_DONE = frozenset("公布 披露 公告 通报 证实 确认 否认 承认 报道 提示 宣布".split())
MUST_STAY = listed("zh_must_stay")
_that_one = re.compile(r"^(?:该[院校局所司厂店厅部]|该公司|公司)")
_relative = re.compile(
    r"^(?:专注于?|致力于|从事|主[打攻]|聚焦|做(?=.{4})|成立|创[办立](?=于)|总部|位于|曾|传出|由[^，]{2,24}?(?:创办|创立|研发|研制|开发|投资建设|建设|运营|打造|主导))[^，]{0,36}?的(?=[^，的]{2,})"
)
_report = re.compile(r"(?<=..)(?:发布|公布|披露|提交)的[^，]{0,8}(?:报|公告|报告|书|文件)$")
_rules = re.compile(r"(?:依据|根据|按照|依照)《[^》]*》")
PLAIN = listed("zh_plain")  # what is told this way is so; other words of telling stay
_weak = re.compile(
    r"^(?:同比|环比|按[年月季]|(?:向|较|指控|指)[^，]{1,20}|前者|后者|[二两三]者|三方|盘中(?:一度)?|收盘|其|该|它|他|她|他们|她们|它们|双方|本轮|此次|本次|这次|这|那|此举|公司|[^，]{0,10}记者|本报|对方|声明|公告|内部信|董事会|股东会|半年报|季报|年报|财报|纪要|本公司|即日起|我们|我|你|该[^，]{1,4})$"
)
_filler = re.compile(
    r"^(?:其(?![他中])|[它他她]们?|公司|本公司|该公司|该[院校局所]|同时|并|也|还|则|但|且|而|亦|又)+(?=[^，]{2})"
)
_appositive = re.compile(
    rf"^[^，。：；“《与和及、]{{1,24}}(?:公司|企业|服务商|厂商|开发商|供应商|运营商|制造商|零售商|机构|龙头|巨头|平台|品牌|独角兽|新秀|初创团队)(?!项目|建设|系统|工程|业务|产品|用户|中心|服务|管理|公司|集团|企业|(?:[独前原副]立?|联合|执行)?(?:董事|监事|创始|首席|C[ETFO]O|总经理|总裁))(?=[{HAN}A-Za-z“][^，]{{1,}})"
)
_post = re.compile(
    r"(?:首席[^，]{1,4}官|总经理|董事长|副?总裁|联合创始人|创始人|负责人|C[ETFO]O|代表人|发言人|局长|市长|主任|院长|校长|教授)"
)
_aside = re.compile(
    r"(?<![\d将到至自从截前定于])(?:(?<!定)已?[在于])?(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:晚间?|凌晨|上午|下午|午间|盘[前后])?(?:\d{1,2}[时点]许?)?(?![起前内施至的\d])"
    r"|(?<![\d第月将到至自从定于])(?:已?[在于])?(?<!\d)\d{1,2}日(?:晚间?|凌晨|上午|下午|午间)?(?:\d{1,2}[时点]许?)?(?![起前内施至的\d])"
    r"|(?:已?[在于])?(?:近日|(?<![\d一二三四五六七八九十])日前|今[天日晚早晨]|昨[天日晚]|(?<![每下])[本上]?周[一二三四五六日](?!至)|当天(?:上午|下午|晚间?)?|当[日晚]|当地时间)"
)
_ahead = re.compile("将|拟|计划|预计|预期|有望|起|复牌|截至|截止|(?<=\\d)[日月]前|前提交|施行|生效|挂牌|[时点:：]")
_brackets = re.compile(r"[（(](?!(?:公开)?征求意见|[^（）()]{0,6}草案|送审|试行)[^（）()]{0,24}[）)]")  # a draft stays one
_many = re.compile(r"^([^，、]{2,14})(?:、[^，、]{2,18}){2,}?(?=等)|^([^，、]{2,14})(?:、[^，、]{2,18}){2,}(?=[都均也共联分相])")
_made = re.compile(r"\d{4}年[^，]{4,24}(?:期间|之间)(?:生产|制造|销售)的")
_open_end = re.compile(
    r"(?:[自从][^，]{2,8}起|[的和与及、在为对将并等被把从由向以让使其拟已于至到后前]|以及|包括|(?<![议决获])通过|其中|根据|关于|用于|进行|实现|成为|达到|提出|推进|完成|新一代|首[个款批]|"
    r"(?<![A-Za-z\d.-])\d+|全球|国内|国际|重大|(?<![更创革])新的?)$"
)
_topic = re.compile(r"^(?:在|从)(?P<topic>[^，,。在]{2,12}?)(?:方面|领域)[，,]")


class Token(NamedTuple):
    word: str
    tag: str
    start: int
    end: int


class Clause(NamedTuple):
    """A clause of a sentence: offsets into it, what it says of itself, and where its own subject ends (`start` where it
    has none)."""

    start: int
    end: int
    text: str
    subject_end: int
    tells: str = ""  # the verb with which it tells what follows
    is_circumstance: bool = False
    goal: str = ""  # 到2030年, from this clause's beginning
    mark: str = ""  # what stands behind it
    has_verb: bool = True

    @property
    def subject(self) -> str:
        return self.text[: self.subject_end - self.start]


@dataclass(frozen=True, slots=True)
class Told:
    """A headline with what it was made of: the subject, the words from the verb on, and the places in the sentence of the first and
    last clause that it needs."""

    headline: str
    subject: str = ""
    predicate: str = ""
    start: int = 0
    end: int = 0
    is_clean: bool = False
    is_likeliest: bool = False


def told(sentence: str, acts: Sequence[str]) -> Told:
    """The headline of a sentence; `acts` are the words of acts in their normal form, the surest first."""
    topic = _topic.match(sentence)
    offset = topic.end() if topic else 0
    found = list(clauses(sentence, offset))
    if found and found[-1].tells in _DONE:  # nothing is told behind it: the code was published
        found[-1] = found[-1]._replace(tells="")
    at = likeliest(found, acts)
    if at is None:
        return Told(_beginning(sentence), start=0, end=len(sentence))
    if topic and sum(bool(one.subject) and not _weak.match(one.subject) for one in found) > 1:
        return _parallel(sentence, topic["topic"], found)
    first, *others = options(sentence, found, at)
    return max((first, *others), key=lambda one: weight(one, sentence, acts)) if others else first


def options(sentence: str, found: list[Clause], at: int) -> Iterator[Told]:
    """What may be the headline: what the likeliest clause says, and then what others do."""
    yield replace(_told_at(sentence, found, at), is_likeliest=True)
    for other, one in enumerate(found):
        may_tell = one.has_verb and not (
            one.is_circumstance or one.tells or _adds_nothing.search(one.text) or _meets.search(one.text)
        )
        if other != at and may_tell and (made := _told_at(sentence, found, other)).is_clean:
            yield made


def weight(one: Told, sentence: str, acts: Sequence[str]) -> float:
    return sum(WEIGHTS[name] * of for name, of in signs(one, sentence, acts).items())


def signs(one: Told, sentence: str, acts: Sequence[str]) -> dict[str, float]:
    """What is weighed of a headline."""
    text = one.headline
    return {
        "likeliest": one.is_likeliest,
        "length": width(text) / 20,
        "ends the sentence": one.end >= len(sentence.rstrip("。")),
        "begins with a figure": text[:1].isdigit(),
        "figure": any(map(str.isdigit, text)),
        "act": any(act in text for act in acts[:1]),
        "vague": bool(_begins_vague.match(text)),
        "work": "《" in text,
    }


_begins_vague = re.compile("公司|该|其|双方|团队|它|他|她|这|本|此|我|两家|项目|产品|平台|上述|前者|后者|[一二]是|目前|同时|新")
# Of how much a headline has in common with an editor's, by benchmarks/fit_headlines.py. The likeliest clause weighs .05 more than that:
# so one of eight headlines is another clause, not one of five, and what they have in common is the same.
WEIGHTS = {
    "likeliest": 0.09,
    "length": 0.12,
    "ends the sentence": -0.15,
    "begins with a figure": -0.03,
    "figure": 0.17,
    "act": 0.09,
    "vague": -0.06,
    "work": 0.11,
}


def _told_at(sentence: str, found: list[Clause], at: int) -> Told:
    """What a clause says, with whoever did it."""
    made = _stated(found, at)
    if (whose := _whose(sentence, found, at, made)) != at:
        at, made = whose, _stated(found, whose)
    text = _together(sentence, found, at, made)
    if (vague := _that_one.match(text)) and (said := _teller(found, at)) and not said.subject.startswith(vague[0]):
        text = _tidy(said.subject) + text[vague.end() :]
    text, end = _continued(sentence, found, at, _alias.sub("", text), made.subject)
    short = _shortened(text, FARTHEST if end > found[at].end else LONGEST)
    if not short or not is_sentence(short) or not (made.subject or short.startswith(("会上", "现场"))):
        is_said = any(clause.tells in _OPINION for clause in found[:at])
        whole = sentence if width(sentence) <= MOST or not made.subject or is_said else sentence[made.start :]
        return Told(_own.sub("", _beginning(whole)), made.subject, made.predicate, made.start, made.end)
    short = _own.sub("", _at_meeting.sub(r"\g<what>\g<how>", short))
    return Told(short, made.subject, made.predicate, made.start, end, is_clean=True)


_own = re.compile("(?<=[认称示布露])，其(?=[正将已未拟])")
_at_meeting = re.compile(
    "^(?:会上|会议上?|活动上|仪式上|现场)，?(?:还|也)?(?P<how>(?:正式|同步|首次|联合)?(?:发布|公布|启动|推出|揭晓))了?(?P<what>《[^》]+》|“[^”]+”)(?=，|$)"
)


def _teller(found: list[Clause], at: int) -> Clause | None:
    """Who is named as telling a clause right before it."""
    said = found[at - 1] if at else None
    return said if said and said.tells and said.subject and not _weak.match(said.subject) else None


def _whose(sentence: str, found: list[Clause], at: int, made: Told) -> int:
    """The place of the clause to tell: where all from the subject to the act is too long, the one that has the subject."""
    giver = None if found[at].subject and not _weak.match(found[at].subject) else _giver(found, at)
    if giver and width(sentence[made.start : made.end]) > LONGEST and (giver.tells or _says_something(giver)):
        between = range(found.index(giver) + 1, at) if giver.tells else [found.index(giver)]
        long = next((n for n in between if width(found[n].text) > LONG and not found[at].subject), at)
        return next((n for n in between if _says_something(found[n]) and not found[n].is_circumstance), long)
    return at


def _together(sentence: str, found: list[Clause], at: int, made: Told) -> str:
    """The words of the sentence from whoever acts, speaks or sets the condition to the act; where they are too many, only the parts."""
    one, first, text = found[at], next(n for n, clause in enumerate(found) if clause.end > made.start), made.headline
    if first == at and (said := _teller(found, at)) and said.tells in _OPINION:
        is_own = said.tells in _SPEAKS and one.subject and one.subject in said.subject
        first -= not (is_own and width(sentence[said.start : one.end]) > SHORT)
    is_last = at + 1 == len(found) and at > 0 and _formal.search(one.text) and not any(clause.tells for clause in found[:at])
    if is_last and found[at - 1].mark == "，" and not found[at - 1].is_circumstance:  # its substance stands before it
        first = 0 if width(sentence[found[0].start : one.end]) <= LONGEST else first
    if at - first > (found[first].tells not in _OPINION and bool(found[first].tells)):
        whole = sentence[found[first].start : one.end]
        text = whole if width(whole) <= LONGEST else text
    begins = found[first - 1].end + 1 if first else 0
    before = sentence[begins : found[first].start].lstrip(" 　")
    if first and not before and not found[first - 1].tells and not found[first - 1].subject and found[first - 1].mark == "，":
        before = sentence[found[first - 1].start : found[first].start]
    is_needed = _condition.search(before.strip("，, ")) or (_dated.search(before) and _needs_time.search(one.text))
    if is_needed and not _source.match(before) and width(before + text) <= LONGEST and before not in text:
        return _leftover.sub("", before) + text
    if _year.fullmatch(before) and made.subject and text.startswith(made.subject):
        return made.subject + before.strip("，") + text.removeprefix(made.subject)
    return text


def _continued(sentence: str, found: list[Clause], at: int, text: str, subject: str) -> tuple[str, int]:
    """The same with the clauses behind it that belong to it, and where they end: the substance of a formal act, and what is short."""
    end = found[at].end
    is_reason = bool(_because.match(found[at].text[found[at].subject_end - found[at].start :]))
    for before, one in zip(found[at:], found[at + 1 :], strict=False):
        longer = text + sentence[end : one.end]
        longest = LONGEST if one.text.startswith("用于") else SHORT
        if end == found[at].end and (is_reason or width(text) < LONG or _formal.search(simplified(text))):
            says_what = before.mark == "：" or is_reason or _is_paper(text)
            longest = FARTHEST if says_what else LONGEST
        is_short = width(longer) <= longest
        is_title = not one.has_verb and _post.search(one.text)
        is_joined = before.mark in ("，", ",", "：") and one.mark not in ("：", ":") and not one.tells and not is_title
        says = one.text.removeprefix("后者") if longest == FARTHEST else one.text
        if not is_joined or not is_short or _adds_nothing.search(says):
            break
        text, end = longer, one.end
    if not _figure.search(text) and (sum_ := next((one for one in found[at + 1 :] if _sum.search(one.text)), None)):
        between = [one.mark for one in found if found[at].end <= one.end < sum_.end]
        if set(between) == {"，"} and sum_.text not in text and not sum_.is_circumstance and width(text + sum_.text) < LONGEST:
            return f"{text}，{sum_.text}", max(end, sum_.end)
    after = found[at + 1] if found[at].mark == "，" and end == found[at].end and at + 1 < len(found) else None
    is_decided = after and _formal.search(text) and _decides.match(after.text) and _office.search(subject)
    if after and _says_something(after) and (is_decided or (_meets.search(text) and "通过" in after.text)):
        shorter = _tidy(subject) + after.text  # the court finds that …, without its judgment
        if not _weak.match(subject) and width(shorter) <= LONGEST:
            return shorter, after.end
    return text, end


_figure = re.compile(r"\d[\d.,]*[余多]?[万亿]?(?:[元台辆名人家架套颗片%]|[美欧港日]元|英镑)")
_sum = re.compile(r"^(?=.{0,20}$)[^《“]*(?:额|价|投资|资金|估值|规模|费|款|采购|共计|合计|总计|累计|比例|净利)[^，]{0,8}\d")


def _is_paper(text: str) -> bool:
    """True where it says only that there is a rule, a list, a deal or a result, and not which."""
    return bool(_paper.search(simplified(text)))


_paper = re.compile(
    r"(?:公布|发布|印发|出台|签[署订]|下发|提出|提交|备案)[^，]{0,24}(?:规则|草案|清单|名单|通知|办法|意见|方案|协议|条例|规定|指南|公告|备忘录|结果|标准|报告|法案|决定|计划)[》”]?$"
    r"|签约$|揭晓$|(?:典礼|颁奖礼)[^，]{0,12}举行$|致[信函][^，]{1,12}$|发表[^，]{0,6}(?:论文|成果)$|签[署订下](?:了|战略|投资|框架|合作|意向|备忘录)*(?:协议|合同)$|达成(?:了|战略|全面|深度|一致|合作|意向|和解)*(?:协议|合作|和解)$"
)
_office = re.compile("[院庭局部委会署厅办府司心门]$")
_decides = re.compile("(?:认定|判令|裁定|判决|决定|要求|提出|允许|批准|驳回|责令)[^，]{4}")
_LAYS_DOWN = frozenset("规定 要求 明确 裁定 判定 判令 提出".split())  # of what these say, the first is the main thing
_OPINION = listed("zh_opinion")
_SPEAKS = frozenset("表示 称 说".split())  # what these say of their own may be told without them
_condition = re.compile(
    r"^(?:如|若|一旦|除非|逾期|因|自[^，]*起|对于|未来)|^[^，]{2,14}(?<![以此随今之\d])(?:后|前|时|中)$|^(?:到|至|截至)|^[^，]{3,20}的$"
)
_year = re.compile("(?:20..年|[去前]年)[初底末]?，")
_dated = re.compile(r"\d|本月|下月|年|季度|同期")
_needs_time = re.compile(
    r"将(?=[^，]*(?:[于在]|起|日|施行|上线))|起$|同比|增长|下降|亏损|利润|收入|营收|累计|上架率|规模|较|减少|[增降]至|共"
)
_source = re.compile(r"据|展望|记者|本报|[^，]{0,10}[电讯]|[^，]{0,10}从$|这")
_alias = re.compile(r"（(?:(?:以下简称|下称|简称|股票代码|股票简称|证券代码)[^（）]*|[^（）]{0,8}[\d×Xx]{4,6}(?:\.[A-Z]+)?)）")
_leftover = re.compile(
    r"^(?:· ?|据[^，]{2,30}(?:报道|消息|介绍|统计|证实)|[^，]{0,40}(?:获悉|了解到)|日前|近日|昨日|今日|昨晚|同日|此外|同时|据悉|另外|其中|不过|而且|并且|但)[，,]?"
)
_formal = re.compile(
    r"(?:签[署订下约]|发布|公布|印发|出台|通报|公告|通知|举行|[闭开落]幕|揭牌|判决|裁定|致信|协议|合同|合作|任命|宣判|发文|论文|提起诉讼|立案|处罚|罚款|召开|修订|清单|方案|差错|升级)"
)
_adds_nothing = re.compile(
    r"(?:[后时]|后者.*)$|^(?:这|该|此|其(?!中)|是|即|距|占|但|而|感谢|详情|现更正|据|通过|围绕|从|随着|根据|由于|以(?!及|[^，]*[租购售换])|为[^，]{1,6}提供|进一步|标志着|旨在)"
)


# --- clauses


@lru_cache(maxsize=128)
def clauses(sentence: str, offset: int = 0) -> tuple[Clause, ...]:
    """The clauses of a sentence in their order; when they happen is left out of their start, a goal's year is kept beside it."""
    return tuple(_clauses(sentence, offset))


def _clauses(sentence: str, offset: int) -> Iterator[Clause]:
    form = simplified(sentence)
    tokens = _tokens(form)
    for start, end in _pieces(form, offset):
        goal = ""
        while match := _when.match(form[start:end]):
            if not match.end():
                break
            start += match.end()
        if match := _relative.match(form[start:end]):
            start += match.end()
        piece = form[start:end]
        if _goal.match(piece):
            goal, piece = piece, ""
        if len(piece) < 2 and not goal:
            continue
        first, last = bisect_left(tokens, start, key=_start), bisect_left(tokens, end, key=_start)
        made = _clause(sentence, form, start, end, tokens, goal)
        yield made._replace(mark=form[end : end + 1], has_verb=any(map(_says, tokens[first:last])))


def _tokens(form: str) -> list[Token]:
    new, at, found = tuple.__new__, 0, []  # Token(…) takes twice as long
    for word, tag in tagged(form):
        end = at + len(word)
        found.append(new(Token, (word, tag, at, end)))
        at = end
    return found


_start = attrgetter("start")


def _says(token: tuple[Any, ...]) -> bool:
    """True for a word, which stands first with its tag, that may be a verb."""
    return token[1] in ("v", "vi", "vn", "vd") or token[0] in acts_of("zh") or bool(_MODAL.match(token[0]))


def _pieces(form: str, offset: int) -> Iterator[tuple[int, int]]:
    """Between marks, but nothing inside quotes and brackets is cut."""
    start, closing, straight = offset, "", False
    for match in _mark.finditer(form, offset):
        at, ch = match.start(), match[0]
        if closing:
            closing = "" if ch == closing else closing
        elif ch in _CLOSING:
            closing = _CLOSING[ch]
        elif ch == '"':
            straight = not straight
        elif (not straight and ch in "，；：。！？;!?…") or (ch in ",:" and not straight and not form[at + 1 : at + 2].isdigit()):
            yield start, at
            start = at + 1
    yield start, len(form)


_mark = re.compile("[" + "".join(map(re.escape, (*_CLOSING, *_CLOSING.values()))) + '",:;!?，；：。！？…]')


def _clause(sentence: str, form: str, start: int, end: int, tokens: list[Token], goal: str) -> Clause:  # noqa: PLR0917 (one place)
    piece = form[start:end]
    if whom := _from.search(piece):
        return Clause(
            start + whom.start("whom"), end, sentence[start + whom.start("whom") : end], start + whom.end("whom"), "获悉"
        )
    tells = _tells.search(piece, max(0, len(piece) - _LONGEST_TELLS))
    if tells and tells.start() == 0 and tells["verb"] not in PLAIN and len(piece) > len(tells["verb"]) + 1:
        tells = None  # 拟, 要求 … at the beginning are the clause's own verb
    if tells and _by_rule.search(piece):
        tells = None  # 某公司根据有关规定: nobody says so
    stop = tells.start() if tells else found.start() if (found := _told.search(piece)) else 0
    verb = tells["verb"] if tells else "宣布" if stop else ""
    subject_end = _subject_end(piece, start, end, tokens)
    if verb and (piece.startswith(("据", "根据")) or _is_told.search(piece, 0, stop)):
        return Clause(start, end, sentence[start:end], start, verb)
    if (
        verb
        and tells
        and subject_end == start
        and not _no_name.fullmatch(piece[:stop])
        and 1 < len(_brackets.sub("", _aside.sub("", piece[:stop]))) <= 12
    ):
        subject_end = start + stop
    return Clause(
        start,
        end,
        sentence[start:end],
        min(subject_end, end),
        verb,
        bool(goal) or (not verb and _is_circumstance(piece) and not (subject_end > start and _by_rule.search(piece))),
        goal and sentence[start:end],
    )


_by_rule = re.compile("(?:根据|按照|依照|依据)[^，]{0,24}(?:规定|要求|部署|安排|决定|建议)$")


def _is_circumstance(piece: str) -> bool:
    """True for a clause that tells when, why or whence; one that goes on to an act (依据…对…处以罚款) is none."""
    found = _circumstance.search(piece)
    if not found or found.start() > 0:
        return bool(found)
    return not (
        len(piece) > 12
        and re.match(r"(?:依据|依照|根据|按照|经(?!查))", piece)
        and acts_of("zh") & set(_words(_rules.sub("", piece)))
    )


def _subject_end(piece: str, start: int, end: int, tokens: list[Token]) -> int:
    """Where the words before the clause's verb end, when they name something; `start` when the clause begins with its verb."""
    if _no_subject.match(piece):
        return start
    first = bisect_right(tokens, start, key=_start) - 1  # the word that `start` stands in
    last = bisect_left(tokens, end, first, key=_start)
    named, depth = False, 0
    for at in range(first, last):
        word, tag = tokens[at].word, tokens[at].tag
        depth += (word in "“《「（(") - (word in "”》」）)")
        if depth or word in "”》」）)":
            named = True
        elif word in _binds or tag == "uj":
            continue
        elif _is_verb(tokens[at]) and not _belongs_to_noun(tokens, first, at, last):
            if not named or not _names_something(piece[: tokens[at].start - start]):
                return start
            return start + _by_whom(piece[: tokens[at].start - start])
        else:
            named |= tag[:1] in ("n", "j", "r", "i", "l", "s", "f", "b") or tag in ("eng", "vn", "m", "v")
    return start


_no_subject = re.compile(
    r"(?:在|占|随|自(?![动主己])|从|随着|为(?!期)|通过|根据|依据|围绕|按照|据|经(?![营济理])|作为|对|由|将|把|向|与|并|被|于|以(?![色])|拟|已|没有|从未|未|不|主要(?!是)|预期|合共|实际|分批|制作成)"
)
_preposition = re.compile(
    r"(?<=..)(?:(?<![自理缘])由(?![于来])|(?<![面方走导去意动流])向(?![量上])|(?<![应相一针绝配核])对(?![话外象齐比应接抗称])|拟(?=[以将]))."
)


def _by_whom(subject: str) -> int:
    """Where the subject ends when the segmenter took a preposition for the beginning of a name: 机器人|由远衡医疗."""
    found = None if subject[:1] in "“《" else _preposition.search(subject)
    return found.start() if found else len(subject)


_binds = frozenset("的 、 和 与 及 以及 暨 · 之 - — ・".split())
_MODAL = re.compile(
    r"(?:将|拟|已|正|曾|计划|要求|预计|力争|有望|不再|不得|应|须|需|可|或|未|没有|尚未|仍|还|也|都|均|共|正式|联合|共同|累计|同比|首次|近日|日前|当天|当晚|今天|昨天|依法|自|向|对|把|被|由|在|"
    r"从|以|利用|借助|采用|基于|同时|此前|随后|目前|[低高]开)"
)


def _is_verb(token: Token) -> bool:
    if token.word in acts_of("zh"):
        return token.tag != "n" or len(token.word) > 1
    return token.tag in ("v", "vg", "vi", "d", "p", "c", "vd", "zg", "t", "ad") or bool(_MODAL.fullmatch(token.word))


_no_name = re.compile(r"[\d.]+.{0,2}|会前|现场|期间|其中|此前|.{0,8}[会礼式典坛动审][上中]还?")


def _names_something(subject: str) -> bool:
    return 1 < len(subject) <= 40 and not _no_name.fullmatch(subject)


def _belongs_to_noun(tokens: list[Token], first: int, at: int, last: int) -> bool:
    """True for a verb inside a name (招聘软件公司) or in a clause that a noun follows (专注慢病的助手推出…): then another verb comes."""
    following = [token.word for token in tokens[at + 1 : min(at + 4, last)]]
    if verbs()[0].get(tokens[at].word, 0.0) > 2 and following[:1] and following[0] not in _heads:
        following = []
    if tokens[at].word in NAME_ENDINGS or (
        tokens[at].tag in ("vn", "v", "n", "nz") and any(word in _heads for word in following[:2])
    ):
        return True
    ahead = tokens[at + 1 : last]
    of = next((n for n, token in enumerate(ahead) if token.word == "的"), None)
    if (
        of is None
        or of + 2 >= len(ahead)
        or (of > 0 and at > first)
        or any(token.word in ("并", "将", "已", "拟", "，", "了", "为") for token in ahead[:of])
    ):
        return False
    return any(_is_verb(token) and token.tag not in ("p", "c") for token in ahead[of + 2 :]) and tokens[at].tag not in (
        "d",
        "p",
        "t",
        "ad",
    )


_heads_only = re.compile(
    r"[的等和与].*|(?:旗下|方面|团队|部门|内部|创始人|负责人|代理人|代表|发言人|首席|董事|监事|管理层|高管|员工|股东|股价|股票|官网|总部|业务"
    r"|收入|利润|客户|子公司|系统|产品|运营方|合伙人|CEO|CTO).*"
)
NAME_ENDINGS = listed("zh_name_endings")  # verbs that end names
_heads = frozenset("公司 企业 集团 机构 平台 团队 部门 中心 政府 基金 大会 计划 项目 行动 协议 标准 规定 办法 董事".split())


# --- choosing and joining


def likeliest(found: list[Clause], acts: Sequence[str]) -> int | None:
    """Which clause says what happened: one with a sure act, early, with a subject of its own or right behind the telling
    of it."""
    weights, _ = verbs()
    best: tuple[float, int] | None = None
    for at, one in enumerate(found):
        if one.is_circumstance or one.tells or not _says_something(one):
            continue
        form = simplified(one.text).lower()
        points = max((weights.get(act, 1.0) for act in acts if act in form), default=0.0)
        own = bool(one.subject) and not _weak.match(one.subject)
        points += 2.5 * bool(at and found[at - 1].tells in _LAYS_DOWN and found[at - 1].subject)
        points += 0.6 * own - 0.8 * sum(not before.is_circumstance and not before.tells for before in found[:at])
        points -= (
            1.5 * (one.text.startswith(("其", "并", "其中")) and not one.text.startswith("并宣布"))
            + 2.0 * bool(_because.match(one.text[one.subject_end - one.start :]) and width(one.text) > SHORT - LEAST)
            + 1.0 * any(before.mark in "；;" for before in found[:at] if before.mark)
            + 1.5 * bool(at + 1 < len(found) and _because.match(one.text[one.subject_end - one.start :]))
            + 1.5 * bool(at and found[at - 1].mark in "：:" and not found[at - 1].tells and not own and found[at - 1].subject)
            + 4.0 * (not own and _giver(found, at) is None)
        )
        if best is None or points > best[0]:
            best = points, at
    return best[1] if best else None


def _giver(found: list[Clause], at: int) -> Clause | None:
    """The nearest clause before that has a subject; None where that subject stands for something else or is in a circumstance."""
    if found[at].text.startswith("由"):
        return None
    for clause in reversed(found[:at]):
        if clause.text.startswith("由") or clause.mark in ("；", ";", "。") or clause.tells in _HEARD:
            return None
        if clause.subject and not (clause.is_circumstance and clause.goal):
            return (
                None if clause.is_circumstance or (_weak.match(clause.subject) and clause.subject not in _THE_COMPANY) else clause
            )
    return None


_because = re.compile("因(?!此)|由于")
_meets = re.compile("(?:召开|举行)[^，]*[会议式坛]$")
_THE_COMPANY = frozenset("公司 该公司".split())
_HEARD = frozenset("获悉 获知 得知 了解到 报道 显示".split())  # whoever heard or reports it does not act


_joins = re.compile("(?:联合|携手|会同)(.{2,20})")


def _says_something(one: Clause) -> bool:
    if (joined := _joins.fullmatch(one.text)) and acts_of("zh").isdisjoint(_words(joined[1])):  # who acts with whom, and not what
        return False
    if _by_rule.search(one.text) or _amid.match(one.text[one.subject_end - one.start :]):  # only by what, or when
        return False
    return one.has_verb and len(one.text) - max(0, one.subject_end - one.start) >= 2


_amid = re.compile(
    r"在.+(?:[中下上后时]|期间|之际|同时)$|(?:提出|明确|规定|要求|计划|力争)?[到至自从]?(?:20\d\d年|[今明]年)(?:[初底末起前]|第?.季度?|学期|[上下]半年|\d+[月日])*$"
)


@lru_cache(maxsize=2_000)
def _tagged(text: str) -> tuple[tuple[str, str], ...]:
    """Words and tags of a short text; clauses and headlines are looked at again and again."""
    return tuple(tagged(simplified(text)))


def _words(text: str) -> list[str]:
    return [word for word, _ in _tagged(text)]


def is_sentence(headline: str) -> bool:
    """True when it has words before a verb, a verb, and no open end."""
    if _open_end.search(headline) or len(headline) < LEAST:
        return False
    return bool(acts_of("zh") & set(_words(headline))) or (len(headline) > LEAST + 1 and any(map(_says, _tagged(headline))))


def _stated(found: list[Clause], at: int) -> Told:
    """The clause with a subject: its own, else the nearest before it; with the year of a goal and the telling that must stay."""
    one, before = found[at], found[:at]
    giver = _giver(found, at)
    teller = next((clause for clause in reversed(before) if clause.tells), None)
    goal = next((clause for clause in reversed(before[-2:]) if clause.goal), None)
    own = one.subject if not _weak.match(one.subject) or one.subject in _THE_COMPANY else ""
    predicate = _again.sub("", one.text[one.subject_end - one.start :]) if own else one.text
    start, subject = one.start, _tidy(own)
    text = subject + predicate
    if giver and not one.text.startswith("其") and (not own or (giver.tells and (own in _THE_COMPANY or _post.fullmatch(own)))):
        start, subject = giver.start, _tidy(giver.subject)
        rest = one.text if not own or _post.match(own) else predicate
        stays = giver.tells if giver is teller and giver.tells not in PLAIN else ""
        if (
            not giver.tells
            and (modal := _plan.match(giver.text[giver.subject_end - giver.start :]))
            and not _plan.search(one.text)
        ):
            stays = modal[0]
        text = subject + stays + _filler.sub("", rest)
    elif giver and giver.tells in PLAIN and _post.match(own):  # 公司公告，首席执行官陆鸣辞任
        start, text = giver.start, _tidy(giver.subject) + text
    elif teller and own and _no_owner.match(predicate) and (said := _tidy(teller.subject)) and not _weak.match(said):
        start, text = teller.start, f"{said}{teller.tells}{text}"
    elif giver and one.text.startswith("其") and not one.text.startswith("其中"):
        start, text = giver.start, _tidy(giver.subject) + one.text[1:]
    elif not own:
        text = _filler.sub("", re.sub(r"^由(?=[^，]{2,12}(?:接任|接替|担任|出任|领投|牵头|负责))", "", one.text))
    elif (
        teller and teller.tells in MUST_STAY and teller.subject and not _weak.match(teller.subject) and teller.subject not in own
    ):
        start, text = teller.start, f"{_tidy(teller.subject)}{teller.tells}{text}"
    if goal and goal.goal not in text:
        text, start = f"{goal.goal}，{text}", min(start, goal.start)
    return Told(text, subject or own or one.subject, predicate, min(start, one.start), one.end)


_no_owner = re.compile(  # a post without whose it is
    "(?:已|将|不再|正式)?(?:出任|担任|接任|获任|就任|卸任|辞任|兼任)(?:首任|新任|其)?"
    "(?:(?:联席|执行|首席)?(?:首席[^，]{1,4}官|C[ETFO]O|[副总]?总?裁|董事长|总经理|院长|校长|所长|主任|主席))?(?:[，一]|职务|$)"
)
_again = re.compile("^(?:[又另](?=[与在将向和对获已])|[还也](?=[与在向拟获]))")
_plan = re.compile("将|拟|计划|预计|有望|力争|或将|可能")


def _tidy(subject: str) -> str:
    """Without when, brackets and what kind of company it is."""
    subject = _report.sub("", re.sub("^其中|对外$|(?:方面)?[则也还]?$", "", _aside.sub("", subject))).strip(" 　，、")
    for less in (_relative, _appositive):
        shorter = less.sub("", subject)
        if len(shorter) > 1 and not _heads_only.fullmatch(shorter):
            subject = shorter
    return subject


def _parallel(sentence: str, topic: str, found: list[Clause]) -> Told:
    """Facts under one topic are one item: the topic and the first of them that is short enough."""
    topic = topic.strip("“”")
    told = [one for one in found if one.subject and not one.is_circumstance and not one.tells and _says_something(one)]
    more = "等" if "；" in sentence and sum(not _weak.match(one.subject) for one in found if one.subject) > 1 else ""
    for one in told:
        short = _shortened(one.text, SHORT - len(topic) - 1)
        if short and is_sentence(short):
            predicate = one.text[one.subject_end - one.start :]
            return Told(f"{topic}：{short}{more}", one.subject, predicate, 0, len(sentence), is_clean=True)
    return Told(_beginning(sentence), told[0].subject if told else "", end=len(sentence))


def labelled(title: str) -> str:
    """A title without whom it names before a colon, unless it has no other subject: 海岚数据：拟收购…"""
    label, colon, rest = title.partition("：")
    if not colon or "“" in rest[:1] or any(tag == "v" for _, tag in _tagged(label)):
        return title
    first = next(iter(clauses(rest)), None)
    return title if first and (not first.subject or _heads_only.match(first.subject)) else rest


# --- length


def width(text: str) -> float:
    """How long a headline is to the eye: Han count one, the rest a quarter."""
    wide = sum(map(len, _wide.findall(text)))
    return wide + (len(text) - wide) * 0.25


_wide = re.compile(f"[{HAN}、，；：。]+")


def _shortened(text: str, longest: int = LONGEST) -> str:
    """At most `longest`: first shorter actors, then no dates, asides and brackets, then no more than the first object; "" "
    "if it cannot be."""
    text = text.strip(" 　，,、：:·").removeprefix("的")
    if not _ahead.search(text):
        text = _outside_quotes(_aside, text).lstrip("，, ")
    for less in (_brackets, _made, _many):
        if width(text) <= (SHORT if less in (_brackets, _made) else longest):
            continue
        if less is _many:
            text = less.sub(lambda match: match[1] or f"{match[2]}等", text)
        else:
            text = _outside_quotes(less, text)
    return text if width(text) <= longest + MOST - LONGEST else ""


def _outside_quotes(less: re.Pattern[str], text: str) -> str:
    if "“" not in text and "《" not in text:
        return less.sub("", text)
    parts = re.split(r"(“[^”]*”|《[^》]*》)", text)
    return "".join(part if at % 2 else less.sub("", part) for at, part in enumerate(parts))


def _beginning(sentence: str) -> str:
    """The sentence without its day, if that is short enough; else its first clauses that tell something; else cut where a word ends and
    outside of names, and "…"."""
    text = _leftover.sub("", _alias.sub("", sentence.strip(" 　").rstrip("。！？；，")))
    if width(text) > MOST and not _ahead.search(text):
        text = _when.sub("", text, count=1)
        opening, mark, rest = text.partition("，")
        text = rest if mark and _circumstance.search(opening) and len(rest) > LEAST else text
    if width(text) <= MOST:
        return text
    ends = [end for _, end in _pieces(text, 0) if LEAST < width(text[:end]) <= FARTHEST]
    short = [end for end in ends if width(text[:end]) <= MOST]
    for end in short[-1:] + ends[len(short) :]:
        last = text[:end].rpartition("，")[2]
        if is_sentence(text[:end]) and not _circumstance.search(last) and not _joins.fullmatch(last):
            return text[:end]
    at = whole = depth = 0
    for word, _ in tagged(text):
        at += len(word)
        if width(text[:at]) > MOST - 1:
            break
        depth += sum(ch in "“《「（(" for ch in word) - sum(ch in "”》」）)" for ch in word)
        whole = at if depth == 0 else whole
    return text[:whole].rstrip("，、：；的和与") + "…"
