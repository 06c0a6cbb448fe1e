"""What Taiwan and Hong Kong write otherwise where simplified Chinese has one character, and a character for a character leads elsewhere:
the 了 of 了解 is 瞭, that of 发布了 is not. The normal form leaves these apart, so a term is looked for in both spellings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from crawler.text import normal

_PAIRS = (
    "借/藉 卫/衞 叙/敍 妆/粧 痹/痺 钟/锺 你/妳 它/牠 了解/瞭解 了然/瞭然 明了/明瞭 了如指掌/瞭如指掌"
    " 答复/答覆 回复/回覆 反复/反覆 重复/重覆 函复/函覆 仿佛/彷彿 苏醒/甦醒 复苏/復甦 计划/計畫 策划/策畫"
    " 规划/規畫 企划/企畫 筹划/籌畫 想象/想像 坐标/座標 柜台/櫃枱 什么/甚麼 下沉/下沈 深沉/深沈 低沉/低沈"
    " 沉没/沈沒 沉浸/沈浸 沉淀/沈澱 沉积/沈積 沉睡/沈睡 沉迷/沈迷 沉船/沈船 沉重/沈重 项链/項鍊 拉链/拉鍊"
    " 手链/手鍊 锁链/鎖鍊 英里/英哩 海里/海哩"
)
# Taiwan writes 著 for each 着; where it is the 著 of writing and of what stands out, no 着 is meant. In 享有著作权 nobody means 有着.
_zhe = re.compile("(?<!有)着")
_as_zhe = re.compile("著(?!(?<=[专名原论巨编合遗译土卓显昭拙撰新旧所]著)|[名作称者述录书文有])")
MOST = 4  # words of one term that are written otherwise: each doubles the ways


def spellings(form: str) -> Iterator[str]:
    """The other ways to write a term that is in its normal form."""
    pairs, known = _known()
    forms = [form]
    for word in list(dict.fromkeys(known.findall(form)))[:MOST]:
        forms += [one.replace(word, pairs[word]) for one in forms]
    for one in forms:
        yield from (one, _zhe.sub("著", one), _as_zhe.sub("着", one))


@cache
def _known() -> tuple[dict[str, str], re.Pattern[str]]:
    """Each word with its other spelling, and what finds one."""
    pairs = dict(pair.split("/") for pair in normal(_PAIRS.replace(" ", "\n")).split("\n"))
    pairs |= {other: word for word, other in pairs.items()}
    return pairs, re.compile("|".join(pairs))
