"""Who is meant by "the company", 双方, "the agency", "its revenue": a headline that begins so is given the name, where only one can be meant. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from crawler.nlp import clause_en, clause_zh
from crawler.nlp.clause_en import verb_at
from crawler.nlp.document import reading
from crawler.nlp.headlines import LONGEST, LONGEST_WORDS
from crawler.nlp.headlines_zh import Told, clauses
from crawler.nlp.lexicon import is_called
from crawler.text import PERSON, places, whole_places


class Said(NamedTuple):
    """An article, and where in its text the sentence begins of which a headline is made."""

    title: str
    text: str
    start: int


def named(made: Told, said: Said, language: str | None, others: Iterable[Told]) -> Told:
    """The same with a name where its headline begins with a word for one; `others` are told of the same article."""
    return _named_zh(made, said, others) if language == "zh" else _named_en(made, said)


def labelled(headline: str, who: Sequence[str], said: Said, language: str | None) -> str:
    """The headline with the one who acts in place of "the company", "it" or "she" that it begins with; behind the one whom the event is
    about (Halden: training took …), where it names nobody and the title names that one."""
    beside = [one for one in who if one not in headline]
    if len(beside) == 1 and (called := (_called_zh if language == "zh" else _called_en)(headline, beside[0], said)):
        return called
    name = (clause_zh if language == "zh" else clause_en).main_name(said.title, said.text)
    name = name if len(who) == 1 and (who[0] in name or name in who[0]) else ""
    begins = name[:2] if language == "zh" else name.split()[0] if name else ""
    if not name or begins in headline or begins not in said.title or said.text.count(begins) < OFTEN or clause_en.is_person(name):
        return headline
    if language == "zh":
        is_whole = not _is_person_zh(name) and clause_zh.whole(name, said.text) == name and clause_zh.is_sure(name, said.text)
        if not is_whole or "：" in headline or _other_zh.match(headline) or _names_zh(headline, said.text):
            return headline
        company = _the_company_zh.match(headline)
        return name + headline[company.end() :] if company else f"{name}：{headline}"
    words = headline.split()
    subject = " ".join(words[: verb_at(words) or 0])
    if (
        not subject
        or _other_en.match(headline)
        or _proper.search(subject)
        or clause_en.names_in(subject, said.text, is_first=True)
    ):
        return headline
    company = _the_company_en.match(headline) or _its_company.search(headline)
    return headline[: company.start()] + name + headline[company.end() :] if company else f"{name}: {headline}"


def is_somebody(name: str, text: str, language: str | None) -> bool:
    """True for a person."""
    return _is_person_zh(name) if language == "zh" else _is_somebody(name, text)


def _is_person_zh(name: str) -> bool:
    return bool(_person_zh.fullmatch(name)) and not is_called("company", name)


def _called_en(headline: str, name: str, said: Said) -> str:
    """The headline with a name for its subject, where that is only a word for a company or a person and it may be so called; else ""."""
    found = _subject.match(headline)
    words = headline.split()
    if not found or verb_at(words) != len(found[0].split()) or any(word in headline for word in name.split() if len(word) > 2):
        return ""
    text = said.text
    at_all = list(whole_places(name, text))
    is_person = _is_somebody(name, text) or (
        " " not in name and any(_first_name.search(text, max(0, at - POST), at) for at in at_all)
    )
    is_whole = name[:1].isupper() and clause_en.is_proper(name, text) and at_all
    is_place = any(
        _in_it.search(text, max(0, at - len(" outside ")), at) and text[at + len(name) :][:2] not in ("'s", "’s") for at in at_all
    )
    last = re.split(r"(?<=[\w)”\"][.!?]) +(?=[A-Z])|\n", text[max(0, said.start - NEAR) : said.start].rstrip())[-1]
    is_meant = is_person if found["person"] else not is_person and _acts_last(name, last, text)
    return name + headline[found.end() :] if is_whole and is_meant and not is_place else ""


def _called_zh(headline: str, name: str, said: Said) -> str:
    found, text = _subject_zh.match(headline), said.text
    is_free = found and name not in headline and not _is_person_zh(name) and clause_zh.whole(name, text) == name
    return name + headline[found.end() :] if found and is_free and clause_zh.is_sure(name, text) else ""


def _names_zh(headline: str, text: str) -> bool:
    """True where a headline has the name of an institution, a person or a work."""
    read = reading(headline)
    spans = ((headline[start:end], start) for start, end in clause_zh.spans(headline, text, read))
    persons = {read.span(at, at + 1)[0] for (_, tag), at in zip(read.words, read.starts, strict=False) if tag == "nr"}
    subjects = (one.subject for one in clauses(headline))
    return (
        "《" in headline
        or any(clause_zh.names(subject, text) for subject in subjects)
        or any(
            clause_zh.INSTITUTION.search(name) or is_called("company", name) or name.isascii() or start in persons
            for name, start in spans
        )
    )


OFTEN = 2  # times that a text has the name of the one whom it is about
_proper = re.compile(r"(?<=[\w,] )[A-Z]")
_other_zh = re.compile("[他她我]|有")
_other_en = re.compile(
    r"(?:He|She|They)\b|(?:The|A) [a-z ]{0,20}?(?:ministry|government|regulator|court|judge|council|agency|board)\b"
)
_person_zh = re.compile(PERSON)
_the_company_zh = re.compile("(?:该|該|本)?(?:公司|集团)(?![一-鿿]{0,2}(?:公司|集团))")
_the_company_en = re.compile(r"(?:It|The (?:company|firm|group|start-?up|lab|bank|insurer|non-profit))\b(?=['’]s | [a-z])")


def _named_en(made: Told, said: Said) -> Told:
    """The same with a name where its headline begins with "the company", "its …", "the agency" or a figure that is somebody's, and
    only one can be meant."""
    vague = _vague.match(made.headline) or (_figure.match(made.headline) if made.is_clean else None)
    if vague is None:
        return _within(made, said)
    is_so_called = vague[0].startswith(("The Company", "The Group")) and _so_called.search(said.text)
    if not (name := _company(said) if is_so_called else _meant("its" if vague[0] == "Its" else vague.lastgroup or "", said)):
        return made
    bare = name.removeprefix("The ")
    called = ((word, at) for word in (bare, bare.split()[0]) for at in whole_places(word, made.headline))
    if any(not _goes_on.match(made.headline, at + len(word)) for word, at in called):
        return made
    owns = vague.lastgroup == "figure" or vague[0] in ("Its", "The", "His", "Her") or re.search("['’]s$", vague[0])
    rest = made.headline[0 if vague.lastgroup == "figure" else vague.end() :]
    if owns:
        rest = rest.strip() if re.match(r" ?[A-Z]+\d|[A-Z]{2}", rest) else rest.strip()[:1].lower() + rest.strip()[1:]
        rest = re.sub("(?<=^chief )[A-Z]", lambda first: first[0].lower(), rest)
        rest = ("' " if name.endswith("s") else "'s ") + rest
    headline = name + rest
    if len(headline.split()) > LONGEST_WORDS + 2:
        return made
    return replace(made, headline=headline, subject=made.subject if owns else name)


def _within(made: Told, said: Said) -> Told:
    """The same with a name for "the company" that somebody leaves or joins, for "it" behind an opening, and for "we" of who publishes."""
    headline = _third_person(made.headline, said)
    if headline != made.headline:
        return replace(made, headline=headline, subject=clause_en.main_name(said.title, said.text))
    found = _its_company.search(headline) or _it_behind.match(headline)
    if not found or not made.is_clean or not (name := _here(found["who"], said) or _meant("it", said)):
        return made
    others = clause_en.names_in(headline, said.text, is_first=True)
    if found.re is _its_company and (owner := _owner.match(headline)):
        name = owner[1]  # Halden's founder said that the company …
    elif found.re is _its_company and any(one != "Company" and (one in name or not clause_en.is_person(one)) for one in others):
        return made
    return replace(made, headline=headline[: found.start("who")] + name + headline[found.end("who") :])


def _company(said: Said) -> str:
    """Whom an article is about, if that is no person; else the one whom its title names beside the person."""
    name = clause_en.main_name(said.title, said.text)
    if name and name.split()[0] in said.title and not _is_somebody(name, said.text):
        return name
    titled = ((match.start(), clause_en.clean_name(match[0], said.title)) for match in clause_en.PROPER.finditer(said.title))
    beside = [one for at, one in titled if one in said.text and clause_en.may_act(one, said.text, is_first=at == 0)]
    beside = [one for one in beside if one.split()[-1] not in name]
    return beside[0] if len(beside) == 1 else name if not beside and not _is_somebody(name, said.text) else ""


def _here(who: str, said: Said) -> str:
    """The company that the sentence itself names before it says "the company", or that a notice calls so."""
    sentence = said.text[said.start : said.start + clause_en.LONGEST]
    name, at = _company(said), sentence.find(who)
    return name if name and at > 0 and (name in sentence[:at] or (who == "the Company" and _so_called.search(said.text))) else ""


_so_called = re.compile('\\(the ["“](?:Company|Group)["”]')


def _third_person(headline: str, said: Said) -> str:
    """The same with the name of a publisher that says "we" of itself, where the title names it."""
    if not (found := _we.match(headline)) or _speaks.search(headline, found.end()):
        return headline
    name = clause_en.main_name(said.title, said.text)
    if not name or name not in said.title or name in headline or clause_en.is_person(name):
        return headline
    rest = _our.sub(lambda one: "its" if one[0].lower() == "our" else "it", headline[found.end() :])
    verb = _DOES[found["verb"].replace("’", "'")]
    return f"{found['at'] or ''}{name} {verb}{rest}"


_DOES = {"are": "is", "'re": "is", "will": "will", "'ll": "will", "have": "has", "'ve": "has"}
_we = re.compile(
    r"(?:Today,? (?=we)|(?P<at>(?:On|From|By|In) [^,]{3,40}?,? (?=we)))?[Ww]e ?(?P<verb>are|will|have|['’](?:re|ll|ve))"
    "(?= (?!sure|glad|proud|very|not|seen|all))"
)
_our = re.compile(r"\b(?:[Oo]ur|us)\b")
_speaks = re.compile(r"[\"“]|\b(?:I|me|my|we|you|your|ours)\b")
_owner = re.compile(r"([A-Z][\w&.-]*(?: [A-Z][\w&.-]*)*)['’]s? [a-z]")
_its_company = re.compile(
    r"(?<=[a-z] )(?P<who>the (?:[Cc]ompany|start-?up|firm))\b(?! (?:that|which|of|behind|he|she|it|said)| [A-Z])"
)


def _meant(kind: str, said: Said) -> str:
    """Who is meant before a place of the text by "the company" or a word for another kind; "" where that is not sure."""
    before = said.text[: said.start]
    if kind == "person":
        return _person(said)
    word = re.search(rf"\b(?:{_KIND}|{_KIND.title()})\b", said.text[said.start : said.start + 90]) if kind == "kind" else None
    if word:  # the insurer: who is called one, or bears that in the name
        bears = _BEARS.get(word[0], word[0].title())
        found = re.finditer(_CALLED.replace("KIND", word[0]).replace("BEARS", bears), f"{said.title}\n{before}")
        called = {match[match.lastindex or 0] for match in found}
        full = [one for one in called if not any(one != other and one in other for other in called)]
        if full or word[0] in _BEARS or word[0] not in _FIRMS:
            the = "The " if full and f"the {full[0]}" in said.text else ""
            return the + full[0] if len(full) == 1 else ""
    elif kind == "kind":
        return ""
    name = _company(said)
    last = max(before.rfind(name), before.rfind(name.split()[0])) if name else -1
    if last < (0 if name in said.title else max(0, said.start - NEAR)):
        return ""
    if _another.search(between := before[last + len(name) :]):
        return ""
    if kind == "its" and any(one not in name and not clause_en.is_person(one) for one in clause_en.names_in(between, said.text)):
        return ""
    return name if _acts_last(name, before, said.text) else ""


_SAY = frozenset("say tell add write".split())


def _acts_last(name: str, before: str, text: str) -> bool:
    """True where nobody but this one, and persons, acts in the last sentence that names somebody who does."""
    for sentence in reversed(re.split(r"(?<=[\w)”\"][.!?]) +(?=[A-Z])|\n", before[-NEAR:])):
        if first := next(_acting(sentence[:400], text), ""):
            return first.split()[0] in name
    return True


def _acting(sentence: str, text: str) -> Iterator[str]:
    """Those who do something in a sentence rather than say it, persons apart."""
    for one in clause_en.clauses(sentence, text):
        if not one.is_sub and one.verb not in _SAY:
            yield from (name for name in one.subject if (" " in name or text.count(name) > 1) and not _is_somebody(name, text))


def _person(said: Said) -> str:
    """The one person who is named before a place of the text, and again by the last name; "" where several are."""
    before = f"{said.title}\n{said.text[: said.start]}"
    called = {clause_en.clean_name(match[0], before) for match in clause_en.PROPER.finditer(before[-NEAR:])}
    persons = [name for name in called if _is_somebody(name, said.text)]
    near = before[-NEAREST:]
    beside = (match[0] for match in re.finditer(rf"(?<!at )(?<!for )(?<!of )(?<!by )(?<!from ){clause_en.PROPER.pattern}", near))
    is_sure = len(persons) == 1 and all(one.split()[-1] in persons[0] or not clause_en.is_person(one) for one in beside)
    return persons[0] if is_sure else ""


def _post_of(name: str, text: str) -> re.Match[str] | None:
    """The first post before a name, with the firm in quotation marks before that."""
    posts = (_post.search(text, max(0, at - POST), at) for at in places(name, text))
    return next(filter(None, posts), None)


_first_name = re.compile(r"\b[A-Z][a-z]+ \Z")
_in_it = re.compile(r"\b(?:in|at|near|from|outside) \Z")
_goes_on = re.compile(" [A-Z]")


def _is_somebody(name: str, text: str) -> bool:
    """True for a person: whom the text calls by the last name too, where it calls a company by its first word."""
    first, last = name.partition(" ")[0], name.rpartition(" ")[2]
    alone = sum(text[at + len(last) :][:1] != "-" for at in whole_places(last, text)) if clause_en.is_person(name) else 0
    return alone > text.count(name) >= text.count(first)


def _named_zh(made: Told, said: Said, others: Iterable[Told]) -> Told:
    """The same with the names that stand for "the company", "both sides" and "the rules", where only one can be meant."""
    if (full := _in_full(made.headline, said)) != made.headline:
        return replace(made, headline=full)
    if "我" in made.headline and (speaker := _speaker.match(said.text, said.start)):
        return replace(made, headline=speaker[0] + made.headline.removeprefix(speaker[0]))
    made = replace(made, headline=_frame.sub("", made.headline))
    vague = _vague_zh.search(made.headline) or (_decided.match(made.headline) if made.start == 0 else None)
    name = clause_zh.main_name(said.title, said.text) or _only(others, said.text) if vague else ""
    if name and (post := _post_of(name, said.title + said.text)):
        name = post[1] or ""  # a person is no company
    if vague is None or not name or name in made.headline:
        return made
    last = said.text.rfind(name, max(0, said.start - NEAR), said.start)
    between = said.text[last + len(name) : said.start] if last >= 0 else ""
    if (last < 0 or _another.search(between)) and name not in said.title:
        return made
    here = said.text[said.start : said.start + made.start]  # who is named in the sentence itself is meant before anybody else
    if name not in here and (
        any(one.subject and not _back.match(one.subject) for one in clauses(here)) or ("其" in vague[0] and len(here) > SHORT)
    ):
        return made
    if (
        vague[0] not in ("我们", "该股") and vague[0].startswith(("我", "本", "该")) and vague[0][-1] not in name[-4:]
    ):  # 我局 is a bureau
        return made
    if vague[0].startswith("该") and vague[0] != "该股":
        name = name[: name.rfind(vague[0][-1]) + 1] or name
    if vague[0] == "其" and not re.match("[将已拟正也在还于与同对向为从则均又再曾未计宣称获被把]", made.headline[vague.end() :]):
        name += "的"
    elif vague[0].endswith("团队"):
        name += "团队"
    when, rest = made.headline[: vague.start()], made.headline[vague.end() :]
    headline = name + when.rstrip("，") + rest if len(when) <= SHORT else when + name + rest
    return replace(made, headline=headline, subject=made.subject if when else name.removesuffix("的"))


_speaker = re.compile("[^，。：“\\s]{2,8}：")
_frame = re.compile(  # where or by what something is told, and nothing of it
    "^(?:(?:会上|会议上|活动上|现场|仪式上|二级市场上|信[里中]|邮件[里中]?|公告[里中]?|声明[里中]?)(?:[说称]|提到|显示|透露|披露|指出)?，?(?:还|也|同时)*"
    "|(?:按照?|根据)[^，]{0,4}(?:计划|安排|公告|协议)，(?:其中)?)(?=[^，]{5})"
)
_decided = re.compile("(?=(?:同意|批准|决定|审议通过|发布|推出|宣布|启动|完成|签[署订约下]))")
_back = re.compile("其|该|此|本|这|公司|双方|内部信|公告|声明|邮件|[^，]{0,3}[年季财]报|招股书|文件")


def _only(all_told: Iterable[Told], text: str) -> str:
    """The one name that acts in the events of an article; "" where several do."""
    found = {clause_zh.bare(one.subject) for one in all_told if one.is_clean and not _back.match(one.subject)}
    sure = [name for name in found if name and clause_zh.is_sure(name, text)]
    sure = [name for name in sure if not any(name != other and name in other for other in sure)]
    return sure[0] if len(sure) == 1 else ""


def _in_full(headline: str, said: Said) -> str:
    """The same with what "both sides" and "the rules" are called, as title and text say it before a place."""
    before = f"{said.title}\n{said.text[max(0, said.start - NEAR) : said.start]}"
    if "双方" in headline and (pairs := list(_pair.finditer(before))):
        return headline.replace("双方", f"{pairs[-1][1]}与{pairs[-1][2]}", 1)
    near = f"{said.title}\n{said.text[max(0, said.start - NEAREST) : said.start]}"
    for vague, called in ((_the_product, _product), (_the_place, _place)):
        if (found := vague.search(headline)) and len(meant := set(re.findall(called.format(found[1]), near))) == 1:
            whole = next(iter(meant))
            return headline if whole in headline else headline[: found.start()] + whole + headline[found.end() :]
    if rules := _the_rules.match(headline):
        named = re.findall(rf"《[^》]*{rules[1]}[^》]*》|《[^》]*》实施{rules[1]}", before)
        longer = named[-1] + headline[rules.end() :] if len(set(named)) == 1 else headline
        return longer if len(longer) <= LONGEST + 6 else headline
    return headline


_the_rules = re.compile(
    r"(?:本|该|上述|这[部项份一])?《?(细则|办法|条例|法案|通知|意见|措施|规定|指南|规则|标准|方案|规划)》?(?=首次|拟|还|将|也|由|于|对|适用|共|规定|要求|明确|提出|自|从)"
)
_the_product = re.compile(
    "(?:该|这款|这一|这个)((?:大|小)?模型|芯片|平台|应用|助手|智能体|数据集|系统|框架|机器人|眼镜)(?!公司|企业|厂商|领域|行业)"
)
_product = "{0}(“[^”]{{2,16}}”|[A-Z][A-Za-z]*[\\w.-]*(?: [A-Z\\d][\\w.-]*)*)"
_the_place = re.compile(
    "^(?:我|全|该)?([省市县区])(?=财政|政府|委|科技局|工信|数据局|发改|市场监|教育局|卫健|人社|医保|[省市县]级)"
)
_place = "(?:^|[，。：、与和及在“\\n 日])([\u4e00-\u9fff]{{2,3}}{0})"
_post = re.compile(r"(?:“([^”]{2,12})”)?(?:联合)?(?:创始人|CEO|总裁|董事长|经理|官|教授|院士|博士|主任)\Z")
POST = 24  # characters before a name in which a post and its firm stand
SHORT = 8  # characters that name nobody else
NEAREST = 200  # characters before a sentence in which a product is named
NEAR = 700  # characters before a sentence in which the company is named
_pair = re.compile(
    r"(?:^|[，。：\n日])([^，。：与和\n日]{2,12})[与和]([^，。：\n]{2,12}?)(?:近日|今[日天]|昨[日天]|(?:\d+月)?\d+日|在[^，。]{2,8})?(?:签署|签订|签下|签约|达成|共建|携手|合作|宣布)"
)
_vague_zh = re.compile(
    r"(?:该公司|本公司|(?:^|(?<=[年月日后度期]，))公司(?!法)|^我们(?=[^，]{0,2}[将已正在中发推完签获开拿])|^该[台行社店厂司校院局股](?!长)|^其(?![他中])|^我[局院司部委校厅会]|^[我本]中心|^本[院局校]|^(?:研究)?团队(?=在|提|发|研|开|将|已|用|利))|^(?=(?:经调整)?(?:总?营收|净?利润|净?亏损|净利|毛利率?|总?收入|股价|董事会|股东会|管理层|(?:联合|联席|执行|原|前|新任)*(?:创始人|首席[^，]{1,4}官|C[ETFO]O|董事长|总经理|副?总裁)))"
)
_FIRMS = "insurer|bank|lender|retailer|airline|carrier|publisher|utility"
_GOODS = "model|chip|app|assistant|robot|platform|service|system|dataset|tool|device|processor"
_KIND = (
    f"{_GOODS}|agency|ministry|regulator|commission|court|council|union|operator|university|watchdog|department|authority|committee|institute|government|bureau|foundation|trust|"
    f"alliance|assembly|{_FIRMS}"
)
_BEARS = {
    "agency": "(?:Agency|Administration|Office)",
    "regulator": "(?:Authority|Commission)",
    "watchdog": "(?:Authority|Commission)",
}
_NAME = r"(?:[A-Z][\w&’'-]*[a-z]\w*|[A-Z]{2,})(?: (?:of (?:the )?|and )?[A-Z][\w&-]*)*"
_CALLED = (
    rf"(?:\b(?:the|an?|by|of|to|from|with|[\w’']+) (?:[a-z-]+ )?KIND ({_NAME})|({_NAME}), (?:an?|the) (?:[\w’'-]+ ){{0,4}}KIND\b"
    r"|\b(?!The )((?:[A-Z][\w-]+ )+BEARS\b)|\bKIND,? (?:called|named|dubbed|known as) ((?-i:[A-Z])[\w.-]*(?: [A-Z\d][\w.-]*)*))"
)
_COMPANY_DOES = (  # what a product does not: it costs, runs, has …
    "plans|expects|aims|employs|raised|lost|said|says|told|reported|posted|agreed|acquired|bought|sold|hired|signed|forecast|announced"
    "|disclosed|revealed|licensed|had (?:agreed|marketed|planned)"
    "|has (?:just |also )?(?:raised|agreed|hired|bought|signed|set aside|pulled in)|set aside|will (?:also )?(?:invest|hire|pay|spend|buy|sell|cut|close|open|build)"
)
_FIRM = "company|firm|group|start-?up|lab|bank|lender|insurer|(?:car|chip)?maker|developer|designer|supplier|retailer|operator|publisher"
_subject = re.compile(
    rf"(?P<person>He|She)(?= [a-z])|It(?= (?:also )?(?:{_COMPANY_DOES})\b)|The (?!combined|new)(?:[\w-]+ ){{0,3}}(?:{_FIRM})(?= [a-z])"
)
_subject_zh = re.compile("(?:该|本)(?:公司|集团|行|机构|企业|平台)|公司(?!法)|它(?!们)|(?=旗下|全资(?:附属|子)公司|控股股东)")
_vague = re.compile(
    r"(?P<person>(?:She|He|His|Her)(?= [a-z]))"
    rf"|(?P<it>(?:The (?:(?:[A-Z][a-z]+,? |[a-z-]+ |[A-Z][\w]+-[\w-]+ ){{0,4}}(?:company|start-?up|firm|lab|group|(?:[a-z]+)?maker|designer|developer|provider|supplier|Company|Group)"
    rf"|(?:[A-Z][a-z]+ |[a-z-]+ ){{1,3}}(?:{_FIRMS}|operator|giant))(?:['’]s)?|The(?= (?:stock|shares|board|money|funds|proceeds|round|investment|plant|campus|facility|site|factory))"
    rf"|It(?= (?:also )?(?:{_COMPANY_DOES})\b)"
    r"|Its)(?= ))"
    rf"|(?P<kind>The (?:{_KIND}|{_KIND.title()})(?:['’]s)?(?= (?!of )[a-z]))"
)
_it_behind = re.compile(
    r"(?:In|On|Earlier|Last|This|Alongside|After|At|By|From|Late|Next|Under)\b[^,]{2,60}?,? (?P<who>it)(?= (?:also )?"
    rf"(?:{_COMPANY_DOES}|published|launched|released|unveiled|opened|ordered|closed|won|started|began)\b)"
)
_figure = re.compile(
    r"(?P<figure>(?:Chief|Co-founder|Founder|Finance chief|Chair(?:wo)?man|Chair|President|C[EFTO]O|Managing)(?: (?!of |at |for )[a-z-]+)* (?=[A-Z][a-z]+ [A-Z])"
    r"|(?:(?:[A-Z][a-z]+-quarter|Quarterly|Annual|Net|Operating|Adjusted|Gross|Group|Full-year) ?(?:operating |net |adjusted )?)?"
    r"(?:[Rr]evenue|[Pp]rofit|[Ll]oss|[Ss]ales|[Ii]ncome|[Mm]argin|Shares|Orders|Bookings)"
    r"(?= (?:(?:for|in) (?:the|its) [\w -]{3,45}? )?(?:rose|fell|grew|more|reached|was|slipped|jumped|climbed|dropped|doubled|slumped|surged|gained|shrank|narrowed|widened)))"
)
_another = re.compile(r"[\u4e00-\u9fff]{2,8}(?:公司|集团|科技|资本|银行|大学|法院)(?!的)")
