"""The language of a text, told from its script and its commonest words."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.text import HAN

_han = re.compile(f"[{HAN}]+")
_SCRIPTS = (
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
_other_script = re.compile(r"[\u0370-\u04ff\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\uac00-\ud7af]")
# The most common short words of each language, those no other of the list has among its own.
_COMMON = {
    "en": "the of and to in is that for it with was on are be this by from at has have will its an",
    "de": "der die und den das von zu mit sich des auf für ist im dem nicht ein eine als auch wird",
    "fr": "le la les des et du une est dans que pour qui sur par au avec pas ce plus sont ses",
    "es": "el los las del que en una por con para se su como más pero sus ha al este",
    "pt": "o os da do das dos em um uma para com não se na no ao mais foi são pelo",
    "it": "il di che della per un una sono con del alla nel dei le più gli anche ha si",
    "nl": "de het een van en op te dat zijn voor met niet aan er ook bij door worden naar",
    "pl": "w i na z do się nie jest to że o przez dla od po jak oraz są",
    "tr": "ve bir bu da de için ile olarak çok daha olan gibi ama kadar",
    "vi": "và của là có các được trong cho một không những với người đã này",
    "id": "yang dan di dengan untuk ini dari dalam tidak akan pada itu juga adalah",
}
_common = {code: frozenset(words.split()) for code, words in _COMMON.items()}
_latin = re.compile(rf"(?:(?![{HAN}])[^\W\d_])+")


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of a text's language: ``zh`` in both scripts, ``en``, else the best guess; None without letters."""
    return _of_sample(text[:1500])


@lru_cache(maxsize=4)  # each analyzer asks for the same text, where none has said so yet
def _of_sample(sample: str) -> str | None:
    han = sum(map(len, _han.findall(sample)))
    others = _other_script.search(sample)
    if not others and han * 4 > len(sample) - han + 1:  # no room for half as many words
        return "zh"
    words = _latin.findall(sample)
    for code, script in _SCRIPTS if others else ():
        letters = len(script.findall(sample))
        if letters > 2 and letters > (0.12 * han if code in ("ja", "ko") else han) and letters > len(words) * 2:
            return "uk" if code == "ru" and re.search("[іїєґ]", sample) else code
    if han and han * 2 > len(words):
        return "zh"
    if not words:
        return None
    lower = [word.lower() for word in words]
    votes = {code: sum(map(common.__contains__, lower)) for code, common in _common.items()}
    best = max(votes, key=lambda code: votes[code])
    if votes[best] * 12 >= len(lower):
        return best
    return "en" if sample.isascii() and len(words) > 1 else None
