"""Who does what in an English sentence: its names, and its clauses by their verbs.

    sentence → words → each verb → back over auxiliaries, days, what it says of itself, asides → its subject → Clause

A name is what institutions and persons are called; a product, a law or a place is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

from crawler.nlp.acts import acts_of, bases
from crawler.nlp.lexicon import is_called, listed, table
from crawler.text import places, whole_places

# --- names

_UP = "A-ZÀ-ÖØ-ÞČĐĚĞĪİŁŃŌŐŘŚŠŞŪŰŻŽ"
_proper = rf"[{_UP}][\w&’'-]*"
PROPER = re.compile(
    rf"(?:{_proper}(?:\.\w+)*(?:(?<=\.[A-Z])\.)?|[a-z]+[{_UP}]\w*|[a-z]+-[a-z]+-\d[\w.]*)"
    rf"(?: (?:[A-Z]\.){{2,}}| (?:of the|of|de|for|and) (?=[{_UP}])(?:{_proper})| & [{_UP}]\w+"
    rf"| (?:{_proper}|\d+(?:\.\d+)?(?!\w|[,.]?\d| (?:million|billion|people|per|other))))*"
)
_OFFICE = (
    "authority|regulators?|ministry|government|parliament|watchdog|court|agency|police|council|senate|cabinet|commission|committee|assembly|legislature|department"
    "|office|board|prosecutors?"
)
OFFICE = re.compile(  # the city council of Nordhavn, Norway's food authority, the Canadian government
    rf"(?:[A-Z]\w+ ){{0,2}}[A-Z]\w+['’]s (?:[a-z-]+ ){{0,4}}(?:{_OFFICE})\b(?! of the company)"
    rf"|(?:(?!the|an?|by|of)[a-z]+ )?(?:{_OFFICE}) of [A-Z]\w+(?: [A-Z]\w+)*"
    rf"|(?:(?!The |In |At |On |A )[A-Z][\w.]+ )+(?:[a-z]+ ){{0,1}}(?:{_OFFICE})\b"
)
_plain_office = re.compile(
    r"(?:The|the) (government|cabinet|parliament|senate|[a-z]+ (?:ministry|office|department|council|government|senate))"
)
INSTITUTION = re.compile(
    r"\b(?:Institute|University|College|Agency|Office|Ministry|Department|Commission|Authority|Bank|Fund|Court|Board|Association|Administration|"
    r"Council|Hospital|Hospitals|Labs?|Inc|Corp|Group|Foundation|Systems|Technologies|Ventures|Capital|Partners|Holdings|Robotics)\b"
)
_public = re.compile(
    r"\b(?:Institute|University|College|Agency|Office|Ministry|Department|Commission|Commissioner|Authority|Court|Board|Association|Administration|Council|Minister)\b"
)
_TITLES = listed("titles")
NO_NAME = listed("no_names")
_COUNTRIES = listed("places")
_no_party = re.compile(
    r"^Series [A-Z]$|\b(?:Medal|Prize|Award|Act|Bill|Scheme|Programme|Index|Nasdaq|Stock Exchange|San Francisco|Wall Street|Silicon Valley|New York|New Zealand|Hong Kong)$"
    r"|(?:ish|ese|[aeiou]nian|egian|issian)$"
    r"|^[A-Z][\w-]*[- ]?v?\d[\w.]*$|\b20\d\d$|^[A-Z][a-z]{2,8}\.? \d{1,2}$"  # a version, a day
)
_place_before = re.compile(r"\b(?:in|at|near|across|outside|around|north of|south of|throughout|between) (?:the )?$")
_people_at = re.compile(r"\b(?:[Rr]esearchers|[Ss]cientists|[Ee]ngineers|[Dd]evelopers|[Tt]eam|[Gg]roup) at (?:the )?$")
_when_before = re.compile(
    r"^(?:In|On|At|By|From|Since|During|After|Before|For|With|Under|As|When|While|And|But|Here|Now) (?=[A-Z])"
)
_kind_behind = re.compile(
    r" (?:maker|company|operator|start-?up|developer|designer|giant|carrier|firm|lab|supplier|provider|retailer|insurer|chain|unit|executive|engineer|researcher"
    r"|chip|model|app|process|API|SDK|assistant|platform)\b"
)
_ending = re.compile(r"(?:'s|’s|[.,'’])+$")


def names_in(phrase: str, text: str, *, is_first: bool = False) -> list[str]:
    """The names of a noun phrase, without places and without what only says of what kind somebody is; `is_first`: it begins the sentence."""
    found: list[str] = []
    if office := OFFICE.search(phrase):
        found.append(_office_name(office[0]))
        phrase = phrase[: office.start()] + phrase[office.end() :]
    for match in PROPER.finditer(phrase):
        before, whole = phrase[: match.start()], match[0]
        for part in parts(whole):
            name = clean_name(part, phrase)
            is_place = _place_before.search(before) and not (INSTITUTION.search(name) or _people_at.search(before))
            is_kind = " " not in name and _kind_behind.match(phrase, match.end())
            begins = is_first and not before and whole.startswith(part)
            if begins and " " not in name and text.count(name) < 2 and not _stands_alone(name, phrase, match.end()):
                continue
            if may_act(name, text, is_first=begins) and not (
                is_place or is_kind or re.match(r" (?:former|ex-)", phrase[match.end() :])
            ):
                found.append(name)
    return found


def _office_name(words: str) -> str:
    return re.sub(r"^(?:[Tt]he|[Aa]n?|by|of|to|In|At) ", "", words)


def parts(whole: str) -> list[str]:
    """The members of what "and" joins, but not of one name: Justice and Home Affairs Council; Helix CEO Mary Lind is two."""
    if both := _holder.fullmatch(whole):
        return [both["of"], both["who"]]
    return [whole] if _public.search(whole) and " and the " not in whole else re.split(" and (?:the )?", whole)


_holder = re.compile(
    r"(?P<of>.+?) (?:(?:[Cc]o-)?[Ff]ounder|C[A-Z]O|President|Chair(?:man|woman|person)?|Governor|Senator|Mayor|Minister|Chief(?: [A-Z]\w+)?(?: Officer)?)"
    r" (?P<who>[A-Z][\w’'-]+(?: [A-Z][\w’'.-]+){1,2})"
)


def _stands_alone(name: str, phrase: str, at: int) -> bool:
    """False for a word that only begins the sentence: Hedge funds, Large models, Honestly."""
    return phrase[at:].strip(" ,") in ("", "'s", "’s") or phrase[at - 2 : at] in ("'s", "’s") or name in phrase[at:]


def clean_name(part: str, phrase: str) -> str:
    """The name without titles and whose it is; Inc. keeps its stop."""
    part = re.sub(r"^.*['’]s (?=former\b)", "", _when_before.sub("", part))
    whose = re.match(r"(.+)['’]s [A-Z]", part)
    if whose and is_called("company", whose[1]):  # Microsoft's Azure, but Lake City's Orsova
        return whose[1]
    name = re.sub(r"^.*['’]s (?=[A-Z])", "", _without_title(_ending.sub("", part)))
    name = re.sub(
        r"^(?:Half|Most|Part|All) of |^From \d+ [A-Z][a-z]+$| I$|(?: (?:API|SDK|CEO|IPO|Agents))+(?: [\d.]+)?$|^(?:Former|Ex) .*|-based$",
        "",
        name,
    )
    return name + "." if name.endswith((" Inc", " Corp", " Ltd", " Co")) and name + "." in phrase else name


def _without_title(name: str) -> str:
    """The name without what stands before a person's, whose it is (Ireland's …), and where (… of South Korea)."""
    whole, of, place = name.rpartition(" of ")
    words = (whole if of and not INSTITUTION.search(name) and _is_where(place) else name).split()
    while len(words) > 1 and (
        words[0].rstrip(".") in _TITLES or words[0] in ("The", "A", "An") or re.search("['’]s$|-based$", words[0])
    ):
        words = words[1:]
    return "" if words and words[0] in _TITLES and len(words) == 1 else " ".join(words)


def _is_where(name: str) -> bool:
    last = name.rsplit(maxsplit=1)[-1] if name else ""
    return last in _COUNTRIES or last in NO_NAME


def may_act(name: str, text: str, *, is_first: bool = False) -> bool:
    """True for a name; not for a place or nationality, a version, or a word that only begins the sentence."""
    if not name or name in NO_NAME or name in _COUNTRIES or _no_party.search(name) or (name.isupper() and " " in name):
        return False
    if " " in name:
        return True
    if name.rstrip("s") in NO_NAME or name.isdigit() or (name.isupper() and len(name) < 3):
        return False
    if not is_first:
        return True
    looks_plain = name.endswith(("ed", "ing", "ions")) or (name.endswith("s") and not name.endswith("ss")) or "-" in name
    amid = any(text[at - 1 : at].islower() or text[at - 1 : at] == "," for at in places(f" {name}", text))
    return (not looks_plain or amid) and name.lower() not in _small_words(text)


@lru_cache(maxsize=2)
def _small_words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b[a-z][\w-]*", text))


def is_proper(name: str, text: str) -> bool:
    """False for a word that the text also writes small: Company, Contract, Money."""
    return " " in name or name.lower() not in _small_words(text)


def in_full(name: str, text: str) -> str:
    """A name as the text has it in full: a person without posts and with a first name, a company with what it is (Halcyon AI), and one of
    one word as the text mostly goes on with it (Mirai Works)."""
    name = _post_before.sub("", name)
    standing = list(whole_places(name, text))
    for at in standing:
        if goes_on := _of_company.match(text, at + len(name)):
            return name + goes_on[0]
    if " " in name:
        return name
    for at in standing:
        if (
            (first := _word_before.search(text, max(0, at - LONGEST_NAME), at))
            and first[1] not in _TITLES
            and first[1] not in NO_NAME
        ):
            whole = first[0] + name
            if is_proper(first[1], text) and is_person(whole):
                return whole
    at = text.find(f"{name} ")
    more = _more.match(text, at + len(name) + 1) if at >= 0 else None
    if more is None or more[0] in _TITLES or more[0] in NO_NAME:
        return name
    longer = f"{name} {more[0]}"
    return longer if 2 * text.count(longer) >= text.count(name) else name


_more = re.compile(r"[A-Z][a-z][\w&]*")
_post_before = re.compile(
    r"^(?:[A-Z][\w.’'-]* )*(?:Judge|Justice|Attorney General|Representative|Rep\.|Senator|Sen\.|Governor|Gov\.|Mayor|Minister|Secretary|Commissioner"
    r"|Chancellor|Dame|Sir|Lord|Lady|Professor) (?=[A-Z][\w’'-]+ (?:[A-Z]\. )?[A-Z])"
)
_word_before = re.compile(r"\b([A-Z][a-zà-ÿ]+) \Z")
_of_company = re.compile(
    r"(?: (?:AI|Labs?|Technolog(?:y|ies)|Systems|Group|Holdings|Robotics|Motors|Semiconductors?|Energy|Health|Therapeutics|Optics|Networks|Software"
    r"|Micro(?:systems|electronics)?|Logistics|Capital|Ventures|Partners|Power|Photonics|Analytics|Dynamics|Materials|Electronics|Bio|Aerospace|Interactive))+\b"
)


_before_name = re.compile(
    r"(?:(?!(?:of|for|in|on|at|by|from|to|as|that|which|who|and|or|support|help|with|whether|how) )(?:[a-z][\w-]*|the)(?:['’]s)? |an? "
    r"|(?:US|U\.S\.|UK|German|French|[A-Z]\w+(?:ish|ese|ian|-based)) (?=[a-z])){0,6}(?=[A-Z])"
)
_next_name = re.compile(
    r"(?: leading| joining)?(?:, and (?:by |from )?|, | and (?:by |from )?|,? along with | alongside )"
    r"(?:the |an? )?(?:(?!(?:an?|the|its|for|with|in|to|at|by|of|on|as|which|who|said|will|is|has|had|was) )[a-z][a-z-]* ){0,3}(?=[A-Z])"
)


_and_so_on = re.compile(r"[^.;:]{0,80}? and (?!(?:will|has|is|was|to)\b)")  # a town behind a firm begins no list


def names_from(words: str, at: int, text: str) -> Iterator[str]:
    """The names that a list begins with: "rival Stackle, Orsova and the University of Tarn"."""
    if office := OFFICE.match(words, at + 4 if words.startswith("the ", at) else at):
        yield _office_name(office[0])
        return
    start = _before_name.match(words, at)
    at = start.end() if start else at
    while match := PROPER.match(words, at):
        for part in parts(match[0]):
            name = clean_name(part, words)
            if may_act(name, text) and not _kind_behind.match(words, match.end()):
                yield name
        following = _next_name.match(words, match.end())
        if not following or (following[0] == ", " and not _and_so_on.match(words, following.end())):
            return
        at = following.end()


# --- clauses


class Clause(NamedTuple):
    """A verb in its base form with its subject: `before` are the subject's words, `aside` what stands between commas behind them."""

    verb: str
    start: int
    end: int
    before: str = ""
    aside: str = ""
    subject: tuple[str, ...] = ()
    behind: str = ""
    is_passive: bool = False
    is_sub: bool = False  # begins with which, after, while …

    def direct(self, text: str) -> list[str]:
        """The names that the verb goes to without a preposition."""
        return list(names_from(self.behind, 1, text)) if self.behind[:1] == " " else []

    def after(self, marks: str, text: str) -> list[str]:
        """The names behind one of these words: with, by, to …"""
        found: list[str] = []
        for match in re.finditer(rf"(?<= )(?:{marks}) (?!(?:be|the use)\b)", self.behind):
            found += names_from(self.behind, match.end(), text)
        return found


class _Word(NamedTuple):
    text: str
    bare: str
    start: int
    end: int


_BE = frozenset("is are was were be been being get gets got".split())
_BETWEEN = _BE | listed("between")
_THEY = frozenset("it they he she we".split())
_SAYS = frozenset("said says announced announces confirmed told wrote added".split())
_SUB = listed("subordinate")
_DET = listed("determiners")
LONGEST_ASIDE = 24  # words


@cache
def forms() -> dict[str, str]:
    return bases(str(table("clauses.yaml")["verbs"]))


PREPOSITIONS = frozenset("by in at for with as from on to under".split())
_FINITE = listed("finite")
_BEFORE_NOUN = frozenset("a an the its their his her of to new first own and or for in with".split())
_AUXILIARY = frozenset("is are was were has have had will would can could may might must should does did".split())
_RELATIVE = frozenset("that which who whom whose".split())
FARTHEST = 24  # words that may stand before the verb


def is_verb_form(word: str) -> bool:
    """True for a finite verb, or the form of one that follows will, has, to."""
    word = word.lower().strip(",.;")
    return word in _FINITE or word in acts_of("en")


def is_finite(word: str) -> bool:
    word = word.lower().strip("\"“”',.;:")
    return word in _FINITE or (word in acts_of("en") and word.endswith(("ed", "s")))


def is_past(word: str) -> bool:
    """True for had, cut, -ed and the irregular forms of the verbs that are known."""
    word = word.lower()
    is_irregular = (word in _FINITE - _AUXILIARY and word[-1] != "s") or forms().get(word, word) not in (word, word[:-1])
    return is_irregular or word.endswith("ed") or word in ("was", "were", "had")


def may_be_finite(words: Sequence[str], at: int) -> bool:
    """Also verbs that are in no list: -ed, unless it goes on as a participle (operated by, based in)."""
    word = words[at].lower()
    following = words[at + 1].lower() if at + 1 < len(words) else ""
    return is_finite(word) or (len(word) > 4 and word.endswith("ed") and word.isalpha() and following not in PREPOSITIONS)


def verb_at(words: Sequence[str]) -> int | None:
    """Where the verb of the main clause stands: the first finite one that its subject may stand before, but not that of "the firm
    that sold"; None where there is none."""
    inside, first = -1, None  # the last word of a relative clause's verb
    for at in range(1, min(FARTHEST, len(words))):
        bare = words[at].lower().strip(",")
        if bare in _RELATIVE:
            inside = at
        elif (
            may_be_finite(words, at)
            and not (
                words[at - 1].lower().rstrip(",") in _BEFORE_NOUN
                or (words[at - 1].endswith(("'s", "’s")) and words[at - 1][:-2].lower() not in _THEY)
                or (words[at - 1].endswith("ly") and words[max(0, at - 2)].lower() in _BEFORE_NOUN)  # its wholly owned subsidiary
                or (words[at][:1].isupper() and bare not in _FINITE)
            )
        ):
            first = first or at
            if inside < 0 or not (
                words[inside].lower() in _RELATIVE or (words[inside].lower() in _AUXILIARY and at - inside < 3)
            ):
                return at
            inside = at
    return first


@lru_cache(maxsize=64)
def clauses(sentence: str, text: str) -> tuple[Clause, ...]:
    """The clauses of a sentence in their order; `text` is the article, in which names recur."""
    words = [_Word(m[0], m[0].lower().strip("\"“”',.;:()`"), m.start(), m.end()) for m in re.finditer(r"\S+", sentence)]
    found: list[Clause] = []
    for at, word in enumerate(words):
        verb = forms().get(word.bare)
        if at and verb and not _is_noun(words, at):
            found.append(_clause(sentence, words, at, verb, text, found))
    return tuple(found)


def _is_noun(words: list[_Word], at: int) -> bool:
    """True for "plans" in "the plans", "cut" in "a cut"."""
    before = words[at - 1]
    return (before.bare in _DET and not before.text.endswith(",")) or words[at].text[:1].isupper()


def _clause(sentence: str, words: list[_Word], at: int, verb: str, text: str, found: list[Clause]) -> Clause:  # noqa: PLR0917
    end, asides = _subject_end(words, at)
    passive = any(word.bare in _BE for word in words[end:at][-3:]) and not words[at].bare.endswith("ing")
    start = _subject_start(words, end)
    head, behind = words[start:end], sentence[words[at].end :]
    before = " ".join(word.text for word in head).strip(",")
    sub = _is_sub(words, start) or bool(head and head[0].bare in _SUB)
    if head and head[-1].bare in ("and", "or", "then") and found:  # bought X and sold Y
        last = found[-1]
        return Clause(verb, words[at].start, words[at].end, last.before, last.aside, last.subject, behind, passive, last.is_sub)
    aside = " ".join(word.text for word in asides).strip(",")
    alone = aside if PROPER.fullmatch(aside) and not INSTITUTION.search(aside) and len(aside.split()) > 1 else ""
    subject = [clean_name(alone, aside)] if alone else names_in(before, text, is_first=start == 0)
    if not subject and (office := _plain_office.fullmatch(before)):
        subject = [office[1]]
    return Clause(verb, words[at].start, words[at].end, before, aside, tuple(subject), behind, passive, sub)


def _is_sub(words: list[_Word], start: int) -> bool:
    """True for what begins with which, after, while …, but not with "said that"."""
    if start == 0 or words[start - 1].bare not in _SUB:
        return False
    return not (words[start - 1].bare == "that" and any(word.bare in _SAYS for word in words[max(0, start - 8) : start]))


def _subject_end(words: list[_Word], at: int) -> tuple[int, list[_Word]]:
    """The number of words up to the subject's last, and those of an aside behind it."""
    asides: list[_Word] = []
    while at > 0:
        word = words[at - 1]
        said = next((back for back in range(at - 2, max(-1, at - 9), -1) if words[back].bare in _SAYS), None)
        if word.bare in _THEY and said is not None and said > 0:
            at = said
        elif word.bare in _BETWEEN and word.bare not in _THEY:
            at -= 1
        elif word.text.rstrip(",").endswith(")") and (back := _opening(words, at)) is not None:
            at = back
        elif word.text.endswith(",") and not asides and (back := _comma(words, at)) is not None:
            asides, at = words[back:at], back
        else:
            break
    return at, asides


def _opening(words: list[_Word], at: int) -> int | None:
    return next((back for back in range(at - 1, max(-1, at - 12), -1) if words[back].text.startswith("(")), None)


def _comma(words: list[_Word], at: int) -> int | None:
    """Where an aside that ends there begins: behind the next comma before it, or the one before that (, a firm in Lund, Sweden,)."""
    commas = [back for back in range(at - 1, max(0, at - LONGEST_ASIDE), -1) if words[back - 1].text.endswith(",")]
    if not commas:
        return None
    first = next((back for back in commas if words[back].bare in ("a", "an", "the", "which", "who", "whose", "based")), None)
    return first if first is not None else commas[0]


def _subject_start(words: list[_Word], end: int) -> int:
    """Where the words of the subject begin: behind the last mark, conjunction or verb; a list of names goes on over its commas."""
    at = end
    while at > 0:
        word = words[at - 1]
        is_list = word.text.endswith(",") and at < end and _lists(words, at, end)
        if at < end and ((word.text[-1] in ",;:—–-" and not is_list) or word.bare in _SUB or word.bare in _SAYS):
            break
        if word.bare in forms() and at > 1 and not _is_noun(words, at - 1) and word.text[:1].islower():
            break
        at -= 1
    return at


def _lists(words: list[_Word], at: int, end: int) -> bool:
    """True for a comma between names of a list that ends with "and"."""
    return words[at - 1].text[:1].isupper() and any(word.bare == "and" for word in words[at:end]) and words[at].text[:1].isupper()


# --- whom an article is about

_KINDS = (
    "company|firm|group|operator|maker|start-?up|lab|developer|supplier|provider|retailer|insurer|carmaker|chipmaker|designer|recruiter|bank|utility|publisher|lender"
    "|carrier|giant|chain"
)
_GOODS = "model|chip|app|service|device|assistant|system|platform|robot|software|dataset|benchmark|processor|accelerator|tool|product|wearable|API|library|engine"


@lru_cache(maxsize=256)
def is_product(name: str, text: str) -> bool:
    """True for what the text calls a model, a device, a service … rather than who made it."""
    for at in places(name, text[: 2 * MOST_READ]):
        end = at + len(name)
        if _goes_on.match(text, end):
            continue
        if _is_goods.match(text, end):
            return True
        called = _are_goods.search(text, max(0, at - 14), at)
        if called and not (called[0] == "named " and is_person(name)):
            return True
    return False


_goes_on = re.compile(r"\w| [A-Z\d]")
_is_goods = re.compile(
    rf",? (?:is |was )?(?:an?|its|the company['’]s|their) (?:(?!of |for |that )[\w-]+ ){{0,4}}(?:{_GOODS})s?\b(?! (?:{_KINDS}|vendor))"
)
_are_goods = re.compile(
    r"\b(?:(?:called|named|dubbed|codenamed|known as|its)|(?:service|model|chip|app|assistant|chatbot|processor|dataset),) $"
)


def is_person(name: str) -> bool:
    return bool(_person.fullmatch(name)) and not INSTITUTION.search(name)


_person = re.compile(r"(?:[A-Z]\.? )?[A-Z]\w*[a-z'’-]\w*(?: [A-Z]\.| [A-Z][\w'’-]*[a-z'’][\w'’-]*| d[aeiu] [A-Z]\w+){1,3}")


@lru_cache(maxsize=4)
def main_name(title: str, text: str) -> str:
    """The one whom the title names first and the text too, else the subject of the first sentences, else whom the text names most."""
    titled: list[str] = []
    for match in PROPER.finditer(title):
        owner = re.match(r"(.+?)['’]s?(?: |$)", match[0])
        if not _related.match(title, match.end()) and not (" " not in match[0] and _kind_behind.match(title, match.end())):
            ones = [owner[1]] if owner and owner[1] in text and may_act(owner[1], text) else parts(match[0])
            titled += [clean_name(part, title) for part in ones]
    said = (name for one in titled for name in ([one] if one in text else one.split()))
    code = re.match(r"(?:\w+: )?([a-z][a-z-]{3,}) v?\d", title)  # vectorlane 4.0: as a program is called
    for name in chain(
        (name for name in said if name[:1].isupper() and text.lower().count(name.lower()) > 1 - (" " in name)),
        (code[1] for _ in "1" if code and text.count(code[1]) > 1),
        (name for one in _first_clauses(text) for name in one.subject if text.count(name) > 1 - (" " in name)),
        _named_most(text),
    ):
        is_name = 2 < len(name) <= LONGEST_NAME and not re.search("['’]", name) and is_proper(name, text)
        if is_name and may_act(name, text) and not is_product(name, text):
            return in_full(name, text)
    return ""


def _named_most(text: str) -> Iterator[str]:
    most = Counter(match[0] for match in PROPER.finditer(text[:MOST_READ]))
    yield from (clean_name(name, text) for name, count in most.most_common(6) if count > 2)


def _first_clauses(text: str) -> Iterator[Clause]:
    for line in text[:1200].split("\n")[:2]:
        for sentence in re.split(r"(?<=[a-z)]\.) (?=[A-Z])", line)[:2]:
            yield from clauses(sentence[:400], text)[:2]


_related = re.compile(r"(?: |-)(?:rival|supplier|spin-off|alumni|co-founder|veteran|style|backed|user|state|employees)s?\b")
LONGEST_NAME = 40
LONGEST = 600  # characters of a sentence that are read
MOST_READ = 3_000  # characters of a text in which names are counted
