"""The normal form in which terms meet text, and the way back to the original.

    ＯｐｅｎＡＩ → openai        width and case (NFKC, casefold)
    GPT‑5, GPT_5, GPT  5 → gpt 5    every hyphen, underscore, middle dot and run of blanks is one blank
    café → cafe                 Latin letters without their accents
    大語言模型 → 大语言模型      traditional → simplified, character by character
    OpenAI 发布 → openai发布    a blank beside Han is typography, not a word
    Chat\\u200bGPT™ → chatgpt    what has no width, and trade marks, are not there

A Latin term matches whole words. Han (and kana, Hangul, Thai …, which are not written word by word either) on either side is a
word's end. A version number continues its word: ``gpt 5`` ends neither in ``gpt 5.4`` nor in ``gpt 50``, but it does before
``gpt 5 mini`` and at the end of a sentence. Line breaks are kept: no phrase crosses a paragraph.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby, islice

import opencc

_HYPHENS = "-_\u2010\u2011\u2012\u2013\u2043\u2212\ufe63\uff0d\u00ad"
_DOTS = "·•・‧∙⋅･"  # the dot in 萨姆·奥特曼 is typed in seven ways, as a hyphen, or not at all
_QUOTES = {"’": "'", "‘": "'", "ʼ": "'", "＇": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})  # no accents to Unicode
_MARKS = "™®©℠"  # NFKC would make ChatGPT™ the word chatgpttm
_LINE = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_KEPT = "，"  # an ASCII comma may stand inside a number (5,000); the full-width one never does
# Han characters, as the inside of a character class: `re.compile(f"[{HAN}]+")`. The one list of them.
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af々〇"
CJK = HAN + "\u3040-\u30ff\uac00-\ud7af"  # … with kana and Hangul
# Chinese surnames, the commonest first, written from general knowledge; those of two characters below.
# Left out are those that begin an everyday word after 记者: 从 在 向 对 都 和.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯"
    "邹熊孟秦白江阎闫薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁"
    "尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏"
    "席卫米柏宗瞿桂佟应臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘闻厉"
    "伊仝区郜海阚花权帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平索宣晋相初门云容敬扈晁芮普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况宿鲜印逯隆茹诺战慕"
    "危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干尉冶斯元束檀衣阴昝智幸奉植衡富尧闭"
)
DOUBLE_SURNAMES = "欧阳|上官|皇甫|令狐|诸葛|司徒|司马|申屠|夏侯|贺兰|完颜|慕容|尉迟|长孙|宇文|东方|南宫|独孤"
PERSON = rf"(?:(?:{DOUBLE_SURNAMES})[{HAN}]{{1,2}}|[{SURNAMES}][{HAN}]{{1,2}})"  # a surname and what may be a given name
# Han, Hangul jamo, Thai to Myanmar, Khmer, kana, Hangul: scripts in which a blank does not part words, or particles stick to them.
_UNSPACED = HAN + "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\uac00-\ud7af"

_han = re.compile(f"[{HAN}]")
_word = re.compile(f"[^\\W_{_UNSPACED}]")
_words = re.compile(f"[^\\W_{_UNSPACED}]+|[{_UNSPACED}]")
_runs = re.compile(f"([{_UNSPACED}]+)|([^\\W_{_UNSPACED}]+)")
# A run with a line break is one line break; blanks beside Han are nothing (the group says so); other blanks are one. Each way begins
# with a character, not with a repeat, so that the engine skips to it.
_squeeze = re.compile(f"\\n[ \\n]+|  *\\n[ \\n]*| (?:(?<=[{HAN}] ) *()(?![ \\n])| *()(?=[{HAN}])| +(?!\\n))")
_MARKED = "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u093c\u1160-\u11ff\u3099\u309a\uff9e\uff9f"
_GONE = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
_quote = re.compile(f'["“”「」『』](?:(?<=[\\w+＋]["“”「」『』])(?=[{HAN}])|(?<=[{HAN}]["“”「」『』])(?=\\w))')
_accents = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_joins = re.compile(f"(?:[{_GONE}]*[{_MARKED}])*")
_marked = re.compile(f"[{_MARKED}]")
_gone = re.compile(f"[{_GONE}]")
_in_number = re.compile(r"\d(?:\.\d|,\d{3}(?!\d))")
_cluster = re.compile(f"(?s).[{_MARKED}{_GONE}]*")


@lru_cache(maxsize=4096)
def is_han(ch: str) -> bool:
    """True for one Han character (not kana, not punctuation)."""
    return _han.match(ch) is not None


def has_han(text: str) -> bool:
    """True when a Han character stands in the text."""
    return _han.search(text) is not None


@lru_cache(maxsize=4096)
def is_word(ch: str) -> bool:
    """True for a character of words that are parted by blanks: letters and digits, but none of a script like Han."""
    return _word.match(ch) is not None


def words(text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[int]:
    """Where the words of a text begin, from `start` to before `end`; in a script without blanks each character is one."""
    if 0 < start < len(text) and is_word(text[start - 1]) and (rest := _words.match(text, start)) and is_word(text[start]):
        start = rest.end()  # it began before
    return (match.start() for match in _words.finditer(text, start, end))


def count_words(text: str, start: int, end: int, most: int) -> int:
    """How many words begin there; of more than `most` one more."""
    return sum(1 for _ in islice(words(text, start, end), most + 1))


def places(needle: str, text: str) -> Iterator[int]:
    """Where a needle stands in a text, also within another one."""
    at = text.find(needle)
    while at >= 0:
        yield at
        at = text.find(needle, at + 1)


def whole_places(words: str, text: str) -> Iterator[int]:
    """Where words stands in a text, no part of longer ones: what the pattern \\bwords\\b finds, which would be compiled for each name anew."""
    for at in places(words, text):
        if _parts(text[at - 1 : at] + words[:1]) and _parts(words[-1:] + text[at + len(words) : at + len(words) + 1]):
            yield at


def _parts(pair: str) -> bool:
    """True where a word may begin or end between two characters (or at the text's end, with one)."""
    first, last = (one == "_" or one.isalnum() for one in (pair[:1], pair[1:]))
    return first != last


def runs(text: str) -> list[tuple[str, str]]:
    """The text without blanks and marks: (a run of a script without blanks, "") or ("", a word), in order."""
    return _runs.findall(text)


@cache
def _simplified() -> dict[int, str]:
    """Traditional → simplified, one character to one. OpenCC's own table (t2s); a line a character so that no phrase applies."""
    han = [chr(code) for code in range(0x3400, 0xA000)]
    lines = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    return {ord(old): new for old, new in zip(han, lines, strict=True) if old != new and len(new) == 1}


_traditional = re.compile(
    "[個們這來為說時會對國學後經過還樣開關於與產發動長問點電車東書讓頭實報導記責編輯閱讀轉載聲圖攝採寫訊剛週鐘]"
)


def simplified(text: str) -> str:
    """The text in simplified characters, one for one; as it is when its beginning holds none of the commonest traditional ones."""
    return text.translate(_simplified()) if _traditional.search(text, 0, 40) else text


def _kind(ch: str) -> str:  # of thousands, which `is_word` would keep
    return "" if not _words.match(ch) else "word" if _word.match(ch) else "unspaced"


class _Table(dict[int, str]):
    """Code point → its normal form, found when it is first met.

    `odd` are those that do not stay one character; `again` those whose form has characters with another form; `uneven` those whose
    form is not the same words.
    """

    def __init__(self) -> None:
        super().__init__()
        self.odd: set[str] = set()
        self.marks: set[str] = set()
        self.again: set[str] = set()
        self.uneven: set[str] = set()

    def __missing__(self, code: int) -> str:
        ch = chr(code)
        self[code] = form = _form(ch)
        if len(form) != 1:
            self.odd.add(ch)
        if "\u1160" <= ch <= "\u11ff" or any(unicodedata.combining(part) for part in unicodedata.normalize("NFKC", ch)):
            self.marks.add(ch)
            self.odd.add(ch)
        if form != ch and any(_form(part) != part for part in form):  # asked of the table, it would keep all of them
            self.again.add(ch)
        if {_kind(part) for part in form} != {_kind(ch)} or (_kind(ch) == "unspaced" and len(form) > 1):
            self.uneven.add(ch)
        return form


def _form(ch: str) -> str:
    """The normal form of one character, or of one with its combining marks."""
    if ch in _KEPT:
        return ch
    if ch in _LINE:
        return "\n"
    if ch in _HYPHENS or ch in _DOTS or ch.isspace():
        return " " if ch != "\u00ad" else ""  # a soft hyphen shows only where a line breaks
    if ch in _QUOTES:
        return _QUOTES[ch]
    category = unicodedata.category(ch[0])
    if ch in _MARKS or category in ("Cf", "Cc", "Cs") or "\ufe00" <= ch <= "\ufe0f":
        return ""
    if category == "No" and ch not in "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉":
        return " "  # ① ⑴ ½: a numbering before a word is not part of it
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", ch).casefold())
    folded = "".join(_QUOTES.get(part, " " if part in _HYPHENS or part.isspace() else part) for part in folded)
    if folded[:1] == " " or _marked.match(folded):
        return " " if folded[0] == " " else ""  # a mark alone stands on nothing
    if not folded.isascii():
        folded = unicodedata.normalize("NFC", _accents.sub("", unicodedata.normalize("NFD", folded))).translate(_STROKES)
    return folded if folded.isascii() else folded.translate(_simplified())


_table = _Table()
_SHORT = 300  # characters of a text whose every character is looked up: a rule's words alone need no list of all that may change
_MANY = 64  # different characters that change: one pass over the text is cheaper than one for each


@cache
def _changing() -> re.Pattern[str]:
    """Characters that may have another normal form; none of ASCII and of the common Han that have not."""
    kept = {chr(code) for code in range(0x4E00, 0xA000) if code not in _simplified()}
    kept |= {ch for ch in (*map(chr, range(0x7F)), *"，、。《》") if _table[ord(ch)] == ch}
    return re.compile(f"[^{''.join(_ranges(sorted(kept)))}]")


def _ranges(chars: Sequence[str]) -> Iterator[str]:
    """Sorted characters as the inside of a character class."""
    for _, run in groupby(enumerate(chars), lambda place: ord(place[1]) - place[0]):
        found = [ch for _, ch in run]
        yield f"{re.escape(found[0])}-{re.escape(found[-1])}"


class _Runs:
    """Where a changed text stood before: runs of characters that moved together, as two sorted lists."""

    __slots__ = ("_new", "_old")

    def __init__(self, changes: Iterable[tuple[int, int, int]]) -> None:
        """`changes` are (place in the old text, characters there, characters that replaced them), in order."""
        new, old, shift = [0], [0], 0
        for place, before, after in changes:
            for step in range(1, after):  # what one character has become stands where it stood
                new.append(place + shift + step)
                old.append(place)
            shift += after - before
            if new[-1] == place + before + shift:
                old[-1] = place + before
            else:
                new.append(place + before + shift)
                old.append(place + before)
        self._new, self._old = new, old

    def before(self, index: int) -> int:
        run = bisect_right(self._new, index) - 1
        return self._old[run] + index - self._new[run]


class Normal:
    """A text in its normal form, with the way back: code-point offsets into the original, worked out when first asked for.

    `more`: between two places there are at most so many words more in the normal form than in the original.
    """

    __slots__ = ("_changed", "_marked", "_odd", "_runs", "more", "original", "text")

    def __init__(self, text: str, changed: str, original: str, odd: set[str], *, marked: bool, more: int) -> None:
        self.text = text
        self.original = original
        self.more = more
        self._changed = changed
        self._odd = odd  # the characters that did not stay one
        self._marked = marked
        self._runs: tuple[_Runs, ...] | None = None

    def origin(self, index: int) -> int:
        """The place in the original of the character at `index` of the normal form."""
        if self._runs is None:
            self._runs = tuple(_moves(self.text, self._changed, self.original, self._odd, self._marked))
        for runs in self._runs:
            index = runs.before(index)
        return index

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of the original that became ``text[start:end]`` (not empty)."""
        last = self.origin(end - 1) + 1
        marks = _joins.match(self.original, last)
        return self.origin(start), marks.end() if marks else last


def normalize(text: str) -> Normal:
    """The normal form with its offsets. About 0.1 ms for 3,000 Han characters or as much English."""
    is_listed = len(text) >= _SHORT or _changing.cache_info().currsize
    chars = set(_changing().findall(text) if is_listed else text)
    forms = {ch: _table[ord(ch)] for ch in chars}
    odd = _table.odd.intersection(forms)
    marked = bool(forms) and not text.isascii() and _has_marks(text, odd)
    changed = "".join(form for _, _, form in _clusters(text)) if marked else _changed(text, forms)
    uneven = _table.uneven.intersection(forms)
    more = len(changed) + 1 if marked else sum(text.count(ch) * (len(forms[ch]) + 1) for ch in uneven)  # one: it may part a word
    return Normal(_squeezed(changed), changed, text, odd, marked=marked, more=more)


def unquoted(text: str) -> str:
    """The text with nothing that shows where a quote parts Han from a word: “十五五”规划 is 十五五规划. Offsets stay."""
    return text if text.isascii() else _quote.sub("\u200b", text)


def _squeezed(text: str) -> str:
    if text.isascii() and not any(blanks in text for blanks in ("  ", " \n", "\n ", "\n\n")):
        return text
    return _squeeze.sub(_blank, text)


def _changed(text: str, forms: dict[str, str]) -> str:
    """The text with these characters in their form."""
    if len(forms) > _MANY or not _table.again.isdisjoint(forms):
        return text.translate(_table)
    for ch, form in forms.items():
        text = text.replace(ch, form)
    return text


# ---- without the normal form

# Where texts in Chinese and English take their characters from; of others the normal form is made.
_COMMON = ((0x09, 0x0D), (0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x45F), (0x2010, 0x22FF), (0x2500, 0x27BF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xFF01, 0xFF5E))  # fmt: skip


@cache
def _direct() -> tuple[str, str, str, dict[str, str]]:
    """What finds a direct character; a letter that is; one that is no letter; the direct characters of a normal form that others have, too.

    A direct character becomes one character of the same kind whatever stands beside it, or dots. A backslash is none, so that the text
    may be JSON.
    """
    ways: dict[str, str] = {}
    direct = []
    for ch in (chr(code) for first, last in _COMMON for code in range(first, last + 1)):
        form = _table[ord(ch)] if _changing().match(ch) else ch
        one = len(form) == 1 or set(form) == {"."}
        stays = one and _table.uneven.isdisjoint(ch) and _table.marks.isdisjoint(ch) and _table.again.isdisjoint(ch)
        if stays and ch != "\\" and unicodedata.is_normalized("NFC", ch):
            direct.append(ch)
            if form != ch:
                ways[form[:1]] = ways.get(form[:1], "") + ch
    letters = set(filter(_word.match, direct))
    every, words, others = (
        "".join(_ranges(found)) for found in (direct, sorted(letters), [ch for ch in direct if ch not in letters])
    )
    return every, words, others, ways


def indirect() -> str:
    """A regular expression that finds a character which is not direct.

    In a text without any, each character becomes one of the normal form whatever stands beside it; blanks are squeezed, dots may be several.
    """
    return f"[^{_direct()[0]}]"


def alone(ch: str) -> str | None:
    """The normal form of a character that is not direct; None: that hangs on what stands beside it."""
    form = _table[ord(ch)]
    return None if ch in _table.marks or ch in _table.again else form


def no_letter() -> str:
    """A regular expression that finds a character with which no Latin word goes on, as far as direct ones tell."""
    return f"[^{_direct()[1]}]"


def beside(edge: str, *, prefix: bool = False) -> str:
    """A regular expression that finds a direct character beside which a needle with this edge stands for certain."""
    return f"[{_direct()[2 if is_word(edge) and not prefix else 0]}]"


def ways_of(needle: str) -> str:
    """A regular expression that finds, in a text that is direct, each place where the needle stands in its normal form."""
    found = []
    for ch, after in zip(needle, [*needle[1:], ""], strict=True):
        found.append(f"[{re.escape(ch + _direct()[3].get(ch, ''))}]" + {" ": "+", ".": "*"}.get(ch, ""))
        if after and (is_han(ch) or is_han(after)):  # the blanks between them are gone
            blanks = f"[{re.escape(' ' + _direct()[3][' '])}]*"
            found.append(f'(?:{blanks}|["“”「」『』])' if _quote.search(f'{ch}"{after}') else blanks)
    return "".join(found)


def normal(text: str) -> str:
    """The normal form alone."""
    return normalize(text).text


def _has_marks(text: str, odd: set[str]) -> bool:
    return not _table.marks.isdisjoint(odd) or not unicodedata.is_normalized("NFC", text)


def _clusters(text: str) -> Iterator[tuple[int, int, str]]:
    """(place, characters, normal form) of each character with the marks on it; all but letters lose theirs."""
    for match in _cluster.finditer(text):
        part = match.group()
        base = _table[ord(part[0])]
        yield match.start(), len(part), _form(_gone.sub("", part)) if len(part) > 1 and part[0].isalpha() else base


def _moves(text: str, changed: str, original: str, odd: set[str], marked: bool) -> Iterator[_Runs]:
    """The steps from the normal form back to the original, those that moved anything."""
    if len(text) != len(changed):
        yield _Runs((m.start(), m.end() - m.start(), 0 if m.lastindex else 1) for m in _squeeze.finditer(changed))
    if marked:
        yield _Runs((at, length, len(form)) for at, length, form in _clusters(original))
    elif odd:
        yield _Runs((m.start(), 1, len(_table[ord(m.group())])) for m in _any_of(odd).finditer(original))


def _any_of(chars: set[str]) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(sorted(chars)))}]")


def _blank(match: re.Match[str]) -> str:
    run = match.group()
    if "\n" in run:
        return "\n"
    return " " if match.lastindex is None else ""


def word_starts(text: str, index: int) -> bool:
    """True when a term that starts at `index` of a normal form does not cut a word or a number in two."""
    if index <= 0 or index >= len(text) or not is_word(text[index]):
        return True
    if is_word(text[index - 1]):
        return False
    return not (text[index - 1] in ".," and index > 1 and _in_number.match(text, index - 2, index + 4))


def word_ends(text: str, index: int) -> bool:
    """True when a term that ends before `index` of a normal form does not cut a word, a number or a version in two."""
    if index <= 0 or index >= len(text) or not is_word(text[index - 1]):
        return True
    if is_word(text[index]):
        return False
    return not (text[index] in ".," and _in_number.match(text, index - 1, index + 5))
