"""Frames of Chinese sentences: who raised, released, ruled, made a chip, joined with whom, took a post, bought whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from crawler.nlp.clause_zh import AT, INSTITUTION, LEAD, MARKS, TAIL, bare, before, is_sure, main_name, names
from crawler.nlp.events import frames as told
from crawler.nlp.events.frames import Cell, Said, cell, cell_of, compiled, joined
from crawler.text import HAN, PERSON

_POST_ZH = (
    r"(?:首席[^，。、\s“]{1,6}官|首席[^，。、\s“]{0,4}(?:科学家|研究员|顾问|架构师|经济学家)|(?:联席|执行|高级|常务|资深|全球)*(?:副)?(?:总裁|董事长|总经理|主席|院长|校长|主任|所长|局长|部长|总监|总工程师|会长|秘书长|行长|司长|厅长)|"
    r"联合创始人|创始人|负责人|主管|合伙人|(?:独立)?董事|C[ETFOSMP]O|研究员|教授|顾问|工程师|高管|代表|发言人|书记)"
)
_whole_post = re.compile(rf"(?:首任|新任|联席|独立)?{_POST_ZH}(?:(?:兼|、|和|及){_POST_ZH})*$")
_owned_post = re.compile(
    rf"(?P<of>[^，。的]{{2,20}}?)(?:的)?(?P<post>(?:首任|新任|[^，。的]{{0,6}}事业部|[^，。的]{{0,6}}业务)?{_POST_ZH}(?:(?:兼|、|和|及){_POST_ZH})*)$"
)
_branch = re.compile(
    r"(?<=...)(?:自动驾驶|智驾|销售|产品|安全|技术|研发|市场|财务|运营|法务|人力|业务|战略|算法|设计|品牌|海外|云|大模型|AI|主管|工程|事业部)+$"
)
_person_zh = re.compile(
    rf"(?:(?<=官)|(?<=[员人长裁监理士授管问师事记者OI的、，,；：“])|(?<=主席)|(?<=学家)|^)(?P<it>{PERSON}|[{HAN}]{{1,6}}·[{HAN}·]{{1,10}}|[A-Z][a-z]+(?: [A-Z][a-z]+)+)$"
)
_ends_with_person = re.compile(rf"(?P<it>{PERSON})$")
_NO_PERSON_ZH = re.compile(
    r"公司|集团|科技|大学|学院|智能|团队|鉴于|其|员工|成员|员会|董事会|部门|自己|本人|他们|我们|高管|[上下]周|近日|日前|月|日$|年|此前|随后|并|被|已|科学家|一位|某|协商|引咎|部分|多名|数名"
)


_and = re.compile("、|以及|及|和|与|，")


def _who(said: Said, end: int) -> str:
    return "、".join(before(said.sentence, end, said.title, said.text))


def _sure(text: str, phrase: str) -> str:
    """The one name in a phrase."""
    found = names(phrase, text)
    return found[0] if len(found) == 1 else ""


def _person(said: Said, words: str, alone: bool = False) -> str:
    words = TAIL.sub("", re.sub(r"[（(][^）)]*[）)]", "", words)).strip("“” ")
    if (match := _person_zh.search(words)) and not _NO_PERSON_ZH.search(match["it"]):
        has_post = match.start() > 0 or alone or "·" in match["it"]  # else it may be any words
        name = re.sub("^.*(?:总裁|总监|经理|主管|负责人)(?=.+·)", "", match["it"])
        return name if has_post or name in said.title or said.text.count(name) > 1 else ""
    match = _ends_with_person.search(words)
    again = match["it"] if match and not _NO_PERSON_ZH.search(match["it"]) else ""
    return again if again in said.title or said.text.count(again) > 1 else ""


def _is_person(name: str) -> bool:
    return bool(_person_zh.fullmatch(name)) and not _NO_PERSON_ZH.search(name) and not INSTITUTION.search(name)


def _owner_and_post(said: Said, words: str) -> tuple[str, str]:
    """腾讯高级副总裁 → (腾讯, 高级副总裁); of "the company" it is the one that the article is about."""
    if former := re.match(rf"[前原](?P<post>{_POST_ZH})、", words):
        return "", former["post"]
    words = re.sub(r"^[^，]*收到|^(?:[前原]|其|仅|新任|现任|时任|新一届)+", "", LEAD.sub("", words))
    words = re.sub(r"(?:一职|职务|的职务)$|(?:联合)?创始人(?:、|兼)", "", words)
    its_own = re.match(r"(?:该|本)?公司", words)
    owner = main_name(said.title, said.text) if its_own else ""
    words = words[its_own.end() :] if its_own else words
    if not re.search(rf"{_POST_ZH}$", words) or len(words) > 24:
        return owner, ""
    if its_own or _whole_post.match(words):
        return owner, words
    match = _owned_post.match(words)
    branch = _branch.search(match["of"]) if match else None
    owner = _sure(said.text, match["of"][: branch.start() if branch else None]) if match else ""
    if match and owner:
        return owner, words[match.start("post") - len(branch[0] if branch else "") :]
    again = next((words[:end] for end in range(len(words) - 2, 2, -1) if said.text.count(words[:end]) > 1), "")
    if again and (rest := words[len(again) :].removeprefix("的")):
        return bare(again), rest
    return "", words if len(words) <= 12 else ""


_MONEY_ZH = (
    r"(?:人民币)?(?:近|约|逾|超过?|高达|数)?\d[\d,.]*\s?(?:余|多)?(?:百|千)?[万亿]{0,2}(?:余|多)?(?:元人民币|人民币|美元|元|港元|欧元|日元|英镑|韩元|新台币|新元)|(?:近|数|上|逾"
    r"|超)?[一二两三四五六七八九十百千数]+[百千万亿]+(?:余|多)?(?:元人民币|人民币|美元|元|港元|欧元|日元)|近[百千]?[万亿]元?(?:人民币|美元|元)"
)
_RAISE_ZH = re.compile(
    r"(?:完成|关闭|揽下|揽获|进账|落定|到账|官宣|启动|递交招股书|递表|提交上市申请|过会|确定|获得|获(?!悉|奖|批)|拿到|拿下|斩获|敲定|募集|筹集|筹得|募得|融得|收获|(?:公开)?发行(?!次日|人|价|日|后|量)|签下|锁定|引入|挂牌|登陆|(?<!公开)招股(?!书|价)|集资|募资)"
)
_EARLIER_ZH = re.compile(r"(?:^|[，；。])(?:继|自|在)[^，；。]*$")
_RAISES_ZH = re.compile(r"融资|轮|[领跟参]投|投资|首次公开|募|集资|招股|债券|上市|IPO|增资|注资")
_NOT_YET_ZH = re.compile(r"洽谈|寻求|考虑|有意|传闻|拟(?!上市|主板|[^，。]{0,12}发行)|计划|或将|值得(?:注意|一提)的是")
_LED_ZH = compiled(
    r"由(?P<it>[^。；，]{2,40}?)(?:联合|共同|独家)?(?:领投|战略投资|投资(?=[，。；]|$))",
    r"(?:领投方|投资方|投资人|出资方|独家投资方|投资机构|投资者)(?:为|是|包括|有|：|系)(?P<it>[^。；，]{2,40})",
    r"由(?P<it>[^。；，]{2,40}?)(?:共同|联合)?出资的",
    r"来自(?P<it>[^。；，]{2,40}?)的[^，。；的]{0,16}(?:融资|投资|注资)",
    r"(?:^|[，；。：])(?P<it>[^，。；：]{2,30}?)认购\d",
    r"获(?:得)?(?P<it>[^，。；\d]{2,20}?)(?:\d[\d.]*[万亿]{1,2}(?:元|美元|港元|欧元))?(?:的)?(?:[A-H]\+{0,2}轮|独家|战略|联合)?(?:投资(?!机构|公司|人|方|基金)|领投|注资)",
    r"(?:^|[，；。])(?P<it>[^，。；由]{2,40}?)(?:联合|共同|独家)?领投",
)
_FOLLOW_ZH = re.compile(
    r"(?:^|[，；。、])(?:由)?(?P<it>[^，。；]{2,50}?)(?:继续|持续|跟随|联合|共同|超额)*(?:跟投|参投|认购|加码|加注|追投|追加投资|参与(?:了)?(?:本轮|投资|跟投))"
)


def funding_zh(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    match = next((one for one in _RAISE_ZH.finditer(sentence) if not _EARLIER_ZH.search(sentence[: one.start()])), None)
    if match is None or not _RAISES_ZH.search(sentence) or _NOT_YET_ZH.search(sentence) or told.EARLIER.search(sentence):
        return {}
    who = "" if "新公司" in sentence else _who(said, match.start()) or told.only(said, said.actors)
    investors = investors_of((sentence, *said.about(who)))
    round_ = cell_of(told.ROUND, sentence[match.start() :], sentence, said.title)
    round_ = round_._replace(quote=sentence) if round_ and round_.quote in sentence else round_
    places = (sentence, *(one for one in said.behind if re.search("募集资金|募资|融资金额|总额|金额", one)))
    amount = told.amount_of(places, _MONEY_ZH, r"估值|市值|营收|收入|累计|投后|投前|净利|据了解|每股|股价|价格|发行价|低于|传")
    return said.filled(actors=who, round=round_, amount=amount, investors=investors)


def investors_of(places: Sequence[str]) -> Cell | None:
    found: list[str] = []
    quote = ""
    for place in places:
        for pattern in (*_LED_ZH, _FOLLOW_ZH):
            for match in pattern.finditer(place):
                led = [bare(re.sub("旗下(?:的)?(?:产业)?基金$|^.*旗下", "", part)) for part in _and.split(match["it"])]
                led = [
                    name for name in led if name and not re.search(r"轮|融资|[\d]亿|完成|股东$|机构$|资方|^产业$|是否|披露", name)
                ]
                found += [name for name in led if name not in found]
                quote = quote or (place if led else "")
    return joined([name for name in found if not any(name != other and name in other for other in found)], quote)


_RELEASE_ZH = re.compile(
    r"(?:发布|推出|开源|上线|开放|公布|放出|下调|更新|升级)(?:了)?(?!的|许可|协议|社区|生态|软件|仓库|首日|以来|后|前|时|之|[一二两三四五六七八九十]个?[月年周]|[^，。]{0,12}(?:公告|财报|声明|报告|通知|通报|业绩|季报|年报|数据显示|白皮书|会$|消息|标准|办法|规定|意见|方案|夜间|申请))"
)
_KIND_OF_MODEL_ZH = re.compile(
    r"^(?:首[个款]|全新|一款|新一代|最新|自研|面向[^，。的]{2,14}的|基于[^，。的]{2,14}的|[^，。的]{2,8}版)*(?P<it>[^，。的“]{2,14}(?:系统|平台|助手|模型|引擎|应用|工具|数据集|智能体|框架|芯片|插件))(?![^，。；的、和与等])"
)


def release_zh(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    match = _RELEASE_ZH.search(sentence)
    if match is None:
        return {}
    made = _MADE_ZH.search(sentence)
    makers = joined([name for one in _and.split(made["who"]) for name in names(one, said.text)[:1]], sentence) if made else None
    if re.match(r"[，。；]|下载|$", sentence[match.end() :]):  # "… 今日开源": what stands before is what is released
        clause = re.split(rf"[{MARKS}】]", sentence[: match.start()])[-1]
        what = _what_zh(made["what"] if made else clause)
        who: str | Cell | None = makers or _who(said, match.start() - len(clause))
        return said.filled(**told.model(said, what), actors=who) if what else {}
    who = makers or _who(said, match.start()) or told.only(said, said.actors)
    return said.filled(actors=who, **told.model(said, _what_zh(sentence[match.end() :])))


_MADE_ZH = re.compile(
    rf"(?:{AT}由?|由)(?P<who>[^{MARKS}的]{{2,40}}?)(?:历时[^，的]{{2,6}}|近日|共同|联合|自主|牵头|合作)*(?:研发|研制|开发|采集|构建|打造|训练|推出)的(?P<what>[^，。；]{{2,40}})"
)


def _what_zh(phrase: str) -> str:
    """The name in what is released, or else what kind of thing it is."""
    clause = re.split("[，。；]", phrase)[0]
    for place in (clause, phrase[: len(clause) + 40]):
        found = [one for one in told.NAMED_MODEL.finditer(place) if not told.NO_MODEL.match(one[0].strip())]
        if found:
            return found[0][0].strip("“”「」《》 ")
    kind = _KIND_OF_MODEL_ZH.match(clause)
    return kind["it"] if kind else ""


_BODY_ZH = (
    r"[^，。；：、“《\s　]{0,20}?(?:国务院|内阁|全国人大|人大常委会|委员会|管理局|办公室|办公厅|会议|网信办|发改委|发展改革委|数据局|信息化部|工信部|科技部|教育部|商务部|财政部|公安部"
    r"|部门|[部委局厅署]|(?<!公)司|政府|法院|议会|立法会|参议院|众议院|国会|欧盟|"
    r"欧洲议会|欧委会|中心|管委会|大臣|部长|当局|央行|证监会|交易所|协会)"
)
_POLICY_ZH = re.compile(
    rf"{AT}(?P<who>(?:{_BODY_ZH})(?:(?:、|和|与|会同|联合)(?:{_BODY_ZH}))*|[{HAN}]{{2,8}}[省市县区州])(?:等[^，。]{{0,8}})?(?:[上本]?周[一二三四五六日]|近日|日前|今日|昨日|当地时间|正式|联合|刚刚|最新|于"
    rf"|(?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}日|\d{{1,2}}日|[^，。《]{{0,6}}投票|以\d[^。]{{0,40}}?)*(?P<stage>印发|发布公告|发布通知|发布|公布|出台|公示|通过|表决通过|审议通过|批准|就|启动|颁布|签署|提出|推出"
    rf"|(?:宣布|决定)?(?:撤回|撤销|放弃|推迟|暂停|叫停|取消|废止)|宣布|致信[^，]{{0,6}}，提出|约谈|明确|要求|否决|公告)(?:了)?(?P<what>[^，。；]{{0,60}})"
)
_RULED_ZH = re.compile(
    r"(?P<what>《[^》]+》)(?:（[^）]*）)?[^，。；《]{0,24}?(?P<stage>施行|实施|生效|批准发布|发布|出台|(?:审议|表决|获得?)通过|(?:公开)?征求意见)(?!会)"
)
_ACTED_ZH = re.compile(r"(?P<stage>签署|印发|发布|出台|颁布|通过|批准)(?:了)?(?P<what>《[^》]+》)")
_RULED_BY_ZH = re.compile(
    rf"(?P<who>{_BODY_ZH}|[{HAN}]{{2,8}}[省市县区州])(?:近日|日前|今日|昨日|刚刚|正式|最新|联合|于[^，。]{{2,10}})*(?P<stage>印发|发布|公布|出台|通过|颁布|签署)的(?P<what>《[^》]+》)"
)
_PASSED_ZH = re.compile(
    r"(?P<stage>(?:表决|审议|投票)?通过|批准|否决)(?:了)?[^，。；]{0,12}?(?P<what>《[^》]+》|“[^”]+”(?:提案|法案|草案))"
)
_body_before = re.compile(rf"{AT}(?P<it>{_BODY_ZH})(?=[^，。；]*[，。；])")
STAGE = compiled(
    r"(?:公开)?征求意见",
    r"(?:审议|表决|三读|二读|一读|投票)通过|获得?通过|批准发布|草案|(?P<also>拟议)规则",
)
IN_FORCE = re.compile(
    r"(?:自|于)?(?:\d{4}年)?(?:\d{1,2}月\d{1,2}日|今[天日])起?(?:正式)?(?:施行|实施|生效)|(?:自|于)[^，。]{2,12}起(?:施行|实施|生效)|(?:正式)?(?:施行|实施|生效)"
)
_VAGUE_STAGE = re.compile("就|要求|约谈|明确|宣布|公告|.*，.*")
LEVEL = re.compile(
    rf"(?P<of>国家|全国|欧盟|欧洲|联合国|东盟|美国|英国|日本|韩国|法国|德国|荷兰|加拿大|印度|新加坡|澳大利亚|意大利|西班牙|巴西|香港|台湾)|[{HAN}]{{2,8}}?(?P<it>省|自治区|特别行政区|市|州|区|县)"
)


def policy_zh(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    if found := _POLICY_ZH.search(sentence):
        rest, act = sentence[found.end() :], found["stage"]
        titled = re.search(r"(?<!据)(?<!照)《[^》]+》(?:实施细则|修[正订]案)?", found["what"] + rest)
        noticed = _acts_behind.match(rest) if act.startswith("发布") else None
        acted = noticed or (_acts.match(found["what"]) if act not in ("发布公告", "发布通知", "就", "要求") else None)
        what = titled[0] if titled else acted["it"] if acted else ""
        if not titled and not noticed and _may_be_any.fullmatch(act) and not _is_rule_zh.search(what):
            return {}
        return _policy(said, found["who"], what, act)
    if (passed := _PASSED_ZH.search(sentence)) and (bodies := list(_body_before.finditer(sentence, 0, passed.start()))):
        return _policy(said, bodies[-1]["it"], passed["what"], passed["stage"])
    if by := _RULED_BY_ZH.search(sentence):
        return _policy(said, by["who"], by["what"], by["stage"])
    if ruled := _RULED_ZH.search(sentence) or _ACTED_ZH.search(sentence):
        source = re.match(r"(?:[^，]{0,6}记者)?[^，]{0,8}从(?P<it>[^，]{2,24}?)(?:处)?(?:获悉|了解到)，", sentence)
        titled = re.match(rf"(?P<it>{_BODY_ZH}|[{HAN}]{{2,8}}?[省市县区州国])(?:就|发布|出台|印发|签署|拟)", said.title)
        made = next((match for one in said.behind if (match := _made_by_zh.search(one))), None)
        return _policy(said, whose["it"] if (whose := source or titled or made) else "", ruled["what"], ruled["stage"])
    return {}


def _policy(said: Said, who: str, what: str, act: str) -> dict[str, Cell]:
    who = bare(re.sub("^.*(?:这是|——)", "", who))
    level = LEVEL.match(who)
    in_force = IN_FORCE.search(said.sentence) if _VAGUE_STAGE.fullmatch(act) else None
    stage = cell_of(STAGE, said.sentence) or cell(
        in_force[0] if in_force else "" if _VAGUE_STAGE.fullmatch(act) else re.sub("^(?:宣布|决定)", "", act), said.sentence
    )
    return said.filled(
        actors=who,
        object=re.sub("^(?:了|一份|一项|首份|首个)+", "", what),
        level=level["of"] or level["it"] if level else "",
        stage=stage,
    )


_may_be_any = re.compile("发布|公布|推出|启动|提出|宣布|公示|(?:宣布|决定)?(?:撤回|撤销|放弃|推迟|暂停|叫停|取消|废止)")
_is_rule_zh = re.compile(
    "[规法]|条例|方案|措施|政策|标准|计划|行动|补贴|许可|审批|关税|禁令|指令|提案|草案|基金|试点|专项|清单|通知|意见"
)
_acts_behind = re.compile(r"，(?P<it>(?:允许|禁止|暂停|批准|开放|取消|限制|要求|明确|对|将|把|决定|拟)[^，。；]{4,50})")
_acts = re.compile(r"(?P<it>[^，。；]{4,50})")
_made_by_zh = re.compile(
    r"(?:条例|办法|规定|标准|规划|措施|意见)由(?P<it>[^，。]{2,24}?)(?:[今去]年[^，。]{0,6}|牵头|负责|组织)*(?:制定|起草|发布|通过)"
)


_CHIP_ZH = re.compile(
    r"(?:发布|推出|流片|量产|点亮|交付|供应|供货|出货|发货|试产|投产|代工|亮相|下线|回片|送样|展示|上市)(?:了)?(?P<what>[^，。；]{0,40})"
)
_CHIP_KIND = r"(?:芯片|处理器|加速卡|GPU|NPU|SoC|DPU|MCU|FPGA|键合机|光刻机|刻蚀机|存储器|内存|晶圆)"
_CHIP_OBJECT_ZH = re.compile(
    rf"(?:首[款颗台片批]|新一代|第[一二三四五六]代|自研|全新|国产|车规级|\d[\d,.]*[万亿]?[颗片块])*(?P<it>[^，。的称“将由向和与、]{{0,12}}?{_CHIP_KIND})(?!设计|制造|公司|企业|业务|厂|产业|市场)"
)
_chip_name = re.compile(r"[A-Z][A-Za-z]*[- ]?\d[A-Za-z\d-]*|[A-Z][a-z]+(?:-[A-Z\d][A-Za-z\d]*)+")
_no_chip_name = re.compile(r"L\d|HBM|PCIe|DDR|Q\d|LPDDR|H[12]$|B轮|A轮")


def chip_zh(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    match = _CHIP_ZH.search(sentence)
    if match is None or not re.search(rf"{_CHIP_KIND}|流片|纳米|nm|HBM|光刻|键合|刻蚀|半导体|封装", sentence):
        return {}
    who = _who(said, match.start()).removesuffix("将") or told.only(said, said.actors)
    clause = re.split(f"[{MARKS}]", sentence[: match.start()])[-1]
    phrases = (match["what"], clause.replace(who, ""), sentence[match.end() :][:30])
    quoted = re.search(r"“(?P<it>[^”]{2,16})”", "，".join(phrases[:2])) if "芯片" in sentence else None
    latin = [one[0] for phrase in phrases for one in _chip_name.finditer(phrase) if not _no_chip_name.match(one[0])]
    kind = next((one["it"] for phrase in phrases[:2] if (one := _CHIP_OBJECT_ZH.search(phrase))), "")
    return said.filled(
        actors=who,
        object=quoted["it"] if quoted else next(iter(latin), kind if len(kind) > 2 else ""),
        process=cell_of(told.PROCESS, sentence, *said.behind),
        amount=told.amount_of((sentence, *said.behind[:1]), r"约?\d[\d,.]*[万亿]?(?:颗|片|块|张)(?!之)", "每"),
    )


_TOGETHER_ZH = re.compile(
    rf"{AT}(?P<a>[^{MARKS}】]{{2,40}}?)(?:近日|日前|今日|昨日|宣布|正式|将|已|于[^，。]{{2,10}}|在[^，。与和]{{2,16}}|同[日时]|当日|(?:宣布|公告称?|披露|透露)，)*(?:与|同(?![时步日意样期])|和|携手|联手|联合|牵手)(?P<b>[^。；]{{2,60}}?)(?:近日|日前|今日|昨日|宣布|正式"
    rf"|将|已|在[^，。]{{2,16}}|于[^，。]{{2,10}}|双方|共同)*(?P<act>签署|签下|签订|签约|谈拢|敲定|签了|续签|达成|合作|共建|共同|联合|成立|合资|结成|建立|启动|开展|展开|组建|深化)"
)
_BID_ZH = re.compile(rf"{AT}(?P<a>[^{MARKS}】]{{2,24}}?)(?:以[^，。]{{2,16}})?(?:成功)?(?:中标|夺标|拿下)(?P<b>[^，。]{{0,40}})")
_no_asides = re.compile("（[^）]*）")
_HOLDS_ZH = re.compile(rf"{AT}([^{MARKS}]{{2,16}}?)持股(?:比例为)?\d")
_BID_BY_ZH = re.compile(r"(?P<b>[^，。]{0,40}?)由(?P<a>[^，。]{2,24}?)(?:以[^，。]{2,16})?(?:成功)?(?:中标|承建)")
_PROJECT_ZH = re.compile(r"(?:了)?(?P<it>[^，。“”：]{4,40}?(?:项目|工程|标段|平台|系统))(?=由|中标|$|，|。)")
_BUYER_ZH = re.compile(
    rf"{AT}(?!中国政府采购网)(?P<it>[^{MARKS}]{{2,24}}?(?:公司|集团|局|委|大学|医院|银行|中心|政府))(?:电子商务平台|[^，。]{{0,4}}采购平台|官网|采购平台)?(?:公示|公告|发布|的|招标|采购)"
)
_HELD_ZH = re.compile(r"由(?P<who>[^，。]{4,50}?)(?:共同|联合)(?:持股|出资|成立|设立|发起|组建|建设)")
_ORDER_ZH = re.compile(r"向(?P<b>[^，。]{2,20}?)(?:下达|发出|追加|订购|采购)(?P<what>[^，。；]{2,40})")
_OBJECT_TOGETHER_ZH = compiled(
    r"(?P<it>合资(?:公司|企业))",
    r"共建(?!协议|合同)(?P<it>[^，。；]{2,30})",
    r"(?:围绕|聚焦)(?P<it>[^，。；]{2,40}?)(?:等[^，。]{0,6})?(?:展开|开展|进行|推进|深化)",
    r"(?:将|拟)?在(?P<it>[^，。；]{2,40}?)(?:等)?(?:\w?个)?(?:领域|方面)(?:展开|开展|进行|深化|加强|深度)",
    r"(?:共同|联合|合作)(?P<it>(?:研发|开发|打造|推进|推出|建设|运营|探索|推动|制定|生产|设立|成立|组建)[^，。；]{2,30})",
    r"(?:为其|向其|将)(?:提供|供应|部署|交付|建设)(?P<it>[^，。；]{2,30})",
    r"投资[^，。；]{0,10}元(?P<it>建设[^，。；]{2,30})",
    r"(?:签署|签订)[^，。《]{0,6}《(?P<it>[^》]{4,40})》",
    r"[“「](?P<it>[^”」]{4,40})[”」](?:项目|[^，。]{0,10}(?:中标|采购|招标))",
    r"(?:签署|签下|签订|达成|下达)(?:了)?(?:总额[^，。的]{2,16}的|战略|框架|独家)*(?P<it>[^，。；]{2,24}?(?:订单|合同|(?=(?:战略|框架)?(?:合作)?(?:意向)?(?:协议|备忘录))))",
    r"(?:成立|组建|发起)[^，。“]{0,6}“(?P<it>[^”]{2,20})”",
    r"(?:成立|组建|设立)(?:了)?(?P<it>[^，。；]{2,28}(?:公司|实验室|中心|基金|联盟|研究院))",
)
_NO_OBJECT_ZH = re.compile(
    r"^(?:合作|战略合作|全面合作|深度合作|战略|框架|全面|采购|购销|租赁|服务|意向|正式|一份|总额|了|.*\d元)*$"
)
_UNITS_ZH = r"\d[\d,.]*[万亿]?(?:颗|片|台|辆|套|架)"


def partnership_zh(said: Said) -> dict[str, Cell]:
    sentence, what = said.sentence, None
    if held := _HELD_ZH.search(sentence):
        who = [bare(one) for one in _and.split(held["who"])]
        founded = re.search(rf"(?P<it>[{HAN}A-Za-z]{{4,30}}(?:公司|实验室|中心|基金))(?=成立|揭牌|注册)", sentence)
        what = cell(LEAD.sub("", founded["it"]) if founded else "", sentence)
    elif "标" in sentence and (bid := _BID_BY_ZH.search(sentence) or _BID_ZH.search(sentence)):
        project = _PROJECT_ZH.search(bid["b"]) or _PROJECT_ZH.search(sentence)
        what = cell(LEAD.sub("", project["it"]) if project else "", sentence) or cell_of(_OBJECT_TOGETHER_ZH[8:9], sentence)
        buyer = _BUYER_ZH.search(sentence)
        who = [bare(bid["a"]), bare(buyer["it"]) if buyer else ""]
    elif ordered := _ORDER_ZH.search(sentence):
        who = [_who(said, ordered.start("b") - 1) or told.only(said, said.actors), _sure(said.text, ordered["b"])]
        what = cell(re.sub(r"^(?:了|追加|订购|采购)+", "", ordered["what"]), sentence)
    elif "合资" in sentence and (holding := _HOLDS_ZH.findall(said.text)):
        who = [bare(one) for one in holding]
    elif (match := _TOGETHER_ZH.search(_no_asides.sub("", sentence))) and "股权" not in sentence:
        who = [name for part in (match["a"], match["b"]) for one in _and.split(part) for name in names(one, said.text)[:1]]
    else:
        return {}
    places = (sentence, *said.behind[:1])
    if set(who) < set(said.actors):
        who = list(said.actors)
    if not what:
        found = (cell_of((pattern,), place) for place in places for pattern in _OBJECT_TOGETHER_ZH)
        what = next((one for one in found if one and not _NO_OBJECT_ZH.match(one.value)), None)
    amounts = (told.amount_of((sentence,), money, r"估值|市值|营收|收入|每|约合") for money in (_MONEY_ZH, _UNITS_ZH))
    return said.filled(
        actors=joined([name for name in who if name], sentence), object=what, amount=next(filter(None, amounts), None)
    )


_NOT_BEHIND = r"(?!前|后|以来|期间|之|时|者|仪式|手续|消息|传闻|协议|申请|报告)"
_moves_zh = re.compile(
    rf"(?P<takes>出任|担任|就任|接任|转任|改任|升任|获任|履新|接棒|接手|继任|执掌|兼任|(?:受聘|被任命|被聘|获聘|获委任|当选|晋升|调任)(?:为|担任)?|(?<![责委主就升委现历兼曾时上卸辞离前新首连担])任(?![务何期职命教课由性内]))(?:了)?{_NOT_BEHIND}"
    r"(?P<what>[^，。；：]{0,30})"
    rf"|(?P<joins>加盟|加入|入职|空降)(?:了)?{_NOT_BEHIND}(?P<of>[^，。；、任担出]{{2,20}}?|)(?=[，。；、任担出]|$)"
    rf"|(?P<leaves>办[完理]了?离职手续|辞去|卸任|不再担任|离职|离任|辞职(?:报告|申请)|辞职|辞任|(?<!申)请辞|退休|退出|离开|被免去|出局|逝世|去世|病逝|离世)(?:了)?{_NOT_BEHIND}(?P<held>[^，。；：]{{0,24}})"
    rf"|(?P<names>任命|聘任|聘请|提拔|委任|选举|推选|增补|提名)(?P<whom>[{HAN}·A-Za-z ]{{2,20}}?)(?:（[^（）]{{2,24}}）)?(?:先生|女士|博士|教授)?"
    r"(?:为|担任|出任|任)(?P<post>[^，。；：]{2,24})"
    rf"|(?P<after>接替|取代)(?:的是)?(?P<before>[^，。；：]{{0,24}})"
)
_adverbs = re.compile(
    r"(?:(?<=..)(?:由[^，]{2,12}|从[^，]{2,16}|因[^，]{2,16}|自[^，]{2,12}起)|(?:将|已)?于[^，]{1,10}[日月年旬底末初]|申请|提出|主动|书面|获准|到龄|受聘|获聘|转而|重新|再次|一致|将?留任|并|也)+$"
)
_clause_ends = re.compile(rf"[，。；：“]|(?<=[{HAN}]) (?=[{HAN}])")
_earlier_zh = re.compile(r"曾|此前|之前|历任|先后|原本|没有|并未|否认|传")
_once = re.compile(r"^曾[^，]{2,24}的(?=[^，的]{2,16}$)")  # what somebody was before
_vague_person = re.compile("(?:^|[，。])(?:这位|他|她|其)")
_headed = re.compile(r"(?:头衔|职务|职位|职衔)(?:为|是)(?P<it>[^，。；]{2,16})")


def people_zh(said: Said) -> list[dict[str, Cell]]:
    """A row each of those who come or go, in the order of the sentence: who, of whom, which post."""
    rows: dict[str, tuple[str, str]] = {}
    last = ""  # of whom the clause before spoke
    for match in _moves_zh.finditer(said.sentence):
        parts = _clause_ends.split(said.sentence[: match.start()])
        before = parts.pop()
        if parts and not last and len(_adverbs.sub("", TAIL.sub("", before))) < 3:
            before = parts.pop()
        before = _once.sub("", before)
        if _earlier_zh.search(before):
            continue
        who, of, post = _moved(said, match, before)
        if not who and len(_adverbs.sub("", TAIL.sub("", before))) < 3:
            who = last
        if rows and (match["after"] or (match["takes"] and not post)):  # the same post, by another
            of, post = (mine or theirs for mine, theirs in zip((of, post), next(iter(rows.values())), strict=True))
        if not who:
            continue
        known = rows.get(who, ("", ""))
        rows[who] = (known[0] or of, known[1] or post)
        last = who
    if not rows and _vague_person.search(said.sentence) and said.sentence != said.title:
        return people_zh(said._replace(sentence=said.title)) if _moves_zh.search(said.title) else []
    headed = _headed.search(said.sentence)
    own = next((of for of, _ in rows.values() if of), "") or _employer(said, rows)
    return [
        said.filled(actors=who, object=of or own, post=post or (_owner_and_post(said, headed["it"])[1] if headed else ""))
        for who, (of, post) in rows.items()
    ]


def _moved(said: Said, match: re.Match[str], before: str) -> tuple[str, str, str]:
    """(who, of whom, post) of one verb; "" where nobody stands with it."""
    if match["names"]:
        of, post = _owner_and_post(said, match["post"])
        return _person(said, match["whom"], alone=True), of or _who(said, match.start()), post
    by = re.search(r"由(?P<it>[^，]{2,20})$", before)
    if by and (who := _person(said, by["it"])):
        return who, *_owner_and_post(said, match["what"] or "")
    if match["after"]:
        return _person(said, re.sub(r"(?:先生|女士|博士|教授)$", "", match["before"])), "", ""
    held = TAIL.sub("", _adverbs.sub("", TAIL.sub("", before)))
    held = re.sub(r"(?:先生|女士|博士|教授|本人)?的?$", "", held)
    who = _person(said, held, alone=bool(match["takes"] or match["joins"]))
    where = re.search(r"从(?P<it>[^，]{2,16})$", TAIL.sub("", before))
    if match["takes"]:
        what, of_whom, person = match["what"].rpartition("的")
        if not who and of_whom and (found := _person(said, re.sub("(?:教授|博士|先生|女士).*$", "", person), alone=True)):
            return found, *_owner_and_post(said, what)
        of, post = _owner_and_post(said, match["what"])
        if who and match["takes"] in ("兼任", "转任", "改任", "升任", "晋升"):
            of = of or _owner_and_post(said, held.removesuffix(who))[0]
        return who, of, post
    if match["joins"]:
        return who, "" if re.match("公司|该公司", match["of"]) else bare(match["of"]), ""
    of, post = _owner_and_post(said, match["held"] or "")
    owner, other = _owner_and_post(said, held.removesuffix(who)) if who else ("", "")
    left = bare(match["held"]) if match["leaves"] in ("离开", "退出") and not post else bare(where["it"]) if where else ""
    left = left if INSTITUTION.search(left) or left in said.text.replace(said.sentence, "") else ""
    return who, of or owner or left, post or other


_tells = re.compile(
    rf"{AT}(?P<it>[^{MARKS}]{{2,20}}?)(?:今日|昨日|近日|日前|周[一二三四五六日]|\d{{1,2}}月\d{{1,2}}日|晚间?)*(?:宣布|公告称?|发布公告称?)，"
)


def _employer(said: Said, rows: Mapping[str, object]) -> str:
    """The one institution among those who act, or the one that the article is about."""
    others = [name for name in said.actors if name not in rows and not _is_person(name)]
    if teller := next((name for one in _tells.finditer(said.sentence) for name in names(one["it"], said.text, tells=True)), ""):
        return teller
    name = others[0] if len(others) == 1 and is_sure(others[0], said.text) else main_name(said.title, said.text)
    if re.search(r"[上中里]$|\d|员工", name):
        return ""
    is_known = INSTITUTION.search(name) or name in said.title or said.text.count(name) > 1
    return name if is_known and not any(name in one or one in name for one in rows) else ""


_STAKE_ZH = r"(?:全部|剩余|合计)?\d[\d.]*%的?(?:股权|股份)|(?:控股权|全部股权|全部股份|多数股权|少数股权)"
_BUYS_ZH = re.compile(
    rf"(?:以[^，。]{{1,24}}|通过[^，。]{{1,14}}|全资)?(?P<a>)(?:收购|并购|买下|(?:受让|购入|买入|取得|拿下)(?=[^{MARKS}]{{2,40}}(?:股权|股份)))(?:了)?(?P<b>[^{MARKS}]{{2,60}})"
)
_BOUGHT_ZH = re.compile(
    rf"{AT}(?P<b>[^{MARKS}】]{{2,30}}?)(?:近日|日前|今日|正式|已|将|拟)*被(?P<a>[^，。；]{{2,20}}?)(?:以[^，。]{{2,20}})?(?:收购|并购|买下)"
)
_TAKING_ZH = re.compile(rf"{AT}(?P<a>[^{MARKS}】]{{0,30}}?)对(?P<b>[^{MARKS}】]{{2,30}}?)的(?:全资|控股)?(?:收购|并购)")
_RULED_DEAL_ZH = re.compile(
    rf"(?:批准|禁止|叫停|否决|阻止)(?P<a>[^{MARKS}】]{{2,24}}?)(?:以[^，。]{{2,16}})?(?:收购|并购|入股)(?P<b>[^{MARKS}]{{2,40}})"
)
_SOLD_ZH = re.compile(
    rf"(?:[将把](?:其)?所?|所)持(?:有)?的?(?P<b>[^，。；]{{2,24}}?)的?(?P<what>{_STAKE_ZH})(?:转让|出售|卖)给(?P<a>[^，。；]{{2,20}})"
    rf"|与(?P<buyer>[^，。；]{{2,24}}?)签[署订][^，。]{{0,8}}协议，拟?(?:协议)?转让(?:其)?所?持(?:有)?的?(?P<of>[^，。；]{{0,24}}?)的?(?P<part>{_STAKE_ZH})"
    r"|[将把](?:其|旗下的?)?(?P<thing>[^，。；]{2,30}?)(?:整体)?(?:出售|转让|卖)(?:了)?给(?:了)?(?P<by>[^，。；]{2,20})"
)
_OFFERED_ZH = re.compile(
    rf"{AT}(?P<who>[^{MARKS}】]{{2,30}}?)(?P<stage>(?:被曝|据悉|据传|已|正)+[^，。]{{0,14}}(?:洽谈|寻求|考虑)(?:整体|被)?(?:出售|收购|卖身))"
)


def acquisition_zh(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    if offered := _OFFERED_ZH.search(sentence):
        who = _sure(said.text, offered["who"])
        return said.filled(actors=who, object=who, stage=offered["stage"])
    match = next((one for pattern in _DEALS_ZH if (one := pattern.search(sentence))), None)
    if match is None or re.search(
        r"本次收购|此次收购|收购案|传闻|否认|曾(?:经)?收购|去年|前年|不存在|终止", sentence[: match.end()]
    ):
        return {}
    groups = match.groupdict()
    words = match["b"] or groups.get("thing") or groups.get("of") or ""
    stake = re.search(_STAKE_ZH, groups.get("what") or groups.get("part") or words)
    bought = bare(re.sub(rf"^(?:其)?所?持(?:有)?的?|(?:持有)?的?(?:{_STAKE_ZH}|股权|股份|部分股权).*$", "", words))
    if re.match("[这该]", words) and (holders := re.search(r"与(?P<it>[^，。]{2,20}?)的?(?:全体|原)?股东", sentence)):
        bought = holders["it"]
    bought = next(iter(names(bought, said.text)), "")
    told_buyer = TAIL.sub(
        "",
        re.sub("(?:完成|宣布|启动|终止)+$", "", (match["a"] or groups.get("by") or groups.get("buyer") or "").removeprefix("已")),
    )
    buyer = _sure(said.text, told_buyer) if len(told_buyer) > 1 else _who(said, match.start())
    if not (bought or (buyer and stake)):
        return {}
    parties = [name for name in (buyer, bought) if name]
    priced = (one for one in said.below() if re.search("总代价|交易|对价|作价|总价|收购价|金额", one))
    return said.filled(
        actors=joined(parties, sentence),
        object=stake[0] if stake else bought,
        amount=told.amount_of((sentence, said.title, *priced), _MONEY_ZH, "估值|市值|营收|收入|净利|注册资本|每股"),
        stage=told.surest(told.STAGE_DEAL, sentence) or told.surest(told.STAGE_DEAL, *said.behind),
    )


_DEALS_ZH = (_SOLD_ZH, _RULED_DEAL_ZH, _TAKING_ZH, _BOUGHT_ZH, _BUYS_ZH)


# --- who takes part


def partners(said: Said) -> list[str]:
    """Those who take part in what a sentence tells, besides its subject."""
    found: list[str] = []
    investors = investors_of((said.sentence,)) if _RAISES_ZH.search(said.sentence) or "投资" in said.sentence else None
    for one in (partnership_zh(said).get("actors"), acquisition_zh(said).get("actors"), investors):
        found += one.value.split("、") if one else []
    is_former = re.search(r"[前原][^，]{2,16}(?:离职|辞职|离开)", said.sentence)
    columns = ("actors",) if is_former else ("actors", "object")
    found += [row[name].value for row in people_zh(said) for name in columns if name in row]
    for match in _toward.finditer(said.sentence):
        for phrase in filter(None, match.groups()):
            found += names(phrase, said.text)
    return list(dict.fromkeys(found))


_toward = re.compile(
    r"由(?P<a>[^，。]{3,60}?)(?:等)?(?:共同|联合|分别|合资|联手)?(?:持股|出资|设立|发起|组建|建设|承办|中标|负责|投资建设|接任|研发|提供)"
    r"|将(?P<b>[^，。]{2,60}?)(?:等[^，]{1,4})?列为被告|(?:被告|约谈|起诉|应对|联手|携手)(?P<c>[^，。的]{2,40}?)(?=侵害|应|合并|$|，|。|的|赔偿|与)"
    r"|(?:^|，)(?P<whom>[^，。的]{2,14}?)[被遭](?P<d>[^，。的]{2,16}?)(?=以|收购|并购|约谈|处罚|罚|起诉|叫停|调查|买下|裁定)"
    r"|对(?P<e>[^，。的]{2,24}?)(?=作出|处以|开出|罚款|立案|展开|启动|提起|下达)|向(?P<f>[^，。的]{2,24}?)(?<!法院)(?=供货|供应|交付|提供|发出|发放|开放|采购|提起|索赔|支付|授予)"
    r"|(?:选用|采用|选定|引入|批准|允许)(?:了)?(?P<g>[^，。的]{2,30}?)的"
    r"|(?:^|，)(?:AI|人工智能)?[^，。]{0,6}公司(?P<h>[A-Z][A-Za-z ]{2,20})|涉及(?P<i>[^，。]{2,60})(?=。)"
    rf"|(?:院士|教授|博士|先生|女士|创始人|开拓者)(?P<k>[{HAN}·]{{2,6}}?)(?=(?:，[^。]{{0,30}})?(?:逝世|去世|病逝))"
    r"|与(?P<j>[^，。的]{2,30}?)(?=签署|签订|签约|达成|成立|共同|联合|合作|探讨|合并|洽谈|签下)"
)


READ: Mapping[str, told.Reader] = {
    "funding": funding_zh,
    "release": release_zh,
    "policy": policy_zh,
    "chip": chip_zh,
    "partnership": partnership_zh,
    "people": people_zh,
    "acquisition": acquisition_zh,
}
