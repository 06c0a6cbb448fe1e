"""Who does what in a Chinese sentence: the names in a phrase, who stands before a verb, and whom an article is about.

phrase → without day, aside, kind and post → members of a list → institution and person → names
verb → the words before it in its clause, or else who tells it in the clause before, or else whom the article is about → names
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from crawler.nlp.document import Reading, reading
from crawler.nlp.headlines_zh import NAME_ENDINGS, clauses
from crawler.nlp.lexicon import by_name, is_called
from crawler.nlp.lexicon import names as lexicon_names
from crawler.nlp.segmenter import segmenter, tagged
from crawler.text import HAN, normal, places

LONGEST_NAME = 24
MARKS = r"，。；：！？、…—|｜\n"
AT = rf"(?:^|(?<=[{MARKS}】　]))"  # a phrase begins where a clause does
_day = r"(?:(?:\d{4}年)?\d{1,2}月(?:\d{1,2}[日号])?|\d{1,2}[日号])"
LEAD = re.compile(
    rf"^(?:[●◆■▲▪•·\s　]+|\d{{1,2}}[.、]\s*|【[^】]*】|[^，。]{{0,8}}(?:讯|电)(?:[（(][^）)]*[）)]\s*|[\s　])|据[^，]{{1,14}}，|[^　]{{1,10}}　|\d{{4}}年(?!.{{0,3}}月)，?|{_day}"
    r"|(?:上午|下午|晚间|晚|凌晨|当地时间|北京时间)|(?:近日|日前|昨日|昨天|今日|今天|昨晚|今晨|同日|当天|当日|本周|上周|周[一二三四五六日]|此外|另外|其中|其|以及|同时|随后|不过|目前|最近|日|由"
    r"|(?:未来)?[一二两三四五\d]+年内?(?=.{3})|所持|另一[只家名](?:AI)?(?:新股|公司)?|同期|去年|[^，]{1,8}[礼会式]上还?(?=.{2})|老股东|现有股东|原股东|产业方|知名机构|美元基金|本轮|领投方|被告|刚刚|公司还)(?!$))+[，,]?"
)
TAIL = re.compile(
    r"(?:(?:今|昨|当|同)(?:日|天|晚|早|晨)|[上本]?周[一二三四五六日天]|盘[前后]|现任|主营|合计[^，]*|共计|旗下(?:基金|平台|品牌|公司)|因[^，]{2,10}|引咎|对外|连续|分别|即将|首次|同步|重新|主动|(?:\d{4}年)?(?:度)?面向[^，。]{2,12}|另|全面|近日|日前|本周|上周|最近|近期|刚刚|宣布|正式|已经|已|将|拟"
    rf"|也|还|又|并|则|均|都|曾|再次|再度|成功|率先|独家|计划|决定|于?{_day}|于|当地时间|上午|下午|早上|早间|傍晚|深夜|盘后|晚间?|凌晨"
    r"|(?:在|以|(?<=..)向)[^，]{1,14}|(?<![海线])上|第[^，]{1,6}次(?:全体)?会议|新闻发言人|发布公告|公告称?|声明|内部信|官宣|披露|表示|称|确认|透露|联合|共同|携手|方面|官方|方|研究者|等[^，]{0,12}|[两三四五六七八九十\d]+[家个名所](?:企业|公司|机构|部门|单位|高校)?)+$"
)
_of_kind = (
    r"公司|企业|[药车]企(?!业)|机构|厂商|品牌|独角兽|团队|初创|(?:服务|供应|制造|零售|运营|开发|研发|软件|设备|集成|代工|提供|经销)商|龙头|巨头|平台|工具"
    r"|应用|助手|软件|同行|用户|客户|实验室|(?:运营|开发|投资|采购|收购|承建|合作|买|卖)方|新股"
)
_kind = re.compile(rf"^[{HAN}A-Za-z\d·“”-]*(?:{_of_kind})(?=[{HAN}A-Za-z“][^，]+)(?!有限|股份|集团|总部|旗下|中心|方|们)")
_adjective = re.compile(
    r"^(?![^，]{2,4}(?:政府|[^，]*[部局委院署厅]$))(?:前|原|首个|另一家|一家|德国|英国(?=[A-Z])|法国|日本|韩国|荷兰|美国(?=[A-Z])|国内|国产|知名|通用)+(?=[^，]{2,})"
)
_post_word = (
    r"(?:得主|联合创始人|创始人(?:兼CEO|兼首席执行官)?|董事会秘书|首席[^，、]{1,4}官|首席科学家|首席预报员|董事长|副?总经理|副?总裁|CEO|CTO|CFO|COO|新闻发言人|发言人|负责人|局长|市长|副?主任|院长|副?教授"
    r"|研究员|合伙人|州?参议员|州?众议员|议员|部长(?!官)|秘书长|(?<=部)长官|博士|工程师|院士|专家|先生|女士|开拓者(?:之一)?)"
)
_posts = re.compile(_post_word)
_OFFICES = ("大臣", "首相", "总理", "总统", "部长")
INSTITUTION = re.compile(
    r"(?:公司|集团|科技|智能|数据|大学|学院|研究院|研究所|实验室|机器人|半导体|微电子|汽车|资本|创投|基金|银行|医院|医疗|医药|网络|电网|政府|法院|网信办|协会|联盟|委员会|办公室|[局厅部委院署会所]|中心|人大常委会)$"
)
_no_name = re.compile(
    r"^(?:也就是|园区|本地|当地|外地|有关|会议|其|该|它|他|她|我|你|此|这|那|公司|[双对我中美买卖外两]方|[两三一多各某][家个名项]?|本[次轮]|交易|消息|记者|市场(?!监)|投资|融资|金额|后者|前者|老?股东|项目|国内|海外|全国|全年|全球|团队|企业|研究人员"
    r"|监管部门|代理人|报告|展开|进行|合计|预计|主要|有人|距|自(?!动)|第一|股价|首[台款个批例单]|\d+[起家个款台]|(?:运营|投资|供应|需求)方$|(?:韩国|美国|日本|德国|法国|英国|中国|荷兰)$)|^[，一二三四五六七八九十\d]+$|^第?[一二三四五六]"
    r"|[“”「」《》]|[的了是在把将被和与获向]$|[，。；：？！]|[该本]公司|^[\d.%]+$|^[A-Za-z]+\d+$|[起处]以|指控|坊间|传[言闻]|(?<!美)的|\d月|计划|预计|有助|有望|领域|记者|^[拟以用]|(?:版本|企业|厂商|制造商|服务商|开发商|供应商|运营商|领域|行业|市场|赛道|功能|业务|月后|年后|消息|平台|项目|方案|路线|二期|首期|股[票权]|价格|订单|合同|许可|方法|系统|产品|模型|论文"
    r"|研究|成果|数据集|权重|代码|应用|税|官司|规模|收入|营业|板块|人士|部门|名单|管理层|董事会|股东会|法说会|均价|专利|单位|新公司|应询|撤稿|当季|亏损|利润|营收|财报|声明|成员|员工|产能|零部件|集卡|结果|办法|公告|奖)$"
)
_is_list = re.compile(r"[、]|以及|(?<=[^，][^，])(?:和|与|及其?|暨)(?=[^，]{2})")
_of_office = re.compile("[局委部厅署所院会]$")  # whose names have 与 and 和 inside
_no_part = frozenset("的在将已于与和同及等是为称宣表获完发推对向从被把也还则就并而或以由到自其公上中下内外首正计拟、，“”（）")


@lru_cache(maxsize=2_000)
def _is_common(words: str) -> bool:
    """True for what is made of words of the language, and no name by its ending: 召回, 公开发售部分, 随内部."""
    form = normal(words)
    if form in by_name("technology") or form in by_name("industry") or re.match(r"[a-z]?\d", form):
        return True
    if form in by_name("company") or "·" in words or words.isascii():
        return False
    tags = [tag for _, tag in tagged(words)]
    if len(tags) == 1:
        return tags[0] in _COMMON and bool(segmenter().has_word(words))
    last = tagged(words)[-1][0]
    ends_with_verb = tags[-1] in ("d", "v") and last not in NAME_ENDINGS and last not in ("控股", "互动", "制造")
    is_act = len(tags) > 2 and (tags[0] in ("v", "vn") or (len(tags) > 3 and not _ACTS.isdisjoint(tags)))
    is_act = is_act and not INSTITUTION.search(words) and not words.endswith((*_OFFICES, "司", "处"))
    is_link = (tags[0] in _LINKS and tags[1:] != ["nz"]) or (tags[-1] in _LINKS and last != "之")
    return is_link or tags[0] == "t" or ends_with_verb or is_act


_COMMON = frozenset("v vn vd vi n a ad an d m t r p c f b".split())  # of one word
_ACTS = frozenset("v d p c f uj ul".split())  # none of which stands inside a name
_LINKS = frozenset("p c r ul uj uz u m".split())  # that no name begins or ends with


@lru_cache(maxsize=1_000)
def bare(words: str) -> str:
    """The name in a phrase, without time, kind and post; "" where it holds none for sure."""
    words = LEAD.sub("", re.sub(r"[（(][^）)]*(?:[）)](?!有限|股份|公司|集团)|$)", "", words.strip(" 　")))
    words = re.sub(r"(?<=..)[遭被].*$", "", TAIL.sub("", words)).strip()
    if quoted := re.search(r"[“「]([^”」]{2,16})[”」]$", words):
        return quoted[1]
    words = re.sub(r"^[^，]{2,10}旗下(?:的|[^，]{0,8}(?:公司|平台|机构|品牌|业务))?(?=.{2})", "", words)
    if "的" in words and re.match(r"致力|专注|主打|从事|由|曾|总部|成立|位于|来自|主营|创办|创立|[^，]*旗下", words):
        words = words.rpartition("的")[2]
    words = words if words.endswith(_OFFICES) else _adjective.sub("", _kind.sub("", words)).strip("“”「」 ")
    return words if 2 <= len(words) <= LONGEST_NAME and not _no_name.search(words) else ""


def names(phrase: str, text: str, *, tells: bool = False) -> list[str]:
    """The names of a noun phrase: each member of a list, an institution and its person apart; who `tells` something may be called by any noun."""
    found: list[str] = []
    for part in _members(TAIL.sub("", LEAD.sub("", phrase.strip().replace("”“", "”、“"))), text):
        part = re.sub(r"^.*?(?:创办|创立|研发|打造)的(?=.{2})", "", part)
        owner, of, _ = part.partition("的")
        part = owner if of and len(owner) > 2 and (text.count(owner) > 1 or "“" in part) else part
        for one in _institution_and_person(part):
            name = whole(bare(one), text)
            if name and (is_sure(name, text) or (tells and len(tagged(name)) == 1)) and name not in found:
                found.append(name)
    return found


def is_sure(name: str, text: str) -> bool:
    """True for what is a name by its ending, a known company, or no words of the language."""
    if f"“{name}”" in text:
        return True
    kind = INSTITUTION.search(name)
    if kind and (len(name) < 3 or is_called("technology", name[: kind.start()])):
        return False
    return not _is_common(name) and (kind is not None or len(name) <= 16 or text.count(name) > 1)


def _members(phrase: str, text: str) -> list[str]:
    """The members of a list; 与 and 和 part only names of institutions, or what the article also names apart: not 竞争与市场管理局."""
    found: list[str] = []
    for part in re.split("[、]|以及", phrase):
        members = [part] if part.endswith(_OFFICES) else _is_list.split(part)
        known = [
            text.count(one) > 1 or one[:1].isascii() or bool(INSTITUTION.search(one)) or is_called("company", one)
            for one in members
        ]
        found += members if all(known) or (any(known) and not _of_office.search(part)) else [part]
    return found


def _institution_and_person(part: str) -> list[str]:
    part = re.sub(r"(?:研究|科研|联合)?团队$|课题组$", "", part)
    roles = list(_posts.finditer(part))
    if not roles or part.endswith(_OFFICES):
        return [part]
    institution, person = part[: roles[0].start()], part[roles[-1].end() :]
    if re.match("[前原]", part) and person:
        return [person]
    institution = re.sub(r"(?<=大学)[^，]+$|(?<=研究院)[^，]+$|^该.*$|^.*领域的?$", "", institution)
    return [one for one in (institution, person) if len(one) > 1 and not one.endswith("奖")]


def whole(name: str, text: str) -> str:
    """The name as it always goes on: 声谷 is followed by 未来 wherever it stands."""
    while name and len(name) < LONGEST_NAME and (count := text.count(name)) > 1:
        following = text[text.find(name) + len(name) :][:1]
        if not ("一" <= following <= "鿿") or following in _no_part or text.count(name + following) < count:
            break
        name += following
    return name


# --- where names may stand

_NO_NOUN = frozenset("，。；：！？、“”（）《》〈〉【】—…｜|\n")
_BETWEEN = frozenset("的、和与及")
_IN_NAMES = frozenset("nr nrt nrfg nt nz ns j x eng".split())  # kinds of words that only names have
_latin = re.compile(r"[A-Z][\w&.-]*(?: [A-Z][\w&.-]*)*")
_quoted = re.compile(r"[“「]([^”」]{2,14})[”」]")


def spans(sentence: str, text: str, read: Reading) -> list[tuple[int, int]]:
    """Where names may stand: in the runs of nouns and their parts, known ones, Latin words, and what is quoted."""
    found: set[tuple[int, int]] = set()
    for start, end in _runs(read):
        for name in names(sentence[start:end], text):
            at = sentence.find(name, start)
            at = at if at >= 0 else sentence.find(name)
            if at >= 0:
                found.add((at, at + len(name)))
    found.update(read.span(match.start, match.end) for match in read.longest("entity"))
    found.update(match.span() for match in _latin.finditer(sentence))
    found.update(match.span(1) for match in _quoted.finditer(sentence))
    return sorted((start, end) for start, end in found if end - start > 1)


def _runs(read: Reading) -> Iterator[tuple[int, int]]:
    """Runs of nouns, over 的 and between the members of a list, and the parts of each."""
    words = read.placed
    nouns = [_is_noun(word, tag) for word, tag, _, _ in words]
    at, count = 0, len(words)
    while at < count:
        if not nouns[at]:
            at += 1
            continue
        part, is_common = at, True
        while at < count and (nouns[at] or (words[at][0] in _BETWEEN and at + 1 < count and nouns[at + 1])):
            word, tag, start, _ = words[at]
            if word in _BETWEEN:
                if not is_common:
                    yield words[part][2], start
                part, is_common = at + 1, True
            elif is_common:
                is_common = tag not in _IN_NAMES and not INSTITUTION.search(word)
            at += 1
        if not is_common:
            yield words[part][2], words[at - 1][3]


def _is_noun(word: str, tag: str) -> bool:
    return (tag[:1] in "njexbilgzw" and word not in _NO_NOUN) or tag in ("vn", "an", "eng") or word == "·"


# --- who stands before a verb

TELLS = re.compile(
    r"(?:宣布|披露|公告称?|公布|表示|称|透露|官宣|证实|确认|发布[^，]{0,6}公告|发文|回应称?|揭牌成立|通报|明确|要求|规定|决定|预计|判决|裁定|告诉(?:记者|本报|本刊))(?:称)?$"
)
_vague = re.compile(r"^(?:公司|该公司|本公司|其|我[们院局中心]*|本[公院局]?[司]?|双方|两家公司|该[院局校所企])?$")


def before(sentence: str, end: int, title: str, text: str) -> list[str]:
    """Who does what stands there in the sentence: named right before, or by who tells it, or the one that the article is about."""
    parts = re.split(rf"[{MARKS.replace('、', '')}】]", re.sub(r"（[^）]*(?:）(?!有限|股份|公司|集团)|$)", "", sentence[:end]))
    here = TAIL.sub("", LEAD.sub("", parts.pop())).strip()
    if inside := re.match(r"(?P<who>[^，]{2,20}?)(?:宣布|披露|透露|表示|确认)", here):
        here = inside["who"]
    if not _vague.match(here):
        return names(here, text)
    while parts and not parts[-1].strip():
        parts.pop()
    teller = parts[-1] if parts else ""
    if TELLS.search(teller):
        teller = TELLS.sub("", re.sub(r"(?:在|于|就)[^，]{2,16}(?=称|表示|宣布|披露|证实|公布)", "", teller))
        if not _vague.match(TAIL.sub("", LEAD.sub("", teller))):
            return names(teller, text, tells=True)
    name = main_name(title, text) if here or teller else ""
    return [name] if name else []


_office_behind = re.compile(rf"[{HAN}]{{0,4}}(?:大臣|首相|总理|总统|部长|(?:管理|服务|响应)中心)(?![{HAN}]{{2,3}}(?:说|称|表示))")
_teller = re.compile(
    rf"^(?:[^，]{{0,6}}记者[^，]{{0,10}}从(?P<from>[^，]{{2,24}}?)(?:处)?(?:获悉|了解到)，(?=该)|(?:[^，。]{{0,8}}(?:[日晚]|上午|下午|凌晨|近日|日前|消息)，)?(?P<name>[^，。]{{2,24}}?)(?:{_day})?(?:晚间?|上午|下午|凌晨)?(?:在[^，]{{1,14}}?)?"
    r"(?:宣布|公告|称|表示|预计|(?P<rules>明确|要求|规定|决定)|披露|回应|透露|证实|确认|通报|发布公告)(?:称|，|：))"
)
_leading = re.compile(
    r"(?:刚刚，|去年[^，]{2,20}的)?(?P<name>[A-Z][A-Za-z0-9.&-]*(?: [A-Z][A-Za-z0-9.&-]*)*"
    rf"|[{HAN}]{{2,8}}?(?:公司|集团|科技|智能|电子|重工|银行|大学|医院|研究院|教育|汽车|资本|基金|证券|机器人|半导体|网络|数据|股份|[部局委]))"
    rf"(?!的|[{HAN}]?(?:公司|集团))"
)


def subjects(sentence: str, subject: str, title: str, text: str) -> list[str]:
    """Who acts in a sentence whose clause has this subject: whoever tells it, where that lays it down or nobody else is named."""
    at = sentence.find(subject) if subject else -1
    office = _office_behind.match(sentence, at + len(subject)) if at >= 0 else None
    found = before(sentence, office.end() if office else at + len(subject), title, text) if at >= 0 else []
    if company := company_before(sentence[:8]):
        found = found if any(company in one or one[:1].isascii() or INSTITUTION.search(one) for one in found) else [company]
    if (teller := _teller.search(sentence)) and (not found or teller["rules"] or teller["from"]):
        who = teller["name"] or teller["from"]
        return [*names(who, text, tells=True), *(one for one in found if INSTITUTION.search(one) and one not in who)]
    if not found and (leading := _leading.match(sentence)):
        found = names(leading["name"], text)
    return found


def company_before(words: str) -> str:
    """The known company that these words begin with; "" if there is none."""
    return next((words[:end] for end in range(len(words), 1, -1) if is_called("company", words[:end])), "")


# --- whom an article is about

_signed = re.compile(
    rf"^(?P<name>[{HAN}A-Za-z（）]{{4,24}}?(?:公司|科技|医院|研究院|大学|[局委院会]|中心))(?:门诊部|[ 　].{{0,20}})?$",
    re.MULTILINE,
)
_we = re.compile("我[们院局司校]|本[公院局]")
_introduced = re.compile(
    rf"(?:{_of_kind})[“「]?(?P<name>[{HAN}A-Za-z·]{{2,10}})[”」]?(?=宣布|近日|日前|今日|昨日|完成|发布|推出|开源|正式|\d{{1,2}}月|获|与|在|（|，|的)"
)


@lru_cache(maxsize=4)
def in_full(name: str, text: str) -> str:
    """A name without what only stands beside it, and as the text has it in full: 宇树 of 宇树科技, 纽森 of 加文·纽森."""
    bare = _beside_name.sub("", name)
    name = bare if len(bare) > 1 else name
    if not name or name.endswith(_OF_COMPANY):
        return name
    for at in places(name, text):
        end = at + len(name)
        if (first := _first_name.search(text, max(0, at - 7), at)) and not _goes_on.match(text, end):
            return first[0] + name
        if kind := next((kind for kind in _OF_COMPANY if text.startswith(kind, end)), ""):
            return name + kind
    return name


_first_name = re.compile(rf"[{HAN}]{{1,6}}·\Z")
_goes_on = re.compile(f"[{HAN}]?·")
_beside_name = re.compile(r"^(?:记者从|记者|这是|经过?|来自|连同)|(?:[:：](?:公司)?|旗下|有关|将会|自即日起|会同.*)$")
_OF_COMPANY = tuple("科技 汽车 集团 电子 智能 机器人 动力 医疗 健康 能源 半导体 光电 微电子 生物 数据 网络 资本".split())


@lru_cache(maxsize=8)  # each event of an article asks
def main_name(title: str, text: str) -> str:
    """The one whom the title names first and the text too, else who signs it, else who acts in its first sentences."""
    for name in chain(_titled(title, text), _known(title, text), _signing(text), _introducing(text)):
        if 1 < len(name) <= LONGEST_NAME and not _no_name.search(name) and is_sure(name, text):
            return name
    return ""


def _titled(title: str, text: str) -> Iterator[str]:
    parts = re.split("[ 　｜|：，“”「」！？；·]", title)
    subjects = (one.subject for part in parts for one in clauses(part))
    for phrase in chain(subjects, parts):
        for part in re.split("[、：；，]", phrase):
            for one in _institution_and_person(part):
                yield _again(bare(one) or one, text)


def _again(name: str, text: str) -> str:
    """As much of a title's words as comes again in the text: 朔云数据 of 朔云数据算力园; "" if nothing does."""
    for end in range(min(len(name), LONGEST_NAME), max(1, min(len(name), 3) - 1), -1):
        if (times := text.count(name[:end])) > 1 or (times and end > 3 and INSTITUTION.search(name[:end])):
            return name[:end]
    return ""


def _known(title: str, text: str) -> Iterator[str]:
    """Companies of the word list that the title names and the text too."""
    read = reading(title)
    for match in read.longest("entity"):
        name = read.original(match.start, match.end)
        if match.term.id in lexicon_names("company") and name in text:
            yield name


def _signing(text: str) -> Iterator[str]:
    if _we.search(text) and (signed := _signed.search(text, max(0, len(text) - 120))):
        yield signed["name"]


def _introducing(text: str) -> Iterator[str]:
    said = Counter(match["name"] for match in _introduced.finditer(text[:1500]))
    yield from (name for name, _ in said.most_common(3) if text.count(name) > 1)
    for line in text[:400].split("\n")[:2]:
        for one in clauses(line[:120]):
            if 1 < len(one.subject) <= LONGEST_NAME:
                yield from (name for name in names(one.subject, text) if text.count(name) > 1)
