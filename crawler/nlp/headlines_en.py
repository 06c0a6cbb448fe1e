"""The headline of an English sentence (and of others whose words stand between blanks): its main clause, without what it can do without.

    sentence − dateline, attribution, opening adverbial, aside behind the subject, day of what is past
    → whole where it has at most LONGEST_WORDS words, else cut at the last border that leaves a whole clause, or the beginning and "…"

`said (that) it would` becomes `will`, `said it had begun` becomes `has begun`; who said what about somebody else stays where the
tense is that of reported speech. Periods and conditions stay: what is counted or promised holds for them only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from crawler.nlp.clause_en import PREPOSITIONS, forms, is_finite, is_past, may_be_finite, verb_at
from crawler.nlp.headlines_zh import Told
from crawler.nlp.lexicon import listed

LONGEST_WORDS = 36
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
    rf"(?: (?:{_DAY}|separately|on|in|at|late|early|earlier|last|this|after|during|by|today|yesterday)\b[^,]{{0,80}})?$"
)
_inside = re.compile(
    rf", (?:[\w.'’&-]+ ){{1,9}}(?:said|says)(?: {_TIME}| in an? [a-z ]{{3,20}})?(?=, (?!while|adding|speaking|citing))"
)
_hanging = re.compile(r"\b(that|which|who), (?=[a-z])")  # where a speaker stood
_tells = re.compile(
    "(?:t[eo]ll|told|say|said|ask|urg|order|requir|allow|forc|let|find|found|ruled|report|show|warn|announc|disclos|confirm)"
)
_speaks = re.compile(r"\b(?:said|says|told|wrote|asked|ruled|found|finds|disclosed|announced|confirmed|reported|warned)\b")
_opening = re.compile(
    rf"^(?:{_TIME}|According to [^,]{{3,80}}|(?:In|Where|At|On|Upon|After|Since|During|For|With|Under|As|When|While|Before|Following|"
    rf"Despite|Because of|To|Like|Among|From|Through|Until|Unlike|Instead of|Although|Though|If|Once|"
    rf"[A-Z][a-z]+(?:ed|ing) (?:at|by|in|on|to|from|with|as|about)|Such as|Earlier|Late|Last|This|These|Separately|Meanwhile|However|Also|Still|Now|Then|Elsewhere|Later|"
    rf"[A-Z][a-z]+ly(?!, (?:which|who|whose|an?) ))\b[^,]{{0,90}}), (?=\S)"
)
_on_day = re.compile(
    rf"(?:On {_DAY}|This (?:morning|afternoon|evening)) (?=the [a-z]|[A-Z]\w+ [A-Z]|[A-Z][a-z]+ (?:[a-z]+ed|will|has) )"
)
_condition = re.compile(r"(?:If|Unless|Until|By|At least|At most|Like|Unlike|Instead of|Next|This|An?|The) ")
_period = re.compile(
    rf"Next \w+ |(?:From|In|For|During|Since|Through|By|Until|Over|After (?=.*\d{{4}}))\b(?=.*(?:\d|{_MONTH}|quarter|half|year|month|next))"
)
_more_of_it = re.compile("[^,]{3,40} and [^,]{3,40}, (?=the |an? |[A-Z])")  # After three hours, | 71 speakers and a vote, …
_month_only = re.compile(f"In {_MONTH}, ")
_list = re.compile("(?:and|or|but|which|who|whose|where|an?) ")
_also = re.compile(r"^([^,]{2,60}?)(?<!Until)(?<!By)(?<!Since) (?:also|then) (?=[a-z])")
_PART = r"(?: (?:morning|afternoon|evening|night)\b|(?! (?:morning|afternoon|evening|night)))"
_as_day = re.compile(  # but not by Friday, from Friday on
    rf"(?<![\w'’])(?!(?:by|until|till|from|since|last|next|this|starting|beginning|before|after|for|and|or|every|than|of|through|to|effective|between|on|late|early)\b)"
    rf"(?P<before>[\w.'’&-]*[\w.'’)%],?)(?: late| early)?(?: on)? (?:{_DAY}{_PART}|today|yesterday)\b(?!['’]| (?:and|or|through|until|night|to {_DAY})\b|, \d)"
)
_to_come = re.compile(r"\b(?:to|will|would|due|set|scheduled)(?: [a-z][\w'’-]*){0,4}$")
_it_said = re.compile(
    rf" (?:also )?{_SAID}(?: {_TIME})?(?: (?:in|at) [^,]{{3,40}}?)?(?: that)? (?P<who>it|they|he|she)(?: now)?(?P<verb>'s|'ll|'d| is| are|"
    rf" was| were| had| has| have| will| would| plans| expects| could| can| may| must| [a-z]+ed\b| [a-z]+s\b)"
)
_its_own = re.compile(
    rf"(?<=\w)(?<! and)(?<! but)(?: had| has)? {_SAID}(?: {_TIME}| in [^,]{{3,40}}?)?(?: that)? its (?=(?!.*\b(?:would|had|could|might|is|are|and that)\b)[a-z])"
)
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
_OPEN_ENDS = listed("open_ends")  # words with which no headline ends
_AUXILIARY = frozenset("has have had is are was were be been will would can could may might must to not".split())


def told(sentence: str, acts: Sequence[str] = ()) -> Told:
    """The headline of a sentence; `acts` are the words of acts in their normal form, the surest first."""
    text, period = _plain(_statement(_brackets.sub("", sentence), acts))
    words = text.split()
    at = verb_at(words) or 0
    if not at or _that_is.match(text):
        return Told(_beginning(sentence), start=0, end=len(sentence))
    made = Told(_beginning(text), " ".join(words[:at]), " ".join(words[at:]), 0, len(sentence))
    words = words[: _end(words, at)]
    if len(words) < LEAST_WORDS or ";" in " ".join(words) or text[:1] in '"“':
        return made
    kept = " ".join(words)
    kept = _without_day(kept) if is_past(words[at]) else kept
    headline = kept.rstrip(",;:-–— ") + period
    if headline.count('"') % 2 or headline.count("“") != headline.count("”"):
        headline = re.sub(r'["“”]', "", headline)
    return replace(made, headline=headline, is_clean=True)


def _statement(sentence: str, acts: Sequence[str]) -> str:
    """The part between colons and semicolons that tells the act; "it" there is the subject of the part before. Of shares that move
    after an event, the event."""
    if '"' in sentence or "“" in sentence:
        return sentence
    if (moved := _moved.match(sentence)) and (verb := verb_at(words := sentence[moved.end() :].split())):
        who = moved["who"] if words[0] in ("it", "the") else " ".join(words[:verb])
        return " ".join((who, *words[verb:]))
    if inverted := _inverted.match(sentence):
        sentence = _capital(f"{inverted['who']} {inverted['be']} {inverted['done'].lower()}{inverted['how']}")
    before, colon, _ = sentence.partition(": ")
    if not colon and "; " not in sentence:
        return sentence
    parts = [part for part in re.split(r"(?:;|(?<=[\w)]):) ", sentence) if verb_at(part.split())]
    if not parts or (colon and (_speaks.search(before) or is_past(before.split()[0]) or before.startswith("Gone "))):
        return sentence
    telling = [part for part in parts if any(act in part.lower() for act in acts)] or parts
    best, subject = telling[-1 if colon else 0], " ".join(parts[0].split()[: verb_at(parts[0].split())])
    subject = subject if _unnamed.match(subject) else subject.partition(",")[0]
    return best if best is parts[0] else _capital(re.sub(r"^(on \w+ )?(?:it|they|he|she)(?= )", subject, best))


_brackets = re.compile(r" \([^()]*\)")
_that_is = re.compile(
    r"That (?=(?:[A-Z]|the |an? |it ).* (?:is|was|are|were|has|have|will|would)\b.*, (?:is|was|has) )"
)  # That X will sell, is not so
_inverted = re.compile(  # Bought on Tuesday was Ledgerly, an app …
    r"(?P<done>Made|[A-Z][a-z]+(?:ed|ght|ld|en|nt))(?P<how>(?: (?:on|in|at|by|to|for|from|with|public|outright|also|last|this|late|early)\b.*?)?),? (?P<be>was|were|is|are) "
    r"(?P<who>(?:the |an? |[A-Z\d])(?:(?! (?:(?:in|on) which|that|which|who) )[^,;])*)"
)
_moved = re.compile(r"(?:Shares|Stock) (?:of|in) (?P<who>[A-Z][\w&’'-]*(?: [A-Z][\w&’'-]*)*)[^,;]*? after (?=(?:it|the|[A-Z]))")


def _plain(sentence: str) -> tuple[str, str]:
    """The sentence without attribution, opening adverbial, asides and days; and its period or condition, which may follow it."""
    text, period = _capital(_joining.sub("", _turn.sub("", " ".join(sentence.split()).rstrip(".")))), ""
    bare = _attribution.sub("", _hanging.sub(r"\1 ", _inside.sub("", text)))
    if verb_at(bare.split()) and not re.search(
        r'["“]|\b(?:would|had|I|[Ww]e|[Oo]ur|us|my)\b', bare
    ):  # the tense or the words are the speaker's
        text = bare
    for _ in range(2):
        found, end = _on_day.match(text) or _opening.match(text), _subject_at(text)
        if found and (not 0 < end < found.end() or not verb_at(found[0].split()) or _relative.search(found[0])):
            end = found.end()  # else a comma stands behind the verb: in the same session the board …, …
        opening, rest = text[:end], text[end:]
        if not end or not verb_at(rest.split()) or _list.match(rest) or _hangs_on(rest):
            break
        rest = (
            rest[goes_on.end() :]
            if opening.startswith("After") and (goes_on := _more_of_it.match(rest)) and verb_at(rest[goes_on.end() :].split())
            else rest
        )
        is_period = _period.match(opening) and not _month_only.fullmatch(opening)
        if is_period and not period and len(opening.split()) <= LONGEST_PERIOD:
            period = f" {opening[0].lower()}{opening[1:].rstrip(', ')}"
        elif _condition.match(opening) and not is_period and not _on_day.match(text):
            break
        text = _capital(rest)
    text = text if _hangs_on(bare := _without_aside(text)) else _capital(bare)
    text = _its_own.sub("'s ", _it_said.sub(_indirect, _pleased.sub("", text), count=1))
    if not _reported.search(text) and not re.search(r'["“]', text):
        text = _capital(_that.sub("", text))
    words = text.split()
    if (verb := verb_at(words)) and is_past(words[verb]):
        text = _without_day(text)
    text = _without_aside(_also.sub(r"\1 ", text, count=1))
    if len(text.split()) > LONG:
        text = _middle.sub(lambda aside: aside[0] if any(map(is_finite, _relative.split(aside[0])[0].split())) else "", text)
    return text, period


_amount = re.compile(r"(?:[A-Z]{0,3}[$€£¥₹]\d|(?!20\d\d\b)\d[\d,.]*(?:%|[a-zA-Z]+)?,?$)")
_bare = re.compile(
    r"(?:(?:Next|This) (?:week|month|year|quarter|spring|summer|autumn|winter)|Under|In|On|At|To|With|For|After|During|From|By|Through|Since"
    rf"|Late|Early|Last|Earlier|{_DAY}|Today|Yesterday) "
)
_not_subject = re.compile(rf"(?:{_DAY}|{_MONTH}|[A-Z][a-z]+['’]s)$")


def _hangs_on(rest: str) -> bool:
    """True for what begins with its verb, so that its subject is gone: have made the sector a favourite."""
    word, _, more = rest.partition(" ")
    if word in PREPOSITIONS:  # for 90 drones, have made …
        word = more.partition(", ")[2].partition(" ")[0]
    return is_finite(word.lower()) and not is_past(word)


def _subject_at(text: str) -> int:
    """Where the subject begins behind an opening that no comma ends: To ease the shortage | the board approved …; 0 where there is none."""
    words = text.split() if _bare.match(text) else []
    verb = verb_at(words) or 0
    for at in range(verb - 1, 0, -1):
        begins = words[at].lower() in _SUBJECTS or (words[at][:1].isupper() and not _not_subject.match(words[at]))
        is_new = words[at].lower() in _SUBJECTS or not words[at - 1][:1].isupper()
        if begins and is_new and words[at - 1].lower() not in _BEFORE and "," not in "".join(words[:at]):
            return len(" ".join(words[:at])) + 1
    return 0


_SUBJECTS = frozenset("the a an it its they he she".split())
_BEFORE = PREPOSITIONS | frozenset("of and or the a an its into over that with after during".split())
LONGEST_PERIOD = 7  # words
_middle = re.compile(
    r"(?<=[a-zA-Z]), (?!and |or |but |which |who |as |[A-Z][\w&’'-]*(?: [A-Z][\w&’'-]*)*,)[^,]{3,80},(?= (?:as|to|for|from|in|on|at|with|by|over|after|against|under)\b)"
)
_relative = re.compile(" (?:that|which|who|whose) ")
_turn = re.compile(", (?:however|meanwhile|too|though|for example|of course|in turn|instead|in effect),")
_reported = re.compile(r"\b(?:would|had|could|might)\b|,? and that ")


def _without_day(text: str) -> str:
    return _as_day.sub(lambda day: day[0] if _to_come.search(text, 0, day.end("before")) else day["before"], text)


def _indirect(match: re.Match[str]) -> str:
    """said it had begun → has begun; said they would → will; as it is where the tense of reported speech goes on behind it."""
    verb, before = match["verb"].strip(), match.string[: match.start()].split()[-1]
    if match["who"] == "it" and before[0].islower() and before not in _ORGANS:
        return match[0]  # staff, lawyers, a spokesman said that it would …: of what they speak
    if _reported.search(match.string, match.end()):
        return match[0]
    behind = match.string[match.end() :]
    if verb == "'d" and re.match(r" (?:been|\w+ed)\b", behind):  # it'd been bought
        verb = "had"
    if verb == "had" and re.match(r" \w+ed\b", behind):
        return ""
    return " " + {"'s": "is", "'ll": "will", "'d": "will", "had": "has", "would": "will"}.get(verb, verb)


_ORGANS = frozenset(
    "company firm group start-up startup agency ministry department regulator authority commission maker bank board court university "
    "lab institute unit developer operator provider supplier government carrier team association".split()
)


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
            len(following) > 1
            and (following[0] in ("also", "now", "then", "today", "yesterday") or following[0].endswith("ly"))
            and may_be_finite(following, 1)
        ):
            if " and " in text[first + 2 : at] and following[0] in _PLURAL:  # X, its head, and Y have both left
                return text
            aside = re.sub("^(?:called|named|dubbed|known as) ", "", text[first + 2 : at])
            if _named.fullmatch(aside) and (_owned.match(text) or " and " in text[:first]):
                return f"{text[:first]} {aside} {text[at + 2 :]}"
            if _named.fullmatch(aside) and _unnamed.match(text):
                return text if text.startswith(("Its", "His", "Her", "Their")) else f"{aside} {text[at + 2 :]}"
            return text[:first] + " " + text[at + 2 :]
        at = text.find(", ", at + 2)
    return text


_PLURAL = ("have", "are", "were", "both")
_owned = re.compile("[A-Z][^,]*['’]s (?:[a-z-]+ )*[a-z-]+,")  # Halden's founder, Ida Roos, …
_unnamed = re.compile(r"(?:The|Its|His|Her|Their|That|This) (?:[a-z-]+ )*[a-z-]+,")
_named = re.compile(r"(?:[A-Z][\w.&'’-]*|of|the|and|for|de|van|von)(?: (?:[A-Z][\w.&'’-]*|\d+|of|the|and|for|de|van|von))*")


def _end(words: list[str], verb: int) -> int:
    """Where a headline ends best: what it leaves out and what it has too many are weighed against each other."""
    total = len(words)
    if total <= LONG:
        return total
    figure = next((at for at in range(verb, total) if _amount.match(words[at])), 0)
    condition = max((at for at, word in enumerate(words) if word in _restricts), default=0)
    best, least = total, TOO_LONG * max(0, total - ENOUGH)
    for at in range(verb + 2, total):
        cost = TOO_LONG * max(0, at - ENOUGH) + TOO_SHORT * max(0, ENOUGH - at)
        cost += LOST_FIGURE * (at <= figure) + LOST_CONDITION * (at <= condition)
        if cost < least and (cost := cost + _loss(words, at)) < least and _ends_well(words[:at]) and not _open(words[:at]):
            best, least = at, cost
    return best


def _loss(words: list[str], at: int) -> float:
    """How much a headline loses that ends before this word: nothing before ", which", its sense before "of"."""
    word, before, behind = words[at].lower(), words[at - 1], words[at + 1 :]
    has_verb = any(map(is_finite, behind[: 2 if word == "and" else 6]))
    if before in ("-", "--", "—", "–"):
        return 0
    if before.endswith((",", ";")):
        adds = (
            word in _adds
            or word.endswith("ly")
            or (word.endswith("ing") and word not in _restricts)
            or _later.match(" ".join(words[at:]))
        )
        if adds or (word in _DET and not any(one.endswith(",") for one in (*words[: at - 1], *words[at:]))):
            return 0
        if word in ("and", "but"):
            return (2 if word == "and" else 4) if has_verb else NEVER
        return 1 if word in _LOSSES and before.endswith(",") else NEVER
    if (is_past(before) and word in _LOSSES) or (word in ("that", "to") and any(map(_tells.match, words[max(0, at - 4) : at]))):
        return NEVER
    if (
        word in ("as", "and")
        and before not in ("times", "just", "same", "such", "twice", "half")
        and (has_verb or behind[:1] == ["will"])
    ):
        return 1 if word == "as" else 3
    return _LOSSES.get(word, NEVER) + 2 * (word in _RELATIVE and not {"a", "an"}.isdisjoint(words[max(0, at - 3) : at]))


_RELATIVE = ("that", "which", "who", "whose")
_DET = ("the", "a", "an", "its")
_later = re.compile(r"(?:\w+|a|an) (?:days?|weeks?|months?|years?) (?:after|before)|(?:up|down|compared|more than|less than) ")


def _ends_well(words: list[str]) -> bool:
    """False where the last word, or a verb, wants another behind it."""
    word, before = words[-1].lower().strip("\"“”',;:.()"), words[-2].lower()
    hangs = before in _AUXILIARY and (before != "to" or word in forms())
    return not (hangs or word in _OPEN_ENDS or word in _LOSSES or word.endswith(("ly", "ing")) or is_finite(word))


_adds = frozenset(
    "which who whose where while with as after before because although including whereas when since following".split()
)
LONG, ENOUGH, TOO_LONG, TOO_SHORT = 17, 18, 0.6, 0.15  # words; … and what each above or below costs
LOST_FIGURE, LOST_CONDITION, NEVER = 5, 30, 99
_LOST: dict[float, str] = {  # of what begins with these words
    1: "while because although whereas amid following despite",
    1.5: "after before when during without alongside",
    2.5: "since",
    4: "in on at by under through across where using among",
    5: "that which who whose for from with into over between within",
    5.5: "to",
    6: "as and against",
}
_LOSSES = {word: loss for loss, words in _LOST.items() for word in words.split()}
_restricts = frozenset("pending depending barring assuming excluding unless if subject provided".split())


def _open(words: list[str]) -> bool:
    """True when a bracket or a quotation mark is not closed, or a clause has begun that has no verb yet."""
    text = " ".join(words)
    if text.count("(") != text.count(")") or text.count("“") != text.count("”") or text.count('"') % 2:
        return True
    begun = max((at for at, word in enumerate(words) if _begins_clause(words, at, word.lower())), default=len(words))
    return not any(
        may_be_finite(words, at) and words[at + 1 : at + 2] != ["by"] for at in range(begun + 1, len(words))
    ) and begun < len(words)


def _begins_clause(words: list[str], at: int, word: str) -> bool:
    return word in _CLAUSE or (word in ("and", "but") and at > 0 and words[at - 1].endswith(","))


_CLAUSE = frozenset("that which who whose where whether how because although while when if".split())


def _beginning(text: str) -> str:
    words = text.rstrip(".").split()
    if len(words) <= LONGEST_WORDS:
        return _capital(" ".join(words))
    kept = words[: LONGEST_WORDS - 1]
    while len(kept) > 6 and (kept[-1].lower().strip(",;:") in _OPEN_ENDS or kept[-1].lower() in _LOSSES):
        kept.pop()
    while len(kept) > 6 and kept[-1][:1].isupper() and words[len(kept)][:1].isupper():  # no half a name
        kept.pop()
    return _capital(" ".join(kept).rstrip(",;:")) + "…"


_joining = re.compile(r"^(?:And|But|So|Yet|Or|Then) (?=\w)")


def _capital(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]
