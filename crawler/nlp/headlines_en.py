"""The headline of an English sentence (and of others whose words stand between blanks): its main clause, without what it can do without.

    sentence − dateline, attribution, opening adverbial, aside behind the subject, day of what is past
    → whole where it has at most LONGEST_WORDS words, else cut at the last border that leaves a whole clause, or the beginning and "…"

`said (that) it would` becomes `will`, `said it had begun` becomes `has begun`; who said what about somebody else stays where the
tense is that of reported speech. Periods and conditions stay: what is counted or promised holds for them only.
"""

from __future__ import annotations

import re

from crawler.nlp.acts import acts_of
from crawler.nlp.clause_en import PREPOSITIONS, is_finite, may_be_finite, verb_at
from crawler.nlp.headlines_zh import Told

LONGEST_WORDS = 36
LONG = 22  # … from which on what only adds is left out
LEAST_WORDS = 4

_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|March|April|May|June|July|Aug(?:ust|\.)?|Sept(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
_TIME = (
    rf"(?:(?:[Ee]arly |[Ll]ate )?(?:[Oo]n|last|this|next) {_DAY}(?: (?:morning|afternoon|evening|night))?|(?:late |early )?{_DAY}"
    rf"|(?:on )?{_MONTH} \d{{1,2}}(?:, \d{{4}})?|earlier this (?:week|month|year)|(?:last|this) week|today|yesterday)"
)
_SAID = r"(?:said|says|announced|announces|confirmed|confirms|disclosed|reported|reports)"

_attribution = re.compile(
    r"[,;]? (?:according to|citing) [^,]*$"
    r"|, (?!(?:and|but|or|which|who|whose|that|as|while|after|before|when|with|where|because|though|although|if|in|to|one|part|(?:the|its) "
    r"(?:\w+est|first|second|third|most|only))\b)(?:[\w.'’&-]+ ){0,9}?[\w.'’&-]+(?:, [^,]{2,40},)? "
    r"(?:said|says|told [\w ]{2,30}|added|wrote|announced|disclosed|found|finds|showed|shows|reports?|reported)"
    rf"(?: (?:{_DAY}|on|in|at|late|early|earlier|last|this|after|during|by|today|yesterday)\b[^,]{{0,80}})?$"
)
_inside = re.compile(rf", (?:[\w.'’&-]+ ){{1,5}}(?:said|says)(?: {_TIME})?(?=, (?!while|adding|speaking|citing|after|in |at ))")
_label = re.compile(
    r"(?![^:]*\b(?:said|says|told|wrote|asked|ruled|found)\b)[A-Z]\w*(?: [A-Za-z]+){0,8}: (?=[A-Z])"
)  # Contractor: …
_opening = re.compile(
    rf"^(?:{_TIME}|According to [^,]{{3,80}}|(?:In|Where|At|On|After|Since|During|For|With|Under|As|When|While|Before|Following|"
    rf"Despite|Because of|To|Like|Among|From|Through|Until|Unlike|Instead of|Although|Though|If|Once|Asked|Founded|Based|"
    rf"Backed|Earlier|Late|Last|This|These|Separately|Meanwhile|However|Also|Still|Now|Then|Elsewhere|Later|"
    rf"[A-Z][a-z]+ly(?!, (?:which|who|whose|an?) ))\b[^,]{{0,90}}), (?=\S)"
)
_keep_opening = re.compile(  # a condition, a period, a number
    rf"^(?:If|Unless|Until|By|At least|At most|Like|Unlike|Instead of|(?:From|In|For|During|Since|Through|Under|With)\b(?=[^,]*(?:\d|{_MONTH}|quarter|half|year|month|next))"
    r"|After (?=[^,]*\d{4})|(?:Next|This) |(?:An?|The) )|^[^,]{0,90}, (?:and|or|but|which|who|an?) "
)
_month_only = re.compile(rf"In {_MONTH}, ")
_ahead = re.compile(r"\b(?:will|would|plans?|expects?|(?:is|are) to)\b")
_bare_opening = re.compile(
    rf"^(?:Under (?:the|a|an|its) [\w ]{{3,60}}? (?=[A-Z][\w'’]+ (?:will|would|must|has|had|is|was)\b)|(?:{_TIME}) (?=[A-Z]|it |they |he |she |the ))"
)
_also = re.compile(r"^([^,]{2,60}?) (?:also|then) (?=[a-z])")
_PART = r"(?: (?:morning|afternoon|evening|night)\b|(?! (?:morning|afternoon|evening|night)))"
_as_day = re.compile(  # but not by Friday, from Friday on
    rf"(?<![\w'’])(?!(?:by|until|till|from|since|last|next|this|starting|beginning|before|after|for|and|or|every|than|of|through|to|effective|between|on|late|early)\b)"
    rf"(?P<before>[\w.'’&-]*[\w.'’],?)(?: late| early)?(?: on)? (?:{_DAY}{_PART}|today|yesterday)\b(?!['’]| (?:and|or|through|until|night|to {_DAY})\b|, \d)"
)
_to_come = re.compile(r"\b(?:to|will|would|due|set|scheduled)(?: [a-z][\w'’-]*){0,4}$")
_day_behind_aside = re.compile(rf", (?:late |early )?on {_DAY}{_PART} (?=[a-z]+)(?!(?:and|or|to|at|in|with|after)\b)")
_past = re.compile(
    r"\w+ed|was|were|had|won|cut|put|led|told|took|gave|made|began|sold|bought|rose|fell|said|grew|struck|hit|held|left|met|beat"
    r"|drew|threw|spent|sent|found|chose|broke|sought|went|came|became|ran|got|laid|shut|set|lost|signed"
)
_it_said = re.compile(
    rf" (?:also )?{_SAID}(?: {_TIME})?(?: (?:in|at) [^,]{{3,40}}?)?(?: that)? (?:it|they|he|she)(?P<verb>'s|'ll|'d| is| are|"
    rf" was| were| had| has| have| will| would| plans| expects| could| can| may| must| [a-z]+ed\b| [a-z]+s\b)"
)
_its_own = re.compile(rf"(?<=\w) {_SAID}(?: {_TIME})?(?: that)? its (?=(?!.*\b(?:would|had|could|might)\b)[a-z])")
_OTHERS_SAY = (  # what these say is not yet so
    r"(?!.*\b(?:analysts?|experts?|critics?|sources?|people|researchers?|lawyers?|some|many|opponents?|rivals?|investors?|witness(?:es)?|"
    rf"users|workers|unions?)\b.* {_SAID})"
)
_pleased = re.compile(
    r"^[^,]{3,90} (?:(?:is|are) (?:pleased|proud|delighted|excited)|wish(?:es)?) to (?:announce|report|confirm|inform [\w ]{4,30}) that "
)
_that = re.compile(
    rf"^{_OTHERS_SAY}[^,]{{3,60}} {_SAID}(?: {_TIME})? that (?!(?:it|its|they|their|he|she|the company)\b)", re.IGNORECASE
)
_breaks = frozenset(
    "which that who whose where when while after before since because as with for in on at by to from under over against "
    "without between "
    "including among during through using into until unless although though but and or than despite amid about across within following if".split()
)
_weak = frozenset(  # words with which no headline ends
    "compared versus amid last next led more most up any than a an the of to in on at by for with and or its their his her from as that which "
    "who whose has have had been is are was were be will would can could may might must should not also only just new first "
    "second third another one some several many other such no every each both own very so too about nearly almost over "
    "under between into around per said says it they he she we this these those much little few soon well week month year "
    "day time early late large largest big biggest bigger small smaller major global international national local federal "
    "full free whole same main key".split()
)
_needs_object = frozenset(
    "agree agreed agrees plan plans planned expect expects expected aim aims intend intends want wants wanted begin begins "
    "began begun start starts started "
    "have has had make makes made let lets take takes took give gives gave ask asks asked order orders ordered allow allows "
    "allowed require requires required "
    "release released releases unveil unveiled unveils launch launched launches buy buys bought acquire acquires acquired "
    "sign signed signs raise raised raises "
    "build builds built design designed designs publish published hire hired name named appoint appointed block blocked "
    "suspend suspended open opened close closed "
    "went go goes told urged urges called calls used uses said says hopes hoped decided considering including according recalled recalls introduced introduces "
    "stop stops keep keeps avoid prevent".split()
)


def told(sentence: str) -> Told:
    """The headline of a sentence."""
    text = _capital(_joining.sub("", _plain(sentence)))
    words = text.split()
    subject, predicate = _parts(words)
    if not subject:
        return Told(_beginning(sentence), start=0, end=len(sentence))
    if len(words) > LONG:
        at = _shorter(words, len(subject)) or (_cut(words, len(subject)) if len(words) > LONGEST_WORDS else len(words))
        if at is None:
            return Told(_beginning(text), " ".join(subject), " ".join(predicate), 0, len(sentence))
        words = words[:at]
    if len(words) < LEAST_WORDS or ";" in " ".join(words) or text[:1] in '"“' or _lacks_object(words, len(subject)):
        return Told(_beginning(text), " ".join(subject), " ".join(predicate), 0, len(sentence))
    headline = _capital(" ".join(words).rstrip(",;:- "))
    if headline.count('"') % 2 or headline.count("“") != headline.count("”"):
        headline = re.sub(r'["“”]', "", headline)
    return Told(headline, " ".join(subject), " ".join(predicate), 0, len(sentence), is_clean=True)


def _lacks_object(words: list[str], at: int) -> bool:
    """True for "agreed in the budget": a verb that needs an object, and only a phrase behind it."""
    following = words[at + 1].lower() if at + 1 < len(words) else ""
    return (
        words[at : at + 1] != []
        and words[at].lower() in _needs_object
        and (not following or following in PREPOSITIONS - {"to", "as"})
        and ("to" not in words[at:])
    )


def _plain(sentence: str) -> str:
    """The sentence without dateline, attribution, opening adverbial, asides and days."""
    text = _capital(" ".join(sentence.split()).rstrip("."))
    if (label := _label.match(text)) and _parts(text[label.end() :].split())[0] and "company" not in text:  # whose label names it
        text = text[label.end() :]
    bare = _attribution.sub("", _inside.sub("", text))
    if verb_at(bare.split()) and not re.search(
        r'["“]|\b(?:would|had|I|[Ww]e|[Oo]ur|us|my)\b', bare
    ):  # the tense or the words are the speaker's
        text = bare
    for _ in range(2):
        rest = _opening.sub("", text)
        if not _keep_opening.match(text) or (_month_only.match(text) and not _ahead.search(rest)):
            text = _capital(rest) if _parts(rest.split())[0] else text
    text = _capital(_without_aside(_day_behind_aside.sub(", ", _bare_opening.sub("", text))))
    text = _its_own.sub("'s ", _it_said.sub(_indirect, _pleased.sub("", text), count=1))
    if not _reported.search(text) and not re.search(r'["“]', text):
        text = _capital(_that.sub("", text))
    words = text.split()
    predicate = _parts(words)[1] if len(words) > LEAST_WORDS else []
    if predicate and _past.fullmatch(predicate[0]):
        text = _as_day.sub(lambda day: day[0] if _to_come.search(text, 0, day.end("before")) else day["before"], text)
    text = _also.sub(r"\1 ", text, count=1)
    return _without_aside(text)


_reported = re.compile(r"\b(?:would|had|could|might)\b|,? and that ")


def _indirect(match: re.Match[str]) -> str:
    """said it had begun → has begun; said they would → will; as it is where the tense of reported speech goes on behind it."""
    verb = match["verb"].strip()
    if _reported.search(match.string, match.end()):
        return match[0]
    if verb == "had" and re.match(r" \w+ed\b", match.string[match.end() :]):
        return ""
    return " " + {"'s": "is", "'ll": "will", "'d": "will", "had": "has", "would": "will"}.get(verb, verb)


def _without_aside(text: str) -> str:
    """Without what stands between commas behind the subject: who it is, where it is based."""
    first = text.find(", ")
    if first < 0 or len(text[:first].split()) > 9 or any(map(is_finite, text[:first].split()[1:])):
        return text
    at = text.find(", ", first + 2)
    for _ in range(4):
        if at < 0:
            return text
        following = text[at + 2 :].split()
        if (following and may_be_finite(following, 0)) or (
            len(following) > 1 and following[0] in ("also", "now", "then", "today", "yesterday") and is_finite(following[1])
        ):
            aside = text[first + 2 : at]
            if _named.fullmatch(aside) and _unnamed.match(text):
                return text if text.startswith(("Its", "His", "Her", "Their")) else f"{aside} {text[at + 2 :]}"
            return text[:first] + " " + text[at + 2 :]
        at = text.find(", ", at + 2)
    return text


_unnamed = re.compile(r"(?:The|Its|His|Her|Their) (?:[a-z-]+ )*[a-z-]+,")
_named = re.compile(r"(?:[A-Z][\w.&'’-]*|of|the|and|for|de|van|von)(?: (?:[A-Z][\w.&'’-]*|\d+|of|the|and|for|de|van|von))*")


def _parts(words: list[str]) -> tuple[list[str], list[str]]:
    """The subject, and the verb with what follows."""
    at = verb_at(words) or 0
    return words[:at], words[at:]


def _shorter(words: list[str], subject: int) -> int | None:
    """The last place up to LONG before ", which", ", beating" and the like; None where there is none."""
    for at in range(LONG, subject + 5, -1):
        word = words[at].lower()
        adds = (
            word in _adds
            or (word.endswith("ing") and word not in _restricts)
            or (word in ("the", "a") and not any(one.endswith(",") for one in (*words[: at - 1], *words[at:])))
        )
        if (
            words[at - 1].endswith((",", ";"))
            and adds
            and words[at - 1].rstrip(",;").lower() not in _breaks
            and not _open(words[:at])
        ):
            return at
    return None


def _cut(words: list[str], subject: int) -> int | None:
    """The last place up to LONGEST_WORDS where a whole clause may end; None where there is none."""
    for at in range(min(LONGEST_WORDS, len(words) - 1), subject + 5, -1):
        is_whole = (_ends_well(words[at - 1]) or words[at - 1] == "said,") and words[at].lower() not in _completes
        is_whole = is_whole and not any(word.lower() in _needs_two for word in words[at - 3 : at - 1])
        is_border = words[at].lower() in _breaks or words[at - 1].endswith((",", ";", ":")) or words[at] in ("-", "—", "–")
        if is_border and is_whole and not _open(words[:at]):
            return at
    return None


def _ends_well(word: str) -> bool:
    word = word.lower().strip("\"“”',;:.()")
    return word not in _weak | _needs_object | _breaks and not word.endswith(("ly", "ing"))


_completes = frozenset("of to and or as for from that than over out up off down".split())
_needs_two = frozenset(  # whom, and what or to do what
    "give gives giving gave offer offers offering grant grants granting lend lends enable enables allow allows allowing let lets oblige obliges "
    "require requires requiring force forces forcing urge urges urging order orders ask asks asking tell tells telling help helps".split()
)
_adds = frozenset("which who whose where while with as after before because although including whereas when".split())
_restricts = frozenset("pending depending barring assuming excluding".split())


def _open(words: list[str]) -> bool:
    """True when a bracket or a quotation mark is not closed, or a relative clause has just begun."""
    text = " ".join(words)
    if text.count("(") != text.count(")") or text.count("“") != text.count("”") or text.count('"') % 2:
        return True
    for back, word in enumerate(reversed(words[-3:]), 1):
        verb = next((n for n, one in enumerate(words[len(words) - back + 1 :]) if is_finite(one) or one in acts_of("en")), None)
        if word.lower() in ("that", "which", "who", "whose", "where") and (verb is None or verb == back - 2 > 0):
            return True
    return False


def _beginning(text: str) -> str:
    words = text.rstrip(".").split()
    if len(words) <= LONGEST_WORDS:
        return _capital(" ".join(words))
    kept = words[: LONGEST_WORDS - 1]
    while len(kept) > 6 and (kept[-1].lower().strip(",;:") in _weak or kept[-1].lower() in _breaks):
        kept.pop()
    while len(kept) > 6 and kept[-1][:1].isupper() and words[len(kept)][:1].isupper():  # no half a name
        kept.pop()
    return _capital(" ".join(kept).rstrip(",;:")) + "…"


_joining = re.compile(r"^(?:And|But|So|Yet|Or) (?=\w)")


def _capital(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]
