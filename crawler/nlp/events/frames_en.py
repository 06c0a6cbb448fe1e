"""Frames of English clauses: who raised, released, ruled, made a chip, joined with whom, took a post, bought whom.

Each asks the clauses of the event's sentence for one of its verbs, and takes subject, object and what stands behind prepositions from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from crawler.nlp.clause_en import PROPER, Clause, clauses, clean_name, is_person, main_name, may_act, names_from
from crawler.nlp.events import frames as told
from crawler.nlp.events.frames import MONEY_EN, Cell, Said, amount_of, cell, cell_of, compiled, joined

_RAISE = frozenset(
    "raise close file secure land bag collect net win complete price score bank receive announce sell obtain get".split()
)
_GRANT = frozenset("award grant invest give put commit provide lend".split())
_FUNDS = re.compile(rf"^.{{0,80}}?(?:{MONEY_EN}|\bround\b|funding|Series|financing|offering|\bseed\b|grant)")
_RELEASE = frozenset(
    "release publish launch unveil open-source open ship introduce debut make announce update give cut preview".split()
)
_RULE = frozenset(
    "ban pass approve adopt propose sign publish issue unveil announce enact launch order reject vote impose open delay extend back halt lower raise require allow fund"
    " outlaw block set".split()
)
_CHIP = frozenset(
    "unveil launch release introduce announce tape begin ship start sample develop deliver make complete take".split()
)
_TOGETHER = frozenset(
    "sign announce form develop build team partner agree join launch award win work create establish collaborate invest reach enter strike ink expand land secure choose pick"
    " select hire tap order".split()
)
_JOIN = frozenset("join move return".split())
_COMES = _JOIN | frozenset("serve succeed replace".split())
_APPOINT = frozenset("appoint name hire promote tap elect pick poach recruit nominate become take".split())
_LEAVE = frozenset("leave resign step depart quit retire".split())
_BUY = frozenset("buy acquire purchase take snap complete".split())
_not_yet = re.compile(
    r"\b(?:in talks|is seeking|considering|last year|in 20[0-2]\d,|previously raised|earlier raised|rumou?red)\b"
)


def _acting(said: Said, verbs: frozenset[str]) -> Iterator[Clause]:
    return (one for one in clauses(said.sentence, said.text) if one.verb in verbs and not one.is_sub)


def _who(one: Clause) -> str:
    return one.subject[0] if one.subject else ""


def funding_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    if _not_yet.search(sentence):
        return {}
    for one in _acting(said, _GRANT):
        given = re.match(rf" (?:about |up to |another )?({MONEY_EN})", one.behind)
        if given and one.subject and (to := one.after("to|in|into", said.text)):
            return said.filled(actors=to[0], amount=given[1], investors=_who(one))
    raised = next((one for one in _acting(said, _RAISE) if one.before and _FUNDS.search(one.behind)), None)
    who = _who(raised) or told.only(said, said.actors) if raised else ""
    if not who:
        return {}
    amount = amount_of(
        sentence,
        MONEY_EN,
        r"valued|valuation|valuing|worth|revenue|market value|capitali[sz]ation|total(?: of)?|to date|at|than|previous|tag",
    )
    round_ = cell_of(told.ROUND[1:], sentence, said.title)
    return said.filled(actors=who, round=round_, amount=amount, investors=_investors(said, who))


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
        is_round = place == said.sentence or re.search("funding|round|Series|invest", place)
        for match in _led.finditer(place) if is_round else ():
            if match[0] not in ("with ",) or _led_to.match(place, match.end()):
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


_day = re.compile(r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d")
_versioned = re.compile(rf"(?!{_day.pattern}).*\d")
_made_public = re.compile(
    rf"(?P<what>{PROPER.pattern}),?(?: which [^,.;]{{3,80}},)? (?:was|were|is|are|has been|have been|will be) (?:now )?(?:released|published|launched|rolled out|open-sourced|posted"
    r"|unveiled|opened)\b[^.;]{0,60}? by (?:the )?"
)


def release_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    if match := _out.search(sentence):
        return said.filled(actors=told.only(said, said.actors), **told.model(said, match["what"]))
    one = next(_acting(said, _RELEASE), None)
    if one is None or one.is_passive:
        by = _made_public.search(sentence)
        return (
            said.filled(actors=next(names_from(sentence, by.end(), said.text), ""), **told.model(said, by["what"])) if by else {}
        )
    what = next(
        (
            match[0].rstrip(".,'’")
            for match in PROPER.finditer(one.behind)
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
    return said.filled(actors=_who(one) or told.only(said, said.actors), **told.model(said, what))


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
_loose = re.compile(
    r" (?:unanimously )?(?:\d+(?: to |[-–])\d+ (?:on \w+ (?:night )?)?to \w+ )?(?:the use of |a |an |the |new )*(?P<it>(?!them\b|it\b|\d+ to|night)[^,]{4,90}?)"
    r"(?=,| that | which | requiring | above | for (?:public )?comment| after | late | by [A-Z][a-z]{2,}| (?:on|in|by|from) (?:[A-Z]|\d)|\.?$)"
)
_made_by = re.compile(
    r"\b(?:an?|the|The|its) (?P<it>(?:[a-z-]+ ){0,3}(?:law|bill|rules?|ordinance|standard|act|regulations?|code|guidelines|framework|strategy|decree)),? (?P<stage>adopted"
    r"|issued|passed|published|approved|signed|proposed|released|written|drafted|unveiled|announced)(?: (?:on|late|early|this|last|\w+day))* by (?:the )?(?:[a-z]+['’]s )?"
)
_STAGE = compiled(
    r"effective (?:immediately|(?:on |from )?[A-Z][a-z]+ \d+)|(?:takes?|took|taking|come[s]? into|into) (?:effect|force)(?: (?:on|in"
    r"|from) [A-Z][a-z]+(?: \d+)?(?:, \d{4})?)?|public consultation|for (?:public )?comment|second reading|third reading|first reading|signed into law|draft"
)
_LEVEL = compiled(
    r"\b(?:federal|national|nationwide|statewide|European Union|EU|European Commission|European Parliament|city council|state (?:senate|assembly"
    r"|legislature|lawmakers)|international|United Nations|G7|G20|OECD)\b|(?<=[a-z] )(?P<it>City|County)(?= (?:[Cc]ouncil|[Bb]oard|[Cc]ommission))|\bstate(?=['’]s )"
)


def policy_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    stage = cell_of(_STAGE, sentence)
    level = cell_of(_LEVEL, sentence)
    if match := _ruled.search(sentence):
        by = re.search(r" (?:by|in) (?:the )?(?:[Mm]inister [^,.]{3,50}? (?=[A-Z]\w+ [A-Z]\w+ [A-Z]))?", sentence[match.end() :])
        names = list(names_from(sentence, match.end() + by.end(), said.text)) if by else []
        what = re.sub("^[Tt]he ", "", match["it"])
        return said.filled(
            actors=names[0] if names else "", object=what, level=level, stage=stage or Cell(match["stage"], sentence)
        )
    if (made := _made_by.search(sentence)) and (names := list(names_from(sentence, made.end(), said.text))):
        return said.filled(actors=names[0], object=made["it"], level=level, stage=stage or Cell(made["stage"], sentence))
    one = next((one for one in _acting(said, _RULE) if one.before and not one.is_passive), None)
    who = _who(one) or told.only(said, said.actors) if one else ""
    if one is None or not who:
        return {}
    named, loose = _named_act.search(one.behind), _loose.match(one.behind)
    what = named["it"] if named else loose["it"] if loose else ""
    verb = sentence[one.start : one.end]
    whose = re.search(rf"[A-Z][\w ]*['’]s {re.escape(who)}", one.before)  # India's Ministry of Electronics
    return said.filled(
        actors=whose[0] if whose else _who(one),
        object=re.sub("^[Tt]he ", "", what),
        level=level,
        stage=stage or Cell(verb, sentence),
    )


_chip_object = compiled(
    rf", (?:the )?(?P<it>{PROPER.pattern})(?=[,.; ]|$)",
    rf"\b(?:called|codenamed|code-named|named|dubbed|known as) (?P<it>{PROPER.pattern})",
    rf"^ (?:out |shipping |the wraps off )?(?:its |the |a |an )?(?:new |first |second |third |next-generation |own )*"
    rf"(?P<it>{PROPER.pattern})(?=,|'s| (?:chip|accelerator|processor|GPU|line|series|is|in|on)|\.?$)",
    r"^ (?:[\w ]{0,30}(?:of|out) )?(?:its |a |an |the )?(?:(?:new|first|second|third|second-generation|next-generation|in-house|own) )*"
    r"(?P<it>(?:\d+nm |[\w-]+ ){0,3}(?:accelerator|processor|chip|ASIC|GPU|NPU|SoC|memory))",
)
_UNITS = r"\d[\d,.]*(?:[-–]\d[\d,.]*)? (?:million )?(?:units|chips|wafers|pieces)"


def chip_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    acting = (one for one in _acting(said, _CHIP) if one.verb != "take" or one.behind.startswith(" the wraps"))
    one = next((one for one in acting if not one.is_passive), None)
    if one is None:
        return {}
    what = cell_of(_chip_object, one.behind[:130])
    behind = said.behind[0] if said.behind else ""
    return said.filled(
        actors=_who(one) or told.only(said, said.actors),
        object=what.value if what else "",
        process=told.figure(told.PROCESS, sentence, *said.behind[:1]),
        amount=amount_of(sentence, _UNITS, "each") or amount_of(behind, _UNITS, "each|capacity to"),
    )


_object_together = compiled(
    r"\b(?:to|will)(?: jointly| together| co-?)? ?(?:develop|build|design|make|supply|create|offer|train|provide|deploy|manufacture|bring|run|use|integrate|test|control|sell|equip"
    r"|deliver|put) (?:an? |the |its |their )?(?P<it>[^.;]{4,110}?)(?=, (?:the|it|which|with|in|and|Nikkan|a)\b|, [A-Z]| for the \d{4}| for participating"
    r"| starting| over the| worth| across| by artificial|[.;]|$)",
    r"under which (?P<it>[^.;]{6,140}?)(?=[.;]|$)",
    r"\b(?:agreement|deal|contract|partnership|alliance|pact|order) (?:on|for|covering|to) (?P<it>[^.,;]{4,80}?)(?= (?:from|to|with) [A-Z]|[.,;]|$)",
    r"\bordered (?:the |a total of |an? )?(?P<it>[^.,;]{4,60}?)(?= (?:for|from|by|to)\b|[.,;]|$)",
    r"\b(?:agreement|contract|deal|tender|order|pact|partnership)\b[^.;]{0,50}? to (?P<it>[a-z](?:[^.;,]|,\d){6,110}?)(?=, |[.;]|$)",
    r"\b(?:an? |the )(?P<it>(?:[a-z-]+ )?(?:joint venture|alliance|consortium|partnership) (?:to|for|against|on) [^.;,]{4,90}?)(?=, |[.;]|$)",
)


def partnership_en(said: Said) -> dict[str, Cell]:
    who: list[str] = []
    for one in _acting(said, _TOGETHER):
        marks = "with|by" if one.is_passive else "with|from|to"
        direct = (
            []
            if one.is_passive or one.verb in ("announce", "launch", "develop", "build", "form", "create")
            else one.direct(said.text)
        )
        who = list(dict.fromkeys((*one.subject, *direct, *one.after(marks, said.text))))
        if len(who) > 1:
            break
    else:
        return {}
    places = (said.sentence, *said.behind[:1])
    cells = (amount_of(place, MONEY_EN, r"valued|valuation|valuing|revenue|sales of|than|of which") for place in places)
    return said.filled(
        actors=joined(who, said.sentence), object=cell_of(_object_together, said.sentence), amount=next(filter(None, cells), None)
    )


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
        if one.verb in _COMES | _LEAVE or (one.verb in _APPOINT and (one.is_passive or one.verb in ("become", "take"))):
            cells = _mover(said, one)
        elif one.verb in _APPOINT and one.subject:
            cells = _appointed(one)
        else:
            continue
        who = cells["actors"]
        if who:
            rows.setdefault(who.value if isinstance(who, Cell) else str(who), cells)
    if after := _next.search(said.sentence):
        held = next((cells["post"] for cells in rows.values()), "")
        for name in [one for one in names_from(said.sentence, after.end(), said.text) if is_person(one)][:1]:
            rows[name] = {"actors": name, "object": "", "post": after["post"] or held}
    own = _employer(said, rows)
    return [said.filled(**cells | {"object": cells["object"] or own}) for cells in rows.values()]


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
    who = next((name for name in reversed(one.subject) if is_person(name)), "")
    if not who and one.before in ("who", "he", "she") and (named := _named_before(said.sentence[: one.start])):
        who, head = named
    if one.verb in _LEAVE:
        held = _post.search(head) or _post.search(said.title)
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
    return {"actors": cell(who, quote), "object": next((name for name in of if name != who), ""), "post": post}


def _named_before(words: str) -> tuple[str, str] | None:
    """The last person named in these words, and what is said behind the name."""
    found = [match for match in PROPER.finditer(words) if is_person(clean_name(match[0], words))]
    return (clean_name(found[-1][0], words), words[found[-1].end() :]) if found else None


_holder = re.compile(rf"(?P<of>{PROPER.pattern})(?:['’]s)? (?i:{_POST})")
_whose = re.compile(rf"(?P<it>{PROPER.pattern})(?:['’]s?|(?<=['’]s)) (?=[a-z])")
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


_on_deal = re.compile(r"ubject to|^The (?:deal|transaction|acquisition|purchase)\b")
_NO_PRICE = r"valued|valuation|valuing|revenue|worth of|than"
_taking = re.compile(
    rf"(?P<buyer>{PROPER.pattern})['’]s? (?:[a-z-]+ ){{0,2}}(?:{MONEY_EN} )?(?:takeover|acquisition|purchase|buyout) of (?:the |an? )?(?:[a-z-]+ ){{0,4}}"
)


def acquisition_en(said: Said) -> dict[str, Cell]:
    sentence, text = said.sentence, said.text
    if (taken := _taking.search(sentence)) and (bought := list(names_from(sentence, taken.end(), text))):
        return said.filled(
            actors=joined([taken["buyer"], bought[0]], sentence),
            object=bought[0],
            amount=amount_of(sentence, MONEY_EN, _NO_PRICE),
            stage=told.surest(told.STAGE_DEAL, sentence),
        )
    for one in clauses(sentence, text):
        if one.verb not in _BUY | {"sell"} or not (one.subject or one.is_passive):
            continue
        if one.verb == "complete" and not re.match(r" (?:its |the )?(?:\S+ ){0,3}(?:acquisition|purchase)", one.behind):
            continue
        if one.verb == "take" and not re.match(r" (?:over|an? [\w ]*stake)", one.behind):
            continue
        stake = _stake.match(one.behind)
        at = stake.end() if stake else 1
        if acquired := re.match(r" (?:its |the )?.{0,40}?(?:acquisition|purchase) of ", one.behind):
            at = acquired.end()
        bought = list(names_from(one.behind, at, text))[:1]
        if one.is_passive or one.verb == "sell":
            buyers = one.after("by|to", text)
            buyer, thing = buyers[0] if buyers else "", _who(one) if one.is_passive else bought[0] if bought else ""
            parties = [*([] if one.is_passive else one.subject), buyer, thing] if buyer else []
        else:
            thing, buyer = bought[0] if bought else "", _who(one)
            parties = [buyer, thing] if thing else []
        parties = [name for name in parties if name]
        if not parties:
            continue
        share = re.sub("^(?:a|the) ", "", stake["it"] or "") if stake else ""
        amount = amount_of(sentence, MONEY_EN, _NO_PRICE)
        stage = told.surest(told.STAGE_DEAL, sentence, *(one for one in said.below() if _on_deal.search(one)))
        return said.filled(actors=joined(parties, sentence), object=share + thing, amount=amount, stage=stage)
    return {}


READ: Mapping[str, told.Reader] = {
    "funding": funding_en,
    "release": release_en,
    "policy": policy_en,
    "chip": chip_en,
    "partnership": partnership_en,
    "people": people_en,
    "acquisition": acquisition_en,
}
