"""Frames of English clauses: who raised, released, ruled, made a chip, joined with whom, took a post, bought whom.

Each asks the clauses of the event's sentence for one of its verbs, and takes subject, object and what stands behind prepositions from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from crawler.nlp.clause_en import LONGEST_NAME, PROPER, Clause, clauses, clean_name, is_person, main_name, may_act, names_from
from crawler.nlp.events import frames as told
from crawler.nlp.events.frames import MONEY_EN, Cell, Said, amount_of, cell, cell_of, compiled, joined
from crawler.text import places, whole_places

_RAISE = frozenset(
    "raise close file secure land bag collect net win complete price score bank receive announce sell obtain get pick".split()
)
_GRANT = frozenset("award grant invest give put commit provide lend".split())
_FUNDS = re.compile(rf"^.{{0,80}}?(?:{MONEY_EN}|\bround\b|funding|Series|financing|offering|\bseed\b|grant)")
_RELEASE = frozenset(
    "release publish launch unveil open-source open ship introduce debut make announce update give cut preview present put".split()
)
_RULE = frozenset(
    "ban pass approve adopt propose sign publish issue unveil announce enact launch order reject vote impose open delay extend back halt lower raise require allow fund"
    " outlaw block set put".split()
)
_CHIP = frozenset(
    "unveil launch release introduce announce tape begin ship start sample develop deliver make complete take".split()
)
_TOGETHER = frozenset(
    "sign announce form develop build team partner agree join launch award win work create establish collaborate invest reach enter strike ink expand land secure choose pick"
    " select hire tap order use deploy adopt set pool supply provide".split()
)
_JOIN = frozenset("join move return".split())
_COMES = _JOIN | frozenset("serve succeed replace".split())
_APPOINT = frozenset("appoint name hire promote tap elect pick poach lure recruit nominate become take".split())
_LEAVE = frozenset("leave resign step depart quit retire die".split())
_BUY = frozenset("buy acquire purchase take snap merge sell complete scrap abandon cancel drop terminate raise increase".split())
_not_yet = re.compile(r"\b(?:in talks|is seeking|considering)\b")


def _acting(said: Said, verbs: frozenset[str]) -> Iterator[Clause]:
    return (one for one in clauses(said.sentence, said.text) if one.verb in verbs and not one.is_sub)


def _who(one: Clause, said: Said | None = None) -> str:
    """The subject, first one who is known to act; of "the company" it is the one whom the article is about."""
    known = [name for name in one.subject if said and name in said.actors]
    if one.subject or said is None:
        return (known or [*one.subject, ""])[0]
    name = main_name(said.title, said.text)
    if _company.match(one.before) and name and not is_person(name):
        return name
    name = told.only(said, said.actors)
    return "" if is_person(name) else name


_company = re.compile(
    r"(?:[Tt]he|[Ii]ts) (?:[\w-]+ ){0,3}(?:company|firm|start-?up|maker|group|lab|developer|designer|operator|bank|carmaker)$|[Ii]t$"
)


def funding_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    if _not_yet.search(sentence) or told.EARLIER.search(sentence):
        return {}
    if brief := _briefly.search(sentence):
        lenders = joined(list(names_from(brief["by"] or "", 0, said.text)), sentence)
        return said.filled(actors=brief["who"], round=brief["round"], amount=brief["amount"], investors=lenders)
    for one in _acting(said, _GRANT):
        given = re.match(rf" (?:(?:about |up to |another )|(?P<to>{PROPER.pattern}) (?:a )?)?(?P<sum>{MONEY_EN})", one.behind)
        to = [given["to"]] if given and given["to"] else one.after("to|in|into", said.text) if given else []
        if given and one.subject and to:
            lent = cell_of(told.ROUND[1:], sentence, *said.behind) or cell("", "")
            return said.filled(actors=to[0], round=lent, amount=given["sum"], investors=_who(one))
    acting = (one for one in _acting(said, _RAISE | {"sell"}) if one.before and _FUNDS.search(one.behind))
    raised = next((one for one in acting if one.verb != "sell" or _bonds.match(one.behind)), None)
    who = _who(raised, said) if raised else ""
    if (whose := _whose_firm.search(sentence)) and is_person(who):
        who = whose["it"]
    if not who:
        return {}
    amount = amount_of(
        (sentence,),
        MONEY_EN,
        r"valued|valuation|valuing|worth|revenue|market value|capitali[sz]ation|total(?: of)?|to date|at|than|previous|tag",
    )
    round_ = cell_of(told.ROUND[1:], sentence, said.title)
    return said.filled(actors=who, round=round_, amount=amount, investors=_investors(said, who))


_bonds = re.compile(rf" {MONEY_EN} (?:of|in) (?:[\w-]+ )*?(?:bonds?|notes|shares|debt)")
_briefly = re.compile(
    rf"(?P<who>{PROPER.pattern}) \((?P<amount>{MONEY_EN}) (?P<round>Series [A-K]|[Ss]eed|[Pp]re-[Ss]eed)(?: round)?(?:, (?:led by )?(?P<by>[A-Z][^)]*))?"
)
_whose_firm = re.compile(rf"\bwhose (?:[a-z-]+ ){{0,2}}(?:start-?up|company|firm|lab), (?P<it>{PROPER.pattern})")
_led_it = re.compile(rf"\bthat (?:the )?(?P<it>{PROPER.pattern}) (?:co-)?led\b")
_led = re.compile(
    r"\b(?:(?:co-)?led by|participation (?:from|by)|(?:investors|backers)(?: in the round)?,?(?: which)? (?:included?|includes|including|are|were)|among them|from|with) "
    r"(?=[A-Z]|the |an? |existing )"
)
_led_to = re.compile(r".{0,90}? (?:also )?(?:taking part|participating|joining|investing|leading)")


def _investors(said: Said, who: str) -> Cell | None:
    found: list[str] = []
    quote = ""
    for place in (said.sentence, *said.about(who)):
        names: list[str] = []
        is_round = place == said.sentence or re.search("funding|round|Series|invest|backer", place)
        names += [match["it"] for match in _led_it.finditer(place) if is_round]
        for match in _led.finditer(place) if is_round else ():
            if match[0] == "from " and place == said.sentence and not re.search(MONEY_EN, place[: match.start()]):
                continue
            if match[0] != "with " or _led_to.match(place, match.end()):
                names += names_from(place, match.end(), said.text)
        for one in clauses(place, said.text) if is_round and place != said.sentence else ():
            names += one.subject if one.verb in ("lead", "participate", "join", "invest") else ()
        found += [name for name in names if name not in found and name != who]
        quote = quote or (place if names else "")
    return joined(found, quote)


_kind_of_model = re.compile(
    r" (?:an? |the |its |new |free |first |open )*(?P<it>(?:(?!as |of |in |for |that |with |on |and |to |at )[\w-]+ ){0,4}(?:model|dataset"
    r"|API|SDK|assistant|toolkit|platform|app|library|benchmark|framework))\b"
)
_out = re.compile(
    rf"(?:^|[.;:] |\bm\. |`)(?P<what>{PROPER.pattern}|[a-z]+(?:-[a-z\d]+)*-\d[\w.]*)`?(?:,(?: [^,;]{{2,60}},)+)? (?:is|are|was|were|has been|have been) (?:now |also )?(?:out"
    rf"|generally available|available|open[- ]source[d]?|released|published|launched|live)\b"
)
_numbered = re.compile(rf"\b[Vv]ersion (?P<n>\d[\d.]*) of (?:its |the )?(?P<it>{PROPER.pattern})")
_called = re.compile(rf"\b(?:called|named|dubbed|known as|which it calls) (?P<it>{PROPER.pattern})")


_puts_out = re.compile(r" (?:out|(?:its |the )?(?:weights|code|model)) ")
_day = re.compile(r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d")
_versioned = re.compile(rf"(?!{_day.pattern}).*\d")
_made_public = re.compile(
    rf"(?P<what>{PROPER.pattern}),?(?: which [^,.;]{{3,80}},)? (?:was|were|is|are|has been|have been|will be) (?:now )?(?:released|published|launched|rolled out|open-sourced|posted"
    r"|unveiled|opened)\b[^.;]{0,60}? by (?:the )?"
)


def release_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    if match := _out.search(sentence):
        who = told.only(said, said.actors)
        return said.filled(actors="" if match["what"].startswith(who) else who, **told.model(said, match["what"]))
    one = next((one for one in _acting(said, _RELEASE) if one.verb != "put" or _puts_out.match(one.behind)), None)
    if one is None or one.is_passive:
        by = _made_public.search(sentence)
        return (
            said.filled(actors=next(names_from(sentence, by.end(), said.text), ""), **told.model(said, by["what"])) if by else {}
        )
    what = next(
        (
            match[0].rstrip(".,'’")
            for match in PROPER.finditer(one.behind.partition(" by ")[0])
            if not (told.NO_MODEL.match(match[0]) or _day.match(match[0]))
        ),
        "",
    )
    if numbered := _numbered.search(sentence):
        whole = f"{numbered['it']} {numbered['n']}"
        what = whole if whole in sentence else numbered["it"]
    if called := _called.search(sentence):
        what = called["it"]
    kind = _kind_of_model.match(one.behind)
    what = what if what and may_be_object(what) else kind["it"] if kind else ""
    if not what or what in ("model", "system"):  # the title may name it
        what = next((match[0] for match in PROPER.finditer(said.title) if _versioned.match(match[0])), what)
    who = _who(one, said)
    return said.filled(actors="" if what == who else who, **told.model(said, what))


def may_be_object(what: str) -> bool:
    return bool(re.search(r"\d", what)) or may_act(what, what)


_act = (
    r"(?P<it>(?:the )?(?:[A-Z][\w’'-]*|\d+)(?: (?:[A-Z][\w’'-]*|\([A-Z][\w ]+\)|of|for|on|and|the|in|to|\d+))* (?:Act|Bill|Law|Rules?|Regulations?|Code|Directive|Ordinance|Order"
    r"|Strategy|Plan|Framework|Guidelines?|Standard|Scheme|scheme|Programme|Program|programme|Fund|Initiative|Treaty|Convention|Charter|Decree|Policy|Resolution))\b"
)
_named_act = re.compile(_act)
_ruled = re.compile(
    rf"\b{_act} (?:was|were|is|has been|will be|takes|took|comes|came|enters|entered|cleared|passed) (?:\w+ )?(?P<stage>announced|passed|approved|adopted|signed|published"
    r"|unveiled|proposed|effect|into force|force|launched|enacted|second reading|third reading)"
)
_votes = (
    r"(?:unanimously )?(?:\d+(?: to |[-–])\d+ )?(?:(?:late |early )?(?:on )?[A-Z]\w+day (?:night |evening )?|yesterday |today )?"
)
_loose = re.compile(  # what is ruled on, behind votes, day and how far it is put back
    rf" (?:into law )?{_votes}(?:(?:back |down )?(?:by [a-z]+ [a-z]+, )?(?:to [A-Z]\w+ \d{{4}}, |to [a-z]+ |for ))?"
    r"(?:the use of |an? |the |new |one-year |two-year )*(?P<it>(?!them\b|it\b|\d+ to|night)[^,]{4,90}?)"
    r"(?=,| that | which | requiring | above | for (?:public )?comment| after | late | by [A-Z][a-z]{2,}| (?:on|in|by|from) (?:[A-Z]|\d)|\.?$)"
)
_made_by = re.compile(
    r"\b(?:an?|the|The|its) (?P<it>(?:[a-z-]+ ){0,3}(?:law|bill|rules?|ordinance|standard|act|regulations?|code|guidelines|framework|strategy|decree)),? (?P<stage>adopted"
    r"|issued|passed|published|approved|signed|proposed|released|written|drafted|unveiled|announced)(?: (?:on|late|early|this|last|\w+day))* by (?:the )?(?:[a-z]+['’]s )?"
)
_approval = re.compile(
    r"\b(?:gave|has given|gives) (?:its |the )?(?P<stage>(?:final |preliminary |initial )?(?:approval|assent|backing))(?: on \w+| late \w+)?"
    r" to (?:the |an? )?(?P<it>[^,]{4,90}?)(?=,| that | which |\.?$)"
)
STAGE = compiled(
    r"effective (?:immediately|(?:on |from )?[A-Z][a-z]+ \d+)|(?:takes?|took|taking|come[s]? into|into) (?:effect|force)(?: (?:on|in"
    r"|from) [A-Z][a-z]+(?: \d+)?(?:, \d{4})?)?|public consultation|for (?:public )?comment|second reading|third reading|first reading|signed into law|put back|draft"
)
LEVEL = compiled(
    r"\b(?:federal|national|nationwide|statewide|European Union|EU|city council|state (?:senate|assembly"
    r"|legislature|lawmakers)|international|United Nations|G7|G20|OECD)\b|(?<=[a-z] )(?P<it>City|County)(?= (?:[Cc]ouncil|[Bb]oard|[Cc]ommission|supervisors))|\bstate(?=['’]s )"
)


def policy_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    if told.EARLIER.search(sentence):
        return {}
    stage = cell_of(STAGE, sentence)
    level = cell_of(LEVEL, sentence)
    if match := _ruled.search(sentence):
        by = re.search(r" (?:by|in) (?:the )?(?:[Mm]inister [^,.]{3,50}? (?=[A-Z]\w+ [A-Z]\w+ [A-Z]))?", sentence[match.end() :])
        names = list(names_from(sentence, match.end() + by.end(), said.text)) if by else []
        what = re.sub("^[Tt]he ", "", match["it"])
        return said.filled(
            actors=names[0] if names else "", object=what, level=level, stage=stage or Cell(match["stage"], sentence)
        )
    if (made := _made_by.search(sentence)) and (names := list(names_from(sentence, made.end(), said.text))):
        stage = stage or cell_of(STAGE, said.title) or Cell(made["stage"], sentence)
        return said.filled(actors=names[0], object=made["it"], level=level, stage=stage)
    if approved := _approval.search(sentence):
        who = next(iter(names_from(sentence, 0, said.text)), "")
        return said.filled(actors=who, object=approved["it"], level=level, stage=approved["stage"])
    acting = (one for one in _acting(said, _RULE) if one.before and not one.is_passive)
    one = next((one for one in acting if not sentence.endswith(" to ", 0, one.start)), None)
    who = _who(one, said) if one else ""
    if one is None or not who:
        return {}
    named, loose = _named_act.search(one.behind), _loose.match(one.behind)
    what = named["it"] if named else loose["it"] if loose else ""
    verb = sentence[one.start : one.end]
    found = (_owner.search(one.before, 0, at) for at in places(who, one.before))  # India's Ministry of Electronics
    whose = next((owner[0] + who for owner in found if owner), "")
    return said.filled(
        actors=whose or _who(one),
        object=re.sub("^[Tt]he ", "", what),
        level=level,
        stage=stage or Cell(verb, sentence),
    )


_owner = re.compile(r"[A-Z][\w ]*['’]s \Z")
_chip_object = compiled(
    rf", (?:the )?(?P<it>{PROPER.pattern})(?=[,.; ]|$)",
    rf"\b(?:called|codenamed|code-named|named|dubbed|known as) (?P<it>{PROPER.pattern})",
    rf"^ (?:out |shipping |the wraps off )?(?:its |the |a |an )?(?:new |first |second |third |next-generation |own )*"
    rf"(?P<it>{PROPER.pattern})(?=,|'s| (?:chip|accelerator|processor|GPU|line|series|is|in|on)|\.?$)",
    r"^ (?:[\w ]{0,30}(?:of|out) )?(?:its |a |an |the )?(?:(?:new|first|second|third|second-generation|next-generation|in-house|own) )*"
    r"(?P<it>(?:\d+nm |[\w-]+ ){0,3}(?:accelerator|processor|chip|ASIC|GPU|NPU|SoC|memory))",
)
_production = re.compile(
    rf"[Pp]roduction of (?P<who>{PROPER.pattern})['’]s? (?P<it>[^,.]{{3,50}}?) (?:began|begins|started|starts|has begun)\b"
)
_UNITS = r"\d[\d,.]*(?:[-–]\d[\d,.]*)? (?:million )?(?:units|chips|wafers|pieces)"


def chip_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    acting = (one for one in _acting(said, _CHIP) if one.verb != "take" or one.behind.startswith(" the wraps"))
    one = next((one for one in acting if not one.is_passive), None)
    if made := _production.search(sentence):
        return said.filled(
            actors=made["who"],
            object=made["it"],
            process=cell_of(told.PROCESS, sentence),
            amount=amount_of((sentence,), _UNITS, "each"),
        )
    if one is None:
        return {}
    what = cell_of(_chip_object, one.behind[:130])
    return said.filled(
        actors=_who(one, said),
        object=what.value if what else "",
        process=cell_of(told.PROCESS, sentence, *said.behind[:1]),
        amount=amount_of((sentence,), _UNITS, "each") or amount_of(said.behind[:1], _UNITS, "each|capacity to"),
    )


_object_together = compiled(
    r"\b(?:to|will|would)(?: jointly| together| co-?)? ?(?:develop|build|design|make|supply|create|offer|train|provide|deploy|manufacture|bring|run|use|integrate|test|control|sell|equip"
    r"|deliver|put) (?:an? |the |its |their )?(?P<it>[^.;]{4,110}?)(?=, (?!\d|and )| to [A-Z]| for the \d{4}| for participating"
    r"| starting| over the| worth| across| by artificial|[.;]|$)",
    r"under which (?P<it>[^.;]{6,140}?)(?=[.;]|$)",
    r"\b(?:agreement|deal|contract|partnership|alliance|pact|order) (?:on|for|covering|to) (?P<it>[^.,;]{4,80}?)(?= (?:from|to|with) [A-Z]|[.,;]|$)",
    r"\bordered (?:the |a total of |an? )?(?P<it>[^.,;]{4,60}?)(?= (?:for|from|by|to)\b|[.,;]|$)",
    r"\b(?:agreement|contract|deal|tender|order|pact|partnership)\b[^.;]{0,50}? to (?P<it>[a-z](?:[^.;,]|,\d){6,110}?)(?=, |[.;]|$)",
    r"\b(?:an? |the )(?P<it>(?:[a-z-]+ )?(?:joint venture|alliance|consortium|partnership) (?:to|for|against|on) [^.;,]{4,90}?)(?=, |[.;]|$)",
)


def partnership_en(said: Said) -> dict[str, Cell]:
    acting = list(_acting(said, _TOGETHER))
    lists = (_together(one, said.text) for one in acting)
    who = next((names for names in lists if len(names) > 1), [])
    if not who and acting and len(said.actors) > 1:
        who = [name for name in said.actors if name in said.sentence]
    if len(who) < 2:
        return {}
    places = (said.sentence, *said.behind[:1])
    return said.filled(
        actors=joined(who, said.sentence),
        object=cell_of(_object_together, said.sentence),
        amount=amount_of(places, MONEY_EN, r"valued|valuation|valuing|revenue|sales of|than|of which"),
    )


def _together(one: Clause, text: str) -> list[str]:
    """Those whom a clause names side by side."""
    is_made = one.is_passive or one.verb in ("announce", "launch", "develop", "build", "form", "create", "set")
    marks = "with|by" if one.is_passive else "by" if one.verb in ("use", "deploy", "adopt") else "with|from|to"
    return list(dict.fromkeys((*one.subject, *([] if is_made else one.direct(text)), *one.after(marks, text))))


_BEFORE_POST = r"(?:first |interim |acting |co-|global |new |deputy |vice |senior |executive |group |managing |associate )*"
_UNTIL = r"(?= at\b| of\b| on\b| in\b| from\b| after\b| who\b| and\b| to\b|,|\.|$)"
_POST = (
    rf"(?:{_BEFORE_POST}(?:chief [a-z]+(?: [a-z]+)? officer|chief (?:scientist|executive|economist|architect|engineer|of staff|AI scientist)|C(?:[ETFOIMSPR]|HR|IS)O\b"
    rf"|vice[- ]president(?: (?:of|for) [a-z ]+?{_UNTIL})?|president|chair(?:man|woman|person)?\b|director(?: (?:of|for) [a-z ]+?{_UNTIL})?|head of [a-z ]+?{_UNTIL}"
    r"|general (?:counsel|manager)|(?:co-)?founder|partner|dean|provost|secretary|mayor|minister|commissioner|adviser|advisor|board member|professor|fellow|editor"
    r"|(?:finance|technology|product|marketing|legal|policy|research|operations|safety|security|revenue) (?:chief|head|officer))"
    r"(?: and (?:chief [a-z]+(?: officer)?|president|director|C[A-Z]O))?)"
)
_post = re.compile(rf"\b(?P<it>{_POST})", re.IGNORECASE)
_as = re.compile(
    rf"\b(?:as|to be|to become|in the role of|becomes?|became|over as|named|appointed) (?:its |the |an? |their )?(?P<it>(?:[a-z-]+ ){{0,2}}?{_POST})",
    re.IGNORECASE,
)
_to_post = re.compile(
    rf",? (?:as |to be |to the (?:post|role|position) of )?(?:its |the |an? |their )?(?P<it>{_POST})", re.IGNORECASE
)
_at = re.compile(r" (?:of|at|for) (?:AI lab |the )?(?=[A-Z])")
_next = re.compile(
    rf"(?:[Ss]uccessor|[Rr]eplacement)(?: as (?P<post>{_POST}))? (?:will be|is|would be) |\b(?:replaced|succeeded) by (?:[a-z]+ |C[A-Z]O )*(?=[A-Z])"
)


def people_en(said: Said) -> list[dict[str, Cell]]:
    """A row each of those who come or go, in the order of the sentence."""
    rows: dict[str, dict[str, str | Cell | None]] = {}
    for one in clauses(said.sentence, said.text):
        if one.verb == "move" and not one.behind.startswith(" to "):
            continue
        if one.verb in _COMES | _LEAVE or (one.verb in _APPOINT and (one.is_passive or one.verb in ("become", "take"))):
            cells = _mover(said, one)
        elif one.verb in _APPOINT and one.subject:
            cells = _appointed(one)
        else:
            continue
        who = cells["actors"]
        if who:
            rows.setdefault(who.value if isinstance(who, Cell) else str(who), cells)
    for told_of in _by_noun.finditer(said.sentence):
        who = clean_name(told_of["who"] or told_of["leaves"], said.sentence)
        if is_person(who):
            rows.setdefault(who, {"actors": who, "object": "", "post": told_of["post"] or told_of["also"]})
    if after := _next.search(said.sentence):
        left = next(iter(rows.values()), {"object": "", "post": ""})
        for name in [one for one in names_from(said.sentence, after.end(), said.text) if is_person(one)][:1]:
            rows[name] = {"actors": name, "object": left["object"], "post": after["post"] or left["post"]}
    own = _employer(said, rows)
    return [said.filled(**cells | {"object": own if cells["object"] == "" else cells["object"]}) for cells in rows.values()]


def _employer(said: Said, rows: Iterable[str]) -> str:
    """The one other who acts, or else whom the article is about; nobody who is also called by a surname."""
    others = [name for name in said.actors if not any(name in one or one in name for one in rows)]
    holder = _holder.search(said.title)
    if holder and not is_person(holder["of"]):
        others = [clean_name(holder["of"], said.title)]
    name = others[0] if len(others) == 1 else main_name(said.title, said.text)
    surname = name.rpartition(" ")[2]
    is_somebody = is_person(name) and said.text.count(surname) > said.text.count(name)
    return "" if is_somebody or any(name in one or one in name for one in rows) else name


def _mover(said: Said, one: Clause) -> dict[str, str | Cell | None]:
    """Of a person who comes or goes: who, where, and which post it is."""
    head, text = f"{one.before}, {one.aside}", said.text
    who = next((name for name in (_with_first_name(name, text) for name in reversed(one.subject)) if is_person(name)), "")
    if not who and one.before in ("who", "he", "she") and (named := _named_before(said.sentence[: one.start])):
        who, head = named
    if one.verb in _LEAVE:
        held = _as_left.match(one.behind) or _post.search(head) or _post.search(said.title)
        of = one.direct(text) or [clean_name(match["it"], "") for match in _whose.finditer(head)]
        of = of or [name for at in _at.finditer(head) for name in names_from(head, at.end(), text)] or list(one.subject)
    elif on_board := re.match(r" (?:the|its) (?P<it>board)\b(?: of (?:directors of )?(?P<of>[A-Z]\w+))?", one.behind):
        held, of = on_board, [on_board["of"] or main_name(said.title, text)]
    else:
        held = _as.search(said.sentence[one.start :]) or (_post.match(one.behind, 1) if one.is_passive else None)
        at = _at.search(one.behind)
        of = one.direct(text) or one.after("to|with", text) if one.verb in _JOIN else []
        of = of or (list(names_from(one.behind, at.end(), text)) if at and one.verb not in _JOIN else [])
    quote = said.sentence
    if not who and held and (titled := _titled.match(said.title)) and is_person(clean_name(titled["who"], "")):
        who, quote = clean_name(titled["who"], ""), said.title
    post = re.sub("^(?:first|new) ", "", held["it"]) if held else ""
    if one.verb == "die":
        return {"actors": cell(who, quote), "object": None, "post": None}
    return {"actors": cell(who, quote), "object": next((name for name in of if name != who), ""), "post": post}


def _with_first_name(surname: str, text: str) -> str:
    """The whole name of a person who is called by the surname alone."""
    for at in whole_places(surname, text) if surname and " " not in surname else ():
        if first := _first_name.search(text, max(0, at - LONGEST_NAME), at):
            whole = clean_name(first[0] + surname, "")
            return whole if is_person(whole) else surname
    return surname


_first_name = re.compile(r"\b[A-Z][\w’'-]*[a-z] (?:[A-Z]\. )?\Z")


def _named_before(words: str) -> tuple[str, str] | None:
    """The last person named in these words, and what is said behind the name."""
    found = [match for match in PROPER.finditer(words) if is_person(clean_name(match[0], words))]
    return (clean_name(found[-1][0], words), words[found[-1].end() :]) if found else None


_by_noun = re.compile(  # the appointment of … as …, … has tendered his resignation as …
    rf"\bappointment of (?:[a-z-]+ |(?:Mr|Ms|Mrs|Dr)\.? )*(?P<who>{PROPER.pattern}),? (?:as|to be) (?:an? |the |its )?(?P<post>(?i:{_POST}))"
    rf"|(?P<leaves>{PROPER.pattern}) (?:has |had )?(?:tendered|handed in|submitted) (?:his|her|their) resignation as (?:an? |the |its )?(?P<also>(?i:{_POST}))"
)
_holder = re.compile(rf"(?P<of>{PROPER.pattern})(?:['’]s)? (?i:{_POST})")
_whose = re.compile(rf"(?P<it>{PROPER.pattern})(?:['’]s?|(?<=['’]s)) (?=[a-z])")
_as_left = re.compile(rf" (?:down |aside )?as (?:its |the )?(?P<it>{_POST})", re.IGNORECASE)
_titled = re.compile(
    rf"(?P<who>{PROPER.pattern}) (?:leaves|quits|steps|resigns|departs|to leave|is leaving|joins|named|appointed)\b"
)


def _appointed(one: Clause) -> dict[str, str | Cell | None]:
    """Of who appoints somebody: whom, and to which post."""
    for match in PROPER.finditer(one.behind):
        who, behind = clean_name(match[0], one.behind), one.behind[match.end() :]
        if is_person(who) and not re.match(r" (?:executive|engineer|researcher|veteran)", behind):
            held = _to_post.match(behind) or _as.search(behind)
            post = re.sub("^(?:first|new) ", "", held["it"]) if held else ""
            return {"actors": who, "object": _who(one), "post": post}
    return {"actors": "", "object": "", "post": ""}


_stake = re.compile(
    r" (?:over |up )?(?P<it>(?:a |the |another )?(?:(?:\d[\d.]*(?:%| percent| per cent))(?: stake)?|(?:majority|controlling|minority) stake|majority) (?:of|in) )?"
)


_ended = re.compile("scrap|abandon|cancel|drop|terminat")
_pays = re.compile(r"\b(?:paid|will pay|pays|valu(?:es|ed) the deal|the deal is worth|purchase price)\b")
_on_deal = re.compile(r"ubject to|^The (?:deal|transaction|acquisition|purchase)\b")
_taking = re.compile(
    rf"(?P<buyer>{PROPER.pattern})['’]s? (?:[a-z-]+ ){{0,2}}(?:{MONEY_EN} )?(?:takeover|acquisition|purchase|buyout) of (?:the |an? )?(?:[a-z-]+ ){{0,4}}"
)


_deal = re.compile(  # what a verb buys or sells: over Y, its acquisition of Y, the assets of Y, its holding in Y
    r" (?:over |up )?(?:(?:its |the |an? )?.{0,40}?(?:acquisition|purchase|takeover) of |(?:its |the |an? )?(?:holding|stake|interest) in "
    r"|(?:the |its |all )?(?:[a-z]+ (?:and )?){0,3}(?:assets|business|shares|unit) of )?"
)
_share = re.compile(r"\bto (?P<it>\d[\d.]*(?:%| percent| per cent))(?! of revenue)")
_buying = re.compile(r" (?:its |the )?(?:\S+ ){0,4}(?:acquisition|purchase|takeover)")
_holding = re.compile(r" (?:its |the )?(?:\w+ )?(?:holding|stake|interest) in ")
_deal_verb = {  # what must stand behind verbs that mostly do something else
    **dict.fromkeys("complete scrap abandon cancel drop terminate".split(), _buying),
    **dict.fromkeys("raise increase".split(), _holding),
    "take": re.compile(r" (?:over|an? [\w ]*stake)"),
}


def acquisition_en(said: Said) -> dict[str, Cell]:
    sentence, text = said.sentence, said.text
    if (taken := _taking.search(sentence)) and (bought := list(names_from(sentence, taken.end(), text))):
        return _bought(said, [taken["buyer"], bought[0]], bought[0])
    for one in clauses(sentence, text):
        if one.verb not in _BUY or not _deal_verb.get(one.verb, _deal).match(one.behind):
            continue
        stake = _stake.match(one.behind)
        deal = _deal.match(one.behind, stake.end() - 1 if stake and stake["it"] else 0)
        bought = list(names_from(one.behind, max(1, deal.end() if deal else 1), text))[:1]
        if one.verb == "merge":
            parties = list(dict.fromkeys((*one.subject, *one.after("with", text))))
            thing = parties[-1] if len(parties) > 1 else ""
            parties = parties if thing else []
        elif one.is_passive or one.verb == "sell":
            buyers = one.after("by|to", text)
            buyer, thing = buyers[0] if buyers else "", _who(one) if one.is_passive else bought[0] if bought else ""
            parties = [*([] if one.is_passive else one.subject), buyer, thing] if buyer else []
        else:
            thing, buyer = bought[0] if bought else "", _who(one) or _talking(said, one)
            parties = [buyer or next((name for name in said.actors if name != bought[0]), ""), thing] if bought else []
        if parties := [name for name in parties if name]:
            share = re.sub("^(?:a|the) ", "", stake["it"] or "") if stake else ""
            risen = _share.search(one.behind) if one.verb in ("raise", "increase") else None
            return _bought(said, parties, risen["it"] if risen else share + thing, sentence[one.start : one.end])
    return {}


def _bought(said: Said, parties: list[str], what: str, verb: str = "") -> dict[str, Cell]:
    places = (said.sentence, said.title, *(one for one in said.about(parties[0]) if _pays.search(one)))
    amount = amount_of(places, MONEY_EN, r"valued|valuation|valuing|revenue|worth of|than")
    below = (one for one in said.below() if _on_deal.search(one))
    stage = told.surest(told.STAGE_DEAL, said.sentence) or told.surest(told.STAGE_DEAL, *below)
    stage = stage or cell(verb if verb.endswith("ed") and _ended.match(verb) else "", said.sentence)
    return said.filled(actors=joined(parties, said.sentence), object=what, amount=amount, stage=stage)


def _talking(said: Said, one: Clause) -> str:
    """Who is in talks, or has a deal, to buy."""
    before = said.sentence[: one.start]
    talks = re.search(r"(?:talks|agreement|deal|offer|bid|plans?) to $", before)
    return next(names_from(before, 0, said.text), "") if talks else ""


READ: Mapping[str, told.Reader] = {
    "funding": funding_en,
    "release": release_en,
    "policy": policy_en,
    "chip": chip_en,
    "partnership": partnership_en,
    "people": people_en,
    "acquisition": acquisition_en,
}
