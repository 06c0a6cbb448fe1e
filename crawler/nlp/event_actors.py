"""Who acts in an event, in the words of the text: the subject, those it acts with or on as a party, who invests, who employs.

A name is what institutions and persons are called; a product, a rule or a place is none. Where a sentence names nobody ("the
company", 公司), the article's own company acts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from crawler.nlp.headlines_en import is_verb_form
from crawler.nlp.headlines_zh import Told, clauses
from crawler.nlp.lexicon import by_name
from crawler.text import HAN, normal

MAX_ACTORS = 6
LONGEST_NAME = 24


def actors_of(sentence: str, made: Told, text: str, over: str, language: str | None) -> tuple[str, ...]:
    """The names of those who act; `text` is the article, in which names recur, `over` what stands over the event."""
    name = main_name(over, text, language)
    found = _actors_zh(sentence, made, text, name) if language == "zh" else _actors_en(sentence, made, text, name)
    names = list(dict.fromkeys(found or ([name] if name else [])))
    whole = (one for one in names if not any(one != other and other.startswith(one) for other in names))  # 昊衍, 昊衍能源
    return tuple(whole)[:MAX_ACTORS]


@lru_cache(maxsize=4)
def main_name(title: str, text: str, language: str | None) -> str:
    """The one whom the title names first and the text too, else whom the text names most; "" if there is none."""
    if language == "zh":
        subjects = [clause.subject for part in re.split("[ 　｜|]", title) for clause in clauses(part)]
        found = [name for part in re.split("[、：；，]", "，".join(subjects)) for name in _institution_and_person(part)]
        again = (_again(_named(name), text) for name in found)
        return next((name for name in again if 1 < len(name) <= LONGEST_NAME and _may_be_name(name)), "")
    titled = [_clean_name(match[0], title) for match in _proper.finditer(title)]
    said = chain((name for one in titled for name in ([one] if one in text else one.split())), _named_most(text))
    return next((_in_full(name, text) for name in said if 2 < len(name) <= LONGEST_NAME and _is_main(name, text)), "")


def _is_main(name: str, text: str) -> bool:
    comes_again = text.count(name) > 1 - (" " in name)
    return comes_again and name[:1].isupper() and not re.search("['’]", name) and _may_act(name, text, is_first=False)


def _named_most(text: str) -> Iterator[str]:
    times = Counter(_clean_name(match[0], text) for match in _proper.finditer(text[:MOST_READ]))
    yield from (name for name, count in times.most_common(3) if count > 2)


MOST_READ = 3_000  # characters of an English text in which names are counted


def _again(name: str, text: str) -> str:
    """As much of a title's words as comes again in the text: 朔云数据 of 朔云数据算力园; "" if nothing does."""
    return next((name[:end] for end in range(len(name), max(1, min(len(name), 3) - 1), -1) if text.count(name[:end]) > 1), "")


def _may_be_name(name: str) -> bool:
    return not _NOT_A_NAME.search(name) and not _no_name.search(name)


# --- Chinese

_SPLIT = re.compile(r"[、]|(?<=[^，][^，])(?:和|与|及|暨)(?=[^，]{2})")
_role = re.compile(
    r"(?:得主|联合创始人|创始人(?:兼CEO|兼首席执行官)?|董事会秘书|首席[^，、]{1,4}官|首席科学家|首席预报员|董事长|副?总经理|副?总裁|CEO|CTO|CFO|COO|新闻发言人|发言人|负责人|局长|市长|副?主任|院长|"
    r"副?教授|研究员|合伙人|州?参议员|州?众议员|议员|部长|秘书长|博士|工程师)"
)
_team = re.compile(r"(?:研究|科研|联合)?团队$|课题组$|等[^，]{0,8}$|方面$|官方$|[（(][^）)]*[）)]")
_kind = re.compile(
    rf"^[{HAN}A-Za-z0-9-]*?(?:公司|企业|[药车]企|服务商|厂商|开发商|供应商|运营商|制造商|零售商|机构|龙头|巨头|平台|品牌|独角兽|初创团队|同行|用户|客户)(?=[{HAN}A-Za-z“]{{2,}})"
)
_investors = re.compile(
    r"由(?P<a>[^，。]{2,40}?)(?:联合|共同|独家)?(?:领投|(?:独家|战略)?投资(?=[，。]|$))|(?P<b>[^，。由]{2,40}?)(?:领投|领衔|跟投|参投|超额认购|(?:继续|持续|追加)?加[注码]|"
    r"(?:等)?参与投资)|(?:独家|领|跟)?投资?方(?:为|包括)(?P<c>[^，。]{2,40})"
)
_with = re.compile(
    r"(?:与|同|和|向|对|联合)(?P<name>[^，。的]{2,30}?)(?:等[^，]{0,8})?(?=(?:共同|联合|合作|签署|签订|签约|达成|出资|携手|处以|开出|罚款|发放|开展|下达|供货|供应|下单|交付|共建|合并|成立|在))"
)
_other_side = re.compile(
    r"(?:被告|收购|并购|批准|入股|控股|约谈|起诉|裁定|判令|应对)(?P<name>[^，。的]{2,24}?)(?=侵害|应|合并|$|，|的|赔偿|与)"
)
_by_whom = re.compile(
    r"(?:(?:^|，)(?P<whom>[^，。的]{2,14}?))?[被遭](?P<name>[^，。的]{2,16}?)(?=以|收购|并购|约谈|处罚|罚|起诉|叫停|调查|买下|裁定)"
)
_of_place = re.compile(
    rf"^([{HAN}]{{2,6}}[省市区县州])(?=[{HAN}]{{4,}}$)(?![{HAN}]*(?:局|院|委|厅|政府|法院|协会|学会|商会|联盟|学校|集团|公司|大学|办公室|中心|部门|财政|交警|警方|行)$)"
)
_NOT_A_NAME = re.compile(
    r"^(?:展开|进行|其|(?:距|到底|半年|主要|有人|我们?|他把|全年|全球|体积|身边|技术|拐点|要求|实际|第一大|读博)[^，]*|合计|盘后|盘前|首单|那么|[^，]*(?:税|官司)|金额|数据|安全|报告|消息|[^，]*内部信[^，]*|首[台款个批例].*|[中美我对买卖外]方|(?:运营|投资|供应|需求)方|韩国|美国|日本|德国|法国|英国|中国|荷兰|[^，]*(?:平台|项目|方案|路线|二期|首期|股票|股份[0-9]+%)|该|预计|全国|公司|代理人|研究人员|监管部门|电费|声明|股价[^，]*|双方|对方|记者|用户|企业|股权|全部|一[^，]*|两[^，]*|三[^，]*|多[^，]*|各[^，]*|老股东|产业方|[^，]*(?:人士|领域|板块|市场|业务|规模|收入|营业|系统|产品|模型|功能|论文|"
    r"研究|成果|价格|订单|合同|许可|应用|方法|版本|数据集|权重|代码|同行|语音助手|配送车|质检产线|运营|行动计划|方案|办法|基地[一二三]?期?|产能|零部件))$"
)


def _actors_zh(sentence: str, made: Told, text: str, name: str) -> list[str]:
    """The subject, those it acts with, and who invests; who employs the person that comes or goes."""
    found = _subjects(sentence, made, text)
    for pattern, words in ((_with, made.predicate), (_other_side, made.predicate), (_by_whom, sentence)):
        for match in pattern.finditer(words):
            for phrase in filter(None, match.groups()):
                if not _forum.search(phrase):
                    _note(found, phrase, text)
    parties: list[str] = []
    for match in _parties.finditer(sentence) if _party_words.search(sentence) else ():
        for phrase in re.split("、|和|与|及其?", "、".join(filter(None, match.groups()))):
            _note(parties, phrase, text)
    is_founded = parties and _is_founded.match(made.predicate)  # who founds it acts, not what is founded
    found = [one for one in found if not is_founded and not any(other in one for other in parties)] + parties
    if not found and (leading := _leading_name(sentence, text)):
        _note(found, leading, text)
    if name and (not found or (_post_changes.search(sentence) and _of_company.search(sentence))):
        found.append(name)
    for match in _investors.finditer(sentence) if re.search("融资|投资|认购", sentence) else ():
        for one in re.split("、|和|及", next(filter(None, match.groups()))):
            _note(found, one, text)
    return found


def _subjects(sentence: str, made: Told, text: str) -> list[str]:
    """Who stands before the verb; whoever tells it, where that is what somebody lays down, or nobody is named, or a person comes or goes."""
    found: list[str] = []
    _note(found, _side_by_side(sentence, made.subject), text)
    found = [one for one in found if _is_known(one, text)]
    company = _company_before(sentence[:8])
    if company and found and not any(company in one or _is_sure(one, text) for one in found):
        found = [company]  # 微软发布模型，体积不到4GB: it is not the size that acts
    if teller := _teller.search(sentence):
        lays_down = _rules.search(teller[0])
        if lays_down:
            found = [one for one in found if _institution_zh.search(one)]
        if not found or lays_down or _post_changes.search(sentence):
            _note(found, teller["name"], text)
    return found


def _side_by_side(sentence: str, subject: str) -> str:
    """The subject with whom it stands before: A与B of A与机器人企业B签署协议, which a headline may have shortened to B."""
    at = sentence.find(subject) if subject else -1
    if at >= 0 and (office := _office_behind.match(sentence, at + len(subject))):
        return subject + office[0]
    before = _partner_before.search(sentence, 0, at) if at > 0 else None
    return f"{before['name']}、{before['more']}、{subject}" if before else subject


_office_behind = re.compile(rf"[{HAN}]{{0,4}}(?:大臣|首相|总理|总统|部长)(?![{HAN}]{{2,3}}(?:说|称|表示))")
_partner_before = re.compile(
    rf"(?:^|，)(?P<name>[^，。、]{{2,20}}?)[与和同](?P<more>[^，。]{{0,40}}?)(?:[{HAN}]{{0,10}}(?:公司|企业|厂商|制造商|服务商|开发商|平台|机构))?$"
)
_teller = re.compile(
    r"^(?:[^，。]{0,8}(?:[日晚]|上午|下午|凌晨|近日|日前|消息)，)?(?P<name>[^，。]{2,24}?)(?:(?:\d{1,2}月)?\d{1,2}日)?(?:晚间?|上午|下午|凌晨)?(?:在[^，]{1,14}?)?"
    r"(?:宣布|公告|称|表示|预计|明确|要求|规定|决定|披露|回应|透露|证实|确认|通报|发布公告)(?:称|，|：)"
)
_post_changes = re.compile("出任|担任|任命|接任|加入|加盟|离职|辞职|卸任|辞去|升任|受聘|聘任|跳槽")
_of_company = re.compile("公司|主管|负责人|总裁|总监|首席")
_party_words = re.compile(  # one of which stands in each of the next
    "方为|方包括|中标|竞得|拿下|被告|转让给|出任|担任|接任|逝世|去世|病逝|签署|签订|签约|达成|共建|收购|受让|买下|选用|采用|选定|引入|报价|要约|持股|出资|设立|发起|组建|承办"
)
_parties = re.compile(
    r"由(?P<a>[^，。]{3,60}?)(?:等)?(?:共同|联合|分别|合资)(?:持股|出资|设立|发起|组建|建设|承办)"
    r"|(?:运营方|承建方|承包方|供应商|合作方|收购方|买方|卖方|联合体|中标人|中标单位)(?:为|包括|是)(?P<b>[^，。]{2,40})"
    r"|(?:^|，)(?P<c>[^，。]{2,20}?)以[^，。]{2,14}(?:中标|竞得|拿下)"
    r"|将(?P<d>[^，。]{2,60}?)(?:等[^，]{1,4})?列为被告"
    r"|持有?的?(?P<e>[^，。的]{2,20}?)的?(?:全部)?\d[\d.]*%(?:的)?股[份权][^，。]{0,4}转让给(?P<f>[^，。]{2,16})"
    r"|(?:^|，)(?P<g>[^，。]{3,16}?(?:公司|集团|局|中心|大学|医院|银行))(?:电子商务平台|采购平台|官网)?公[示布](?=[^。]{0,60}中标)"
    r"|(?:^|，)(?P<m>[^，。“]{2,40}?[与和同][^，。“]{2,60}?)(?:共同|联合|正式|将|拟|已|在[^，]{2,8})*(?:签署|签订|签约|达成|共建(?!协议))"
    r"|(?:选用|采用|选定|引入)(?P<n>[^，。的]{2,30}?)的(?:方案|技术|产品|模型|芯片|服务|系统)|对(?P<o>[^，。的]{2,16}?)的[^，。]{0,16}(?:报价|要约|收购)"
    r"|(?:收购|受让|买下)(?P<k>[^，。的（]{2,24}?)(?:（[^）]*）)?(?:\d[\d.]*%|全部|的?股权)"
    rf"|(?:院士|教授|博士|专家|学家|经理|总裁|校长|院长)(?P<h>[{HAN}·]{{2,4}}?)(?:受聘|将|正式)*(?:出任|担任|接任)"
    rf"|(?:院士|教授|博士|先生|女士|创始人|开拓者)(?P<i>[{HAN}·]{{2,6}}?)(?=(?:，[^。]{{0,30}})?(?:逝世|去世|病逝))"
)
_rules = re.compile("(?:明确|要求|规定|决定)(?:，|：)$")
_leading = re.compile(
    r"(?:刚刚，|去年[^，]{2,20}的)?(?P<name>[A-Z][A-Za-z0-9.&-]*(?: [A-Z][A-Za-z0-9.&-]*)*"
    rf"|[{HAN}]{{2,8}}?(?:公司|集团|科技|智能|电子|重工|银行|大学|医院|研究院|教育|汽车|资本|基金|证券|机器人|半导体|网络|数据|股份|[部局委]))"
    rf"(?!的|[{HAN}]?(?:公司|集团))"
)


def _leading_name(sentence: str, text: str) -> str:
    """The name that a sentence begins with: of a known company, behind what kind it is, or one that ends as names do."""
    if company := _company_before(sentence[:8]):
        return company
    found = _of_kind.match(sentence) or _leading.match(sentence)
    return found["name"] if found and (len(found["name"]) < 9 or text.count(found["name"]) > 1) else ""


def _company_before(words: str) -> str:
    """The known company that these words begin with; "" if there is none."""
    return next((words[:end] for end in range(len(words), 1, -1) if normal(words[:end]) in by_name("company")), "")


def _is_sure(name: str, text: str) -> bool:
    """True for what is surely a name, by itself or because it comes again."""
    return text.count(name) > 1 or name[:1].isascii() or bool(_institution_zh.search(name) or _company_before(name))


_forum = re.compile("法院|检察院|证监会|交易所$")
_is_founded = re.compile("(?:正式|日前|近日|揭牌)*成立")
_of_kind = re.compile(
    rf"[{HAN}A-Za-z0-9]{{0,16}}?(?:公司|企业|厂商|机构|实验室|工具|平台)(?P<name>[A-Z][A-Za-z0-9]+|“[^”]{{2,12}}”)"
)
_product = re.compile(
    r"(?<=..)(?:(?<=[\u4e00-\u9fff])(?:App|[A-Z][A-Za-z]*) ?[A-Z]*\d[\w.]*|(?:科创板|创业板|港股)?IPO|第[一二三四]财?季度?|以(?=[超近约数\d])"
    r"|20\d\d年|首[台款个批颗]|新一代|第[一二三四五六]代|旗下|自研|面向|针对|关于|就(?=《)|为期|拟|以现金).*$"
)
_column = re.compile(r"^[^，。、]{2,10}[·｜|][^，。、\s]{1,6}[　 ]*(?=[^，。]{4,})")


def _is_known(name: str, text: str) -> bool:
    """True for a name that comes again, is short, or ends as institutions do."""
    return len(name) <= 16 or text.count(name) > 1 or bool(_institution_zh.search(name))


def _whole(name: str, text: str) -> str:
    """The name as it always goes on: 声谷 is followed by 未来 wherever it stands."""
    while len(name) < LONGEST_NAME and (count := text.count(name)) > 1:
        following = text[text.find(name) + len(name) :][:1]
        if not ("一" <= following <= "鿿") or following in _no_part or text.count(name + following) < count:
            break
        name += following
    return name


_no_part = frozenset("的在将已于与和同及等是为称宣表获完发推对向从被把也还则就并而或以由到自其公上中下内外首正计拟")


def _note(found: list[str], phrase: str, text: str) -> None:
    """Add the names of a noun phrase: each member of a list, an institution and its person apart."""
    phrase = _product.sub("", _column.sub("", re.sub("[（(][^（）()]*[）)]", "", phrase.strip(" 　"))))
    phrase = re.sub(
        r"^(?:本轮由|由|以及|及|其中|老股东|被告|据)|(?:还|也|已|将|近日|日前|当天|等|另|又|再|一审|二审|终审|新闻|宣布|同日|公司还|均|都|则|曾|于|在|拟|公告|声明|财报|官网|对外|股票)+$"
        r"|(?:\d{1,2}月)?\d{0,2}(?:日|月).*$",
        "",
        phrase,
    )
    phrase = re.sub(r"(?<=..)[遭被].*$", "", phrase)
    phrase = re.sub(r"[两三四五六七八九十\d]+[家个名所](?:企业|公司|机构|部门|单位|高校)?$", "", phrase)
    if place := _of_place.match(phrase):
        phrase = place[1]
    for part in _members(phrase, text):
        for name in _institution_and_person(_owner(part, text)):
            name = _named(name)
            name = _whole(name, text)
            if not _institution_zh.search(name):
                name = _company_before(name) or _latin_name.sub(r"\1", name)
            if 1 < len(name) <= LONGEST_NAME and not _NOT_A_NAME.search(name) and not _no_name.search(name):
                found.append(name)


_latin_name = re.compile(rf"^([A-Z][\w.&-]*[A-Za-z])(?!公司|集团|中国|资本|大学|团队|实验)[{HAN}]{{2}}$")  # Rhino缔约
_no_name = re.compile(
    r"[，。；：]|(?<!美)的|股权$|^[A-Za-z]+\d+$|^(?:前者|后者|股东|老股东)$|^[该此这那]|(?:国内|领域|企业|厂商|制造商|服务商|开发商|供应商)$|[起处]以|被[^，]|^\d+[起家个款]|指控|消息$"
)


_OFFICES = ("大臣", "首相", "总理", "总统", "部长")


def _members(phrase: str, text: str) -> list[str]:
    """The members of a list; 与 and 和 part only names of institutions, or what the article also names apart: not 竞争与市场管理局."""
    found: list[str] = []
    for part in re.split("[、]|以及", phrase):
        members = [part] if part.endswith(_OFFICES) else _SPLIT.split(part)
        known = [
            text.count(one) > 1 or one[:1].isascii() or bool(_institution_zh.search(one)) or normal(one) in by_name("company")
            for one in members
        ]
        is_list = all(known) or (any(known) and not _office_zh.search(part))
        found += members if is_list else [part]
    return found


_office_zh = re.compile("[局委部厅署所院会]$")  # whose names have 与 and 和 inside
_institution_zh = re.compile(
    "(?:公司|集团|科技|智能|数据|机器人|半导体|大学|学院|研究院|医院|银行|资本|基金|创投|网络|汽车|医药|政府|委员会|研究所|协会|电网|法院|网信办|局|所|部|委|会)$"
)


def _owner(part: str, text: str) -> str:
    """Whose it is: 万屋科技 of 万屋科技的“灵犀”语音助手."""
    owner, of, _ = part.partition("的")
    return owner if of and len(owner) > 2 and text.count(owner) > 1 else part


def _institution_and_person(part: str) -> list[str]:
    part = re.sub(r"^[^，]*旗下的(?=[^，]{2})|旗下[^，]*$", "", _team.sub("", part))
    roles = list(_role.finditer(part))
    if not roles or part.endswith(_OFFICES):
        return [part]
    institution, person = part[: roles[0].start()], part[roles[-1].end() :]
    if re.match("[前原]", part) and person:
        return [person]
    institution = re.sub(r"(?<=大学)[^，]+$|(?<=研究院)[^，]+$|^该.*$", "", institution)
    return [one for one in (institution, person) if len(one) > 1 and not one.endswith("奖")]


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


# --- English

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
    "SDK API ASIC CPU NPU TPU IT PR HR TV PC Saudi Czech Thai Italian Norwegian Brazilian Mexican Australian Russian Ukrainian Hong Kong "
    "Someone Neither None Nobody Everyone Thirteen Nine Ten Eight Seven Dozens Hundreds MPs Honestly No "
    "Alongside Worldwide Installation Memory Robotaxi Battery Software Supermarket Streaming Delivery We'll We're We've It's They'll He's She's That's There's I'm I'll What's".split()
)
_place = re.compile(r"\b(?:in|at|near|from|across|outside|around|north of|south of|throughout) $")


def _actors_en(sentence: str, made: Told, text: str, name: str) -> list[str]:
    """The names of the subject, unless it is what somebody made public, and those whom the verbs go to."""
    subject = made.subject or _before_verb(sentence)
    last = subject.split()[-1] if subject else ""
    at = sentence.find(last) if last else -1
    rest = sentence[at + len(last) :] if at >= 0 else sentence
    found: list[str] = []
    if agency := _agency.search(subject):
        found.append(agency[1])
    elif not _made_public.match(made.predicate):
        found += _names_in(subject, text)
        if name and name not in subject and _somebody.search(subject) and not any(name in one or one in name for one in found):
            found.insert(0, name)
    for match in _toward.finditer(rest):
        found += _names_from(rest, match.end(), text)
    if found and name not in found and _leaves.search(rest):
        employer = _employer.search(sentence)
        found += list(_names_from(sentence, employer.end(), text)) if employer else [name] if name else []
    return [_in_full(one, text) for one in found]


def _before_verb(sentence: str) -> str:
    """What stands before the first verb of a sentence whose subject was not found, after its opening."""
    words = _with_opening.sub("", sentence).split()[:14]
    end = next((at for at, word in enumerate(words) if at and (is_verb_form(word) or word == "to")), 0)
    return " ".join(words[:end])


def _in_full(name: str, text: str) -> str:
    """A name of one word as the text mostly goes on with it: Mirai Works."""
    if " " in name:
        return name
    longer = re.search(rf"\b{re.escape(name)} (?P<more>[A-Z][a-z][\w&]*)", text)
    if longer is None or longer["more"] in _title_words or longer["more"] in _no_actor:
        return name
    return longer[0] if 2 * text.count(longer[0]) >= text.count(name) else name


_with_opening = re.compile(r"^(?:In|On|At|Under|After|Before|For|With|During|Since|By|From|Earlier|Last|This)\b[^,]*, ")
_leaves = re.compile(
    r"\b(?:leav(?:es?|ing)|left|quits?|resign\w*|step(?:s|ped|ping)? down|depart\w*|retir\w*|ousted) ?(?:the (?:company|firm|lab)|$|as |at |after )"
)
_employer = re.compile(
    r"\b(?:chief|head|president|founder|executive|scientist|researcher|engineer|director|officer|chair\w*)\b[^,.]{0,40}? (?:of|at|for) (?:(?:[a-z][\w-]*|AI) ){0,3}(?=[A-Z])"
)
_agency = re.compile(
    r"((?:[A-Z]\w+ ){0,2}[A-Z]\w+['’]s (?:[a-z-]+ ){0,4}(?:authority|regulator|ministry|government|parliament|watchdog|court|agency|police|council|senate|cabinet))\b"
)
_made_public = re.compile(
    r"(?:was|were|is|are|has been|have been|will be) (?:\w+ly )?(?:announced|launched|unveiled|published|released|passed|approved|made|presented|opened|built|trained)\b"
)
_somebody = re.compile(
    r"^(?:The|A|An|Its|Her|His) .*\b(?:scientist|researcher|executive|founder|engineer|professor|chief|company|start-?up|firm|lab|maker|carmaker|chipmaker|group|inventor|designer)\b"
)
_BY = (
    "made available|taken private|approved|adopted|issued|proposed|designed|introduced|offered|picked|selected|"
    "taken over|succeeded|replaced|joined|sued|fined|ordered|announced|made|built|developed|owned|published|filed|brought|funded|given|signed|won|led|backed|chosen|acquired|bought|founded"
)
_TO = r"(?:sold|sells?|selling|suppl(?:y|ies|ied)|licen[cs](?:es?|ed)|transfer\w*|award\w*|grant(?:s|ed)?|lends?|lent|pay|pays|paid|deliver\w*)\b[^.,;]{0,60}? to"
_toward = re.compile(
    rf"\b(?:with|(?:{_BY}) by|{_TO}|acquir(?:es?|ed|ing)|buy(?:s|ing)?|bought|takes? over|took over|su(?:es?|ed|ing)|fin(?:es?|ed)|investors?,? (?:including|such as|among them)"
    r"|participation (?:from|by)|hir(?:es?|ed|ing)|join(?:s|ed|ing)?|invest(?:s|ed|ing)?\b[^.,;]{0,30}? in|investment in|pick(?:s|ed)?|select(?:s|ed)?|chose|tap(?:s|ped)?"
    r"|(?:stake|holding|interest) in|(?:job|post|role) (?:at|with)|fir(?:es|ed)|oust(?:s|ed)|snaps? up|per ?cent of|majority of|control of|order(?:s|ed)|barr?ed|bann?ed|accus(?:es|ed)"
    r"|succeed(?:s|ed|ing)?|replac(?:es|ed|ing)|appoint(?:s|ed)|nam(?:es|ed)"
    r"|leav(?:es?|ing)|left|against|complaint about|into|ask(?:s|ed)?|told|gave|gives?|block(?:s|ed)?|(?:acquisition|purchase|takeover) of|(?:successor|will) (?:be|is)"
    r"|said(?: that)?|says(?: that)?|let|pay) "
)
_before_name = re.compile(
    r"(?:(?!(?:of|for|in|on|at|by|from|to|as|that|which|who|and|or|a|support|help) )(?:[a-z][\w-]*|the)(?:['’]s)? |an? ){0,5}(?=[A-Z])"
)
_next_name = re.compile(
    r"(?:, and |, | and )(?:(?:the|its|rival|local|start-?up|partner|carmaker|chipmaker|lender|retailer) ){0,2}(?=[A-Z])"
)


def _names_in(phrase: str, text: str) -> list[str]:
    """The names of a noun phrase that is a subject, without places and without what only says of what kind somebody is."""
    found: list[str] = []
    for match in _proper.finditer(phrase):
        before = phrase[: match.start()]
        whole = match[0]
        for part in [whole] if _institution.search(whole) and " and the " not in whole else re.split(" and (?:the )?", whole):
            name = _clean_name(part, phrase)
            is_place = _place.search(before) and not _institution.search(name)
            is_kind = " " not in name and _what_kind.match(phrase, match.end())
            if re.match(r" (?:former|ex-)", phrase[match.end() :]):
                continue
            is_first = not before and whole.startswith(part)
            if is_first and " " not in name and text.count(name) < 2 and not _stands_as_subject(name, phrase, match.end()):
                continue
            if _may_act(name, text, is_first=is_first) and not (is_place or is_kind):
                found.append(name)
    return found


def _stands_as_subject(name: str, phrase: str, at: int) -> bool:
    """False for a word that only begins the sentence: Hedge funds, Large models, Honestly."""
    return phrase[at:].strip() in ("", "'s", "’s") or phrase[at - 2 : at] in ("'s", "’s") or name in phrase[at:]


def _names_from(rest: str, at: int, text: str) -> Iterator[str]:
    """The names that a list begins with: "rival Stackle, Orsova and the University of Tarn"."""
    start = _before_name.match(rest, at)
    at = start.end() if start else at
    while match := _proper.match(rest, at):
        for part in [match[0]] if _institution.search(match[0]) else re.split(" and (?:the )?", match[0]):
            name = _clean_name(part, rest)
            if _may_act(name, text, is_first=False) and not _what_kind.match(rest, match.end()):
                yield name
        following = _next_name.match(rest, match.end())
        if not following:
            return
        at = following.end()


def _clean_name(part: str, phrase: str) -> str:
    """The name without titles and whose it is; Inc. keeps its stop."""
    part = re.sub(r"^.*['’]s (?=former\b)", "", part)
    whose = re.match(r"(.+)['’]s [A-Z]", part)
    if whose and normal(whose[1]) in by_name("company"):  # Microsoft's Azure, but Lake City's Orsova
        return whose[1]
    name = re.sub(r"^.*['’]s (?=[A-Z])", "", _without_title(_ending_en.sub("", part)))
    name = re.sub(r"^(?:Half|Most|Part|All) of |^From \d+ [A-Z][a-z]+$| I$| (?:API|SDK|CEO|IPO)$|^(?:Former|Ex) .*", "", name)
    return name + "." if name.endswith((" Inc", " Corp", " Ltd", " Co")) and name + "." in phrase else name


_ending_en = re.compile(r"(?:'s|’s|[.,'’])+$")
_version_en = re.compile(r"[A-Z][\w-]*[- ]?\d[\w.]*|[A-Z][a-z]{2,8}\.? \d{1,2}")


_countries = frozenset(
    "Afghanistan Argentina Australia Austria Bangladesh Belgium Brazil Bulgaria Canada Chile Colombia Croatia Cuba Denmark Egypt Estonia Ethiopia Finland Ghana Greece "
    "Hungary Iceland Indonesia Iran Iraq Ireland Israel Italy Kazakhstan Kenya Latvia Lithuania Luxembourg Malaysia Mexico Morocco Myanmar Nepal Netherlands Nigeria Norway "
    "Oman Pakistan Peru Philippines Poland Portugal Qatar Romania Russia Rwanda Senegal Serbia Slovakia Slovenia Spain Sweden Switzerland Taiwan Tanzania Thailand Tunisia "
    "Turkey Uganda Ukraine Uruguay Uzbekistan Vietnam Wales Scotland England Zambia Zimbabwe Brussels Delhi Dubai Moscow Seoul Sydney Toronto Vancouver Geneva Zurich "
    "Munich Madrid Rome Milan Dublin Mumbai Bengaluru Jakarta Manila Bangkok Hanoi Taipei Shenzhen Hangzhou Guangzhou Boston Chicago Houston Austin Seattle Delaware "
    "Florida Ohio Nevada Arizona Virginia Oregon".split()
)
_no_party = re.compile(
    r"^Series [A-Z]$|\b(?:Medal|Prize|Award|Act|Bill|Scheme|Programme|Index|Nasdaq|Stock Exchange)\b|(?:ish|ese|[aeiou]nian|egian|issian)$"
)


def _may_act(name: str, text: str, *, is_first: bool) -> bool:
    """True for a name; not for a place or nationality, a version, or a word that only begins the sentence."""
    if not name or name in _no_actor or name in _countries or _version_en.fullmatch(name) or _no_party.search(name):
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
