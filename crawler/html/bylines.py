"""People's names from what stands around an article: 新华社…电（记者邹伟）, 本报记者 王乐文 方 敏, 文/栗思, By Jane Doe and John Roe.

A Chinese name is told by its surname, so that 记者从现场获悉 names nobody. Editors, photographers, commenters, buttons and sites are no authors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crawler.html.date_text import undated
from crawler.text import DOUBLE_SURNAMES, HAN, SURNAMES, is_han, normal, simplified

_COMMON = frozenset(SURNAMES[:150])
_NAME = rf"(?:(?:{DOUBLE_SURNAMES})[{HAN}]{{1,2}}|[{SURNAMES}](?:[{HAN}]{{1,2}}| [{HAN}]))"
_PEN = rf"[{HAN}A-Za-z0-9_·]{{2,8}}"  # a pen name
_JOINT = r"\s*[、，,;；/和&×•▪]\s*|\s+(?:·\s+)?"
_NAMES = rf"{_NAME}(?:(?:{_JOINT}){_NAME}){{0,7}}"
_ANY = rf"[{HAN}]{{2,4}}(?:·[{HAN}]{{2,6}})*"  # a name where only names stand: of peoples without these surnames, too
_END = (
    rf"(?=\s*(?:$|[)）】〕\]|｜丨/／，,。；;：:（(]|(?:(?:[{HAN}]{{2,4}}\s?){{1,2}})?报道|电\b|发自|[{HAN}]{{0,2}}编辑|责编|来源|整理|整合|综合|点击|浏览|阅读|发布|时间|日期|审[核稿]"
    r"|通讯员|文\s*/?\s*[图摄]|\d)|\s+(?:实习|见习|摄影))"
)
_LABEL = r"\s*[:：/／丨|｜]"
_TITLE = r"(?:研究员|教授|院长|主任|部长|所长|校长|秘书长|博士|作家|评论员|撰稿人|记者|作者|编辑|律师|学者|分析师)"
_ROLE = rf"(?:首席|高级|资深|特约|见习|实习|驻[{HAN}]{{2,6}}|全媒体|财经|科技|融媒体)*"
_HOUSE = rf"[{HAN}]{{0,10}}(?:部|处|科|室|院|系|所|中心|委|局|办|站|队|公司)[\s/]+"  # whose member an author is
_zh = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:(?:记者|撰稿人?|采写|撰文|主笔|执笔)(?:{_LABEL})?|作者(?:{_LABEL}|(?=\s)))\s*({_NAMES}){_END}",
        rf"(?:采写|撰文|撰稿|作者|执笔|供稿|整理|文字?){_LABEL}\s*(?:[^\s:：]{{0,12}}?{_ROLE}(?:记者|作者|撰稿)|{_HOUSE})?\s*({_NAMES}){_END}",
        rf"(?:文/图|图/文)\s*({_NAMES}){_END}",
        rf"[（(]\s*((?!图|网){_ANY}(?:(?:{_JOINT}){_ANY}){{0,3}}?)\s*(?:文\s*/?\s*图|图\s*/?\s*文|/?\s*文)\s*[)）]",
        rf"^({_NAME})\s*/\s*[{HAN}]{{2,10}}(?:报|社|网|台|新闻|周刊)$",
        rf"作者\s*[:：][^:：\n]{{0,60}}{_TITLE}\s*({_NAME})\s*(?=[)）]|$)",
        rf"\d日[^，。]{{0,6}}电\s*[（(]\s*({_NAMES})\s*[)）]",
        rf"[（(【](?<![^讯电\s].)\s*(?:本[报刊网台社]|(?!据)[{HAN}]{{2,6}}(?:报|网|台))?{_ROLE}记者\s*[:：]?\s*((?!手记|观察|调查|提问|注[意)）】]|述评|评论|现场|获悉|从){_ANY}(?:(?:{_JOINT}){_ANY}){{0,7}}?)(?<!报道)(?=\s*(?:报道)?(?:[)）】]|通讯员|实习|摄影))",
        rf"^([{HAN}]{{2,4}}(?:\s+[{HAN}]{{2,4}}){{0,3}})\s+发自\s",
        rf"^[□■◆]\s*({_NAMES})$",
    )
)
_ROLES = re.compile(
    r"注册|登录|密码|责任|编辑|责编|文章|最新|更多|查看|全部|粉丝|来源|发布|时间|阅读|评论|原创|作者|摄影|记者|\d{4}"
)
_correspondents = re.compile(rf"通讯员(?:{_LABEL})?\s*({_NAMES})(?=\s|$|[)）、，,。|])")
_quoted = re.compile(r"据[^，。；]{0,14}$")  # 据江湾电视台记者王五报道: another paper's
NEXT = 12  # characters between the names of one byline: 记者 张三 见习记者 李四
_photo = re.compile(r"\s*/?\s*(?:供图|摄(?!影\s*[:：]|影报道)|图\b(?!\s*/\s*文)|制图|视频)")
_split = re.compile(rf"(?:{_JOINT})(?=[^\s]{{2}})")
# Words beside a date that begin like a name.
_WORDS = frozenset(
    "金融 高清 江苏 安徽 云南 江西 石油 石化 白银 黄金 时政 时间 时尚 国际 国内 国家 国资 方正 安全 安防 "
    "汤姆 水利 华为 华夏 万科 金山 金属 马来 雷达 沙特 项目 游戏 广告 经济 经营 文化 文章 文字 文库 原创 "
    "农业 农村 应用 应急 明星 明天 关于 关注 关闭 党建 党群 成都 常州 常德 温州 苏州 杭州 郑州 徐州 海南 "
    "海外 海关 台州 梅州 乐山 房产 车讯 车市 牛市 米兰 商业 商务 路透 龙虎 龙头 毛利 权威 景点 古镇 古玩 "
    "童书 连载 连线 符号 容器 钱包 钟表 强国 简介 简体 简讯 双语 尚品 舒适 柳州 相关 相册 单位 甘肃 宁夏 韩国 武汉 "
    "武威 沈阳 唐山 黄山 黄石 黄冈 江门 安阳 安庆 安康 安顺 龙岩 白山 白城 金华 贺州 邢台 许昌 邵阳 岳阳".split()
)
_editor = re.compile(rf"(?:编辑|责编|校对|审核|监制|编审)\s*[:：/丨|]?\s*({_NAMES})")
_zh_name = re.compile(rf"(?:{_NAME}|[{HAN}]{{1,5}}·[{HAN}·]{{1,12}})$")
_labelled = re.compile(r"(?:^|[\s|])作者\s*[:：]\s*([A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3}|[^\s:：|（）()]{2,12})(?=$|[\s|])")
_pens = re.compile(
    rf"(?:^|[|｜\s])[（(]?(?:执笔|撰文|撰稿|采写|作者|文字?)(?:\s*[:：/丨|｜]\s*|\s+)((?:{_PEN}[、，,&\s]{{1,3}}){{0,5}}{_PEN})(?=\s*(?:$|[|｜)）]|编辑|来源|责编|摄影|图|排版|校对))"
)
_by = re.compile(
    r"(?:^|\||·|•|\barticle\s)\s*(?:(?:(?:written|words|text|story|analysis|opinion|review|interview|commentary|report(?:ed|ing)?|submitted|published"
    r"|(?:this entry was )?(?:posted|filed)(?: (?:in|under) [^|]{1,80}?)?)\s+)?by(?:\s+by\b)?"
    r"|par|por|von|di|door|av|af|przez|autore?a?|auteur|escrito por|tekst|(?:un )?texte? (?:de|von)"
    r"|author|(?:story|words|text|reporter|contributor|byline|from)(?=\s?:|\s[A-Z][\w.'’-]+ [A-Z][\w'’-]+ in [A-Z]))(?:[:\s]+|(?<=by)(?-i:(?=[A-Z])))(.{3,120}?)"
    r"(?=$|\s*[|·•—]|\.\s+(?:photo|illustration|video|additional|edited|bookmark)|\s+(?:article|published|posted|updated)\b|\s+[io]n\s|\s+at\s+\d|\s+(?:on\s+|in\s+)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s\d|\s+\d)",
    re.I,
)
_trade = re.compile(r"([^,]{5,40}),\s(?:[A-Z&]?[\w& -]{0,30}\s)?(?:correspondent|reporter|writer|columnist|staff)\b", re.I)
_dated = re.compile(  # Jane Doe 23rd February, 6.45am
    r"([A-ZÀ-Ý][^\d,|]{4,40}?)[\s|,·•–-]+(?:(?:\d{1,2}(?:st|nd|rd|th)?\s+)?(?:January|February|March|April|May|June|July|August|September|October|November|December)\b)(?=.{0,14}\d)"
)
_paper = re.compile(rf"([{HAN}]{{2,8}}(?:报|网|社|台|周刊|新闻|客户端)){_ROLE}记者\s*{_NAMES}{_END}")
_capital = r"[A-ZÀ-ÝĀ-Ž][\w'’.-]*"
_en_split = re.compile(
    rf"\s*(?:,|;|\||\b(?:and|et|und|og|och|with|avec|mit)\b|&|[()])\s*|\s+(?:y|e|en|i)\s+(?={_capital}\s+{_capital})"
)
_en_name = re.compile(
    rf"{_capital}(?:\s+(?:(?:de|da|del|do|dos|das|van|von|zu|ter|der|den|la|le|bin|al|el|di|du|st)\s+)*{_capital}){{1,4}}$"
)
_no_name = re.compile(
    r"https?:|@|\d{3}|[()（）]|^(?:未知|匿名|本站|原创|佚名|管理员|admin|editor|name|null|none|undefined)$|编辑"
    r"|返回|目[录錄]|字[级級号號体體]|列印|打印|放大|[缩縮]小|[:：]$",
    re.I,
)
_no_person = re.compile(
    r"https?:|@|\d|[()（）_]|[:：]$|网$|报$|社$|台$|刊$|讯$|频道|新闻|日报|编辑|作者|未知|匿名|本站|原创|佚名|管理员|官方|搜狐|网易|admin|editor|staff\b|team|writer|correspondent|desk\b|reporters?$|"
    r"redac|rédac|redak|redaz|redaç|agenci|\b(?:university|institute)\b|news(?!om|ham)|presse?\b|agency|media|online|magazine|contributors?|guest\b|anonymous|wire|tribune|times|\bthe\b|\bby\b"
    r"|\b(?:engineer|manager|director|officer|executive|analyst|scientist|researcher|developer|founder|professor|strategist|economist|president)s?\b",
    re.I,
)


def chinese(texts: Iterable[str]) -> list[str]:
    """The authors that the first telling line names. Photo credits (记者 张三 摄) are none."""
    for text in texts:
        written = text[-300:] if len(text) > 600 else text[:300]
        shown = simplified(written)
        for pattern in _zh:
            found: list[str] = []
            end = 0
            for match in pattern.finditer(shown):
                others = _photo.match(shown, match.end(1)) or _quoted.search(shown, 0, match.start())
                if others or (found and match.start() > end + NEXT):
                    continue
                end = match.end()
                names = [name.replace(" ", "") for name in _split.split(_closed(written[match.start(1) : match.end(1)])) if name]
                names = [
                    name for at, name in enumerate(names) if name[2:] not in ("部", "处") and (at == 0 or name not in _WORDS)
                ]
                found += names[:-1] if len(names) > 1 and shown.startswith("报道", end) else names  # 张三 江湾报道: a place
            if found:
                return found
    return []


def _closed(names: str) -> str:
    """方 敏 is one name: a blank inside a name goes, one between names stays."""
    return re.sub(rf"(?:(?<=^)|(?<=[\s、，,/和&]))([{HAN}]) ([{HAN}])(?=$|[\s、，,/和&])", r"\1\2", names)


def editors(texts: Iterable[str]) -> set[str]:
    """The editors named in these lines."""
    found = ((text, match) for text in texts for match in _editor.finditer(simplified(text)))
    return {name for text, match in found for name in _split.split(_closed(text[match.start(1) : match.end(1)])) if name}


def labelled(texts: Iterable[str]) -> list[str]:
    """What stands behind a bare 作者： even when it is no person's name."""
    return next(([match[1]] for text in texts if (match := _labelled.search(text))), [])


def correspondents(texts: Iterable[str]) -> list[str]:
    """The 通讯员 of a line; they are the authors where nobody else is."""
    found = ((text, _correspondents.search(simplified(text[:300]))) for text in texts)
    named = (match[1] for text, match in found if match and not _photo.match(text, match.end(1)))
    return next((_split.split(_closed(names)) for names in named), [])


def labelled_names(texts: Iterable[str]) -> list[str]:
    """The pen names behind a label, several of them and without a colon, too: 执笔/叨叨姐、胡一笔&李小飞镖, 作者 魏知秋."""
    for text in texts:
        if len(text) < 120 and (match := _pens.search(text)):
            return [name for name in re.split(r"[、，,&\s]+", match[1]) if name and not _ROLES.search(name)]
    return []


def english(texts: Iterable[str]) -> list[str]:
    """The people of a line such as "By Jane Doe, John Roe and Ann Poe, Science Editor", "Jane Doe, science correspondent", "Jane Doe
    @jane", or of two: the name, and below it what she is."""
    above = ""
    for text in texts:
        if len(text) < 300:
            plain = _address.sub(" ", text).strip(" ,") if "@" in text or " at " in text else text.strip()
            match = _by.search(plain) or _by.search(undated(plain)) or _trade.match(plain)
            if not match and (dated := _dated.match(plain)) and is_bare_english(dated[1]):
                match = dated
            said = _beside.sub("", match[1]) if match else ""
            names = [name for name in _en_split.split(said) if is_person(name)]
            if not names and (plain != text or _post.fullmatch(text)):
                names = [name for name in (above if plain == text else plain,) if is_bare_english(name)]
            if names:
                return names
        above = text
    return []


_address = re.compile(r"\s*[<(]?\s?(?:[\w.+-]+)?@[\w.-]+\s?[>)]?|(?<=\w)\s+<?[\w.+-]+ at [\w-]*[a-z][\w-]*\.[a-z][\w.-]+>?")
_post = re.compile(r"(?:[\w&'’-]+ ){0,4}(?:correspondent|reporter|writer|columnist|contributor|editor)", re.I)
_beside = re.compile(r"\s*\((?!(?:with|avec|mit)\b)[^()]*\)?")  # Jane Doe (The Quay Post)
_signed = re.compile(
    r"(?:(?:—|–|--?)\s*(?P<dash>[^.]{5,40})$|(?P<name>[A-ZÀ-Ý][^,.]{4,40}?),? (?:is (?:a|an|the) [^.]{0,60}\b"
    r"(?:reporter|writer|correspondent|columnist|journalist|contributor)\b|(?:covers|writes about|reports on|writes for) ))"
)


def signed(texts: Iterable[str]) -> list[str]:
    """Who signs at an English text's foot: "— Jane Doe", "Jane Doe is a reporter at …", and the name below "About the author"."""
    above = ""
    for text in texts:
        match = _signed.match(text)
        name = (match["dash"] or match["name"]) if match else text if _about.fullmatch(above) else ""
        if name and is_bare_english(name):
            return [name]
        above = text
    return []


_about = re.compile(r"\W*(?:about|meet) the (?:author|writer|reporter)\W*", re.I)
_day_or_place = re.compile("[周星][一二三四五六日末期]|..[省市县区州镇]$")


def is_bare(word: str) -> bool:
    """True for a word alone that is more likely a person's name than a publisher's or a place's."""
    word = normal(word)
    may_be = len(word) in (2, 3) and word[0] in _COMMON and word not in _WORDS
    return may_be and not _day_or_place.match(word) and _zh_name.match(word) is not None


def paper(texts: Iterable[str]) -> str | None:
    """The publisher that a byline names: 扬子晚报记者 张楠."""
    found = (match[1] for text in texts if len(text) < 60 and (match := _paper.search(text)))
    return next(found, "").removeprefix("本报") or None


def is_name(name: str) -> bool:
    """True for what can be an author's name where the page says it is one: no address, button or placeholder."""
    return 2 <= len(name) <= 60 and _no_name.search(name) is None


_house = re.compile(r"(?:网|报|報|社|台|财经|財經|新闻|新聞|版|周刊|杂志|频道|科技|在线|资讯|研究院|大学|公司|政府|委员会)$")
_section = re.compile(
    r"\b(?:east|west|north|south|new|real|estate|business|world|local|latest|breaking|top|story|stories|sports?|politics|opinion|health|science"
    r"|tech|technology|culture|travel|life|style|money|markets?|photos?|video|getty|images?|read|share|print|save|comments?|follow|min|updated"
    r"|published|posted|release|city|county|university|institute|department|office|group|inc|ltd|company|council|government|policy|public|view|all|see"
    r"|am|pm|standard|daylight|time|est|edt|pst|pdt|gmt|utc|bst|cet|newsroom|edition|today|home|page|issue|vol|part|series|review|analysis|feature|features|interview|exclusive|live|the|and|of|for|in)\b",
    re.I,
)


def is_account(name: str) -> bool:
    """True for what a person or an account may be called on a platform: no button, date or sentence."""
    others = (pattern.search(name) for pattern in (_no_person, _ROLES, _house))
    return 2 <= len(name) <= 12 and name not in _WORDS and not any(others)


def is_bare_english(name: str) -> bool:
    """True for a cell of a bar that is a person's name, not a section or a place."""
    return is_person(name) and not is_han(name.strip()[0]) and _section.search(name) is None


def is_person(name: str) -> bool:
    """True for what looks like a person's name in either script."""
    name = name.strip()
    if _no_person.search(name) or not 2 <= len(name) <= 60:
        return False
    if not is_han(name[0]):
        return _en_name.match(name) is not None
    return _zh_name.match(name) is not None or _zh_name.match(normal(name)) is not None  # of traditional characters


def is_called(name: str) -> bool:
    """True for what a page can call a person where it names its authors: a name, or a pen name."""
    return is_person(name) or (is_han(name[0]) and is_account(name))


_company = re.compile(r"(?i)\b(?:llc|llp|inc|ltd|limited|gmbh|corp|corporation|plc|co|ag|s\.?a)\.?$")


def is_company(name: str) -> bool:
    """True for a name that ends with the form of a company."""
    return _company.search(name) is not None


def houses(author: object) -> list[str]:
    """The organisations in a JSON-LD author."""
    several = author if isinstance(author, list) else [author]
    names = (one.get("name") for one in several[:20] if isinstance(one, dict) and "Organization" in str(one.get("@type")))
    return [name for name in names if isinstance(name, str)]


def told(author: object, known: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """The names in a JSON-LD author: a string, an object, the id of one that is `known`, or a list of them; organisations are none."""
    if isinstance(author, list) and depth < 3:
        for one in author[:20]:
            yield from told(one, known, depth + 1)
    elif isinstance(author, dict):
        if "name" not in author and isinstance(name := known.get(str(author.get("@id")), {}).get("name"), str):
            yield from filter(is_person, [name])
        elif "Organization" not in str(author.get("@type")):
            yield from told(author.get("name"), known, depth + 1)
    elif isinstance(author, str):
        names = (_en_split if author.isascii() else _split).split(author)
        yield from names if author.isascii() or all(map(is_person, names)) else [author]
