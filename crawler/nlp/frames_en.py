"""Frames of English sentences: who raised, released, ruled, made a chip, joined with whom, took a post, bought whom."""

from __future__ import annotations

import re

from crawler.nlp.event_frames import (
    END,
    MONEY_EN,
    NO_MODEL,
    PROCESS,
    ROUND,
    STAGE_DEAL,
    Cell,
    Said,
    amount_of,
    cell,
    cell_of,
    compiled,
    figure,
    first,
    joined,
    model,
    only,
    surest,
)

_W = r"(?:[A-Z][\w&’'-]*|[a-z]+[A-Z]\w*|[a-z]+-[a-z]+-\d[\w.]*)"
NAME_EN = (
    rf"{_W}(?:(?: of the| of| for| and(?= [A-Z]\w+ (?:University|Institute|Fund|Foundation))| the| de)? (?:{_W}|[A-Z]\.))*(?: \d+(?:\.\d+)?(?![\d,.]*\d"
    rf"| (?:million|billion|trillion|percent|people|employees|other)))?"
)
_NO_NAME_EN = re.compile(
    r"^(?:The|It|Its|They|He|She|We|This|That|These|In|On|At|Series|Seed|IPO|CEO|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April"
    r"|May|June|July|August|September|October|November|December|Investors?|Cornerstone|Former|Existing|New|Today|AI|US|U\.S|Spanish|English|Chinese|French|German"
    r"|Japanese|(?:January|February|March|April|May|June|July|August|September|October|November|December) \d+|Europe|China|Japan)$"
)
_BEFORE_NAME_EN = re.compile(
    r"^(?:[A-Z][\w ]{2,16}-based (?=[A-Z])|(?:The|Former|Ex-|Startup|Germany|China|Japan|Britain|France|India|Taiwan|[A-Z][\w ]{2,16})[’']s (?=[A-Z])"
    r"|(?:The|Former|CEO|Chief Executive|Founder"
    r"|President|Chairman|Mr|Ms|Mrs|Dr|Prof|Professor)\.? (?=[A-Z]))+"
)


def name_en(words: str) -> str:
    """A proper name without what stands before it, and the ending 's; "" if it is none."""
    words = re.sub(r"[’']s?$", "", words.strip(' ,.;:“”"'))
    words = re.sub(r"^(?:[Tt]he |[A-Z]\w+-based )", "", words)
    return (
        ""
        if _NO_NAME_EN.match(words)
        or len(words) < 2
        or not re.search(
            r"[A-Z]|\d|(?:senate|ministry|council|government|regulator|commission|parliament|agency|authority|assembly|legislature|cabinet"
            r"|department)$",
            words,
        )
        else words
    )


def names_en(words: str) -> list[str]:
    """Those of a list: X, Y and Z."""
    found = []
    for part in re.split(
        r", (?:and |as well as )?|; (?:and )?| and (?:a unit of |the |existing investors? )?| along with | alongside ", words
    ):
        match = re.search(
            NAME_EN,
            re.sub(
                r"^(?:existing|returning|new|prior|previous|current) (?:investors?|backers?|shareholders?)\s*", "", part.strip()
            ),
        )
        if match and (name := name_en(match[0])) and not re.match(r"(?:Series|Seed|Tuesday|Monday)", name):
            found.append(name)
    return found


_SUBJECT = rf"(?P<who>{NAME_EN})(?:,(?: [^,.;]{{2,90}},)+| \([^)]*\))?"
_LATELY = (
    r"(?: (?:has|have|had|will|is|are|to|today|just|also|yesterday|this (?:week|morning|month)|on \w+|recently|now|officially|formally|quietly|successfully"
    r"|announced (?:it|that it) (?:has|had|will)|says? it (?:has|will)|said (?:(?:on )?\w+ )?(?:it|that it) (?:has|had|will)|plans to|agreed to))*"
)
_RAISE_EN = re.compile(
    rf"{_SUBJECT}{_LATELY} (?:raised|raises|raise|closed|closes|filed for|files for|secured|secures|secure|landed|lands|bagged|bags|pulled in|picked up|picks up|nets"
    rf"|netted|won|completed"
    rf"|completes|priced|prices|collected|scored|banked|received|brought in|announced|announces)\b(?=[^.;]{{0,80}}(?:{MONEY_EN}|round|funding|Series|financing"
    rf"|offering|seed|grant))"
)
_GRANT_EN = re.compile(
    rf"(?P<by>{NAME_EN}) (?:has |have )?(?:awarded|granted|invested|is investing|will invest|gave|put|committed) (?P<amount>{MONEY_EN})[^.;]{{0,40}}? (?:to|in"
    rf"|into) (?:the |[a-z][\w-]* ){{0,4}}(?P<who>{NAME_EN})"
)
_LED_EN = compiled(
    r"\b(?:co-)?led by (?P<it>[^.;]{2,90}?)(?=,? with\b|,? at a|,? valuing|,? which|,? bringing|,? to |, the company|, (?:it|he|she) said|[.;]|$)",
    r"\b(?:with|and) (?:additional |further )?participation (?:from|by) (?P<it>[^.;]{2,120}?)(?=,? with\b|,? which|[.;]|$)",
    r"\b(?:investors|backers)(?: in the round)?(?:,? (?:which )?)(?: include[ds]?| including| are|, among them) (?P<it>[^.;]{2,120}?)(?=, have|, had|[.;]|$)",
    rf"\bwith (?P<it>{NAME_EN}[^.;]{{0,90}}?) (?:also )?(?:taking part|participating|joining|investing)",
    rf"(?P<it>{NAME_EN}(?: and {NAME_EN})?) (?:co-)?(?:led|leads|is leading|also (?:joined|took part|participated|invested)|participated|joined the round)",
    r"\bfrom (?P<it>[A-Z][^.;]{2,80}?)(?=,? (?:to|at|for|valuing|in a)\b|[.;]|$)",
)


def funding_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    if re.search(
        r"\b(?:in talks|is seeking|considering|last year|in 20[0-2]\d,|previously raised|earlier raised|rumou?red)\b", sentence
    ):
        return {}
    if match := _GRANT_EN.search(sentence):
        by, who = name_en(match["by"]), name_en(match["who"])
        return said.filled(actors=who, amount=match["amount"], investors=by)
    match = _RAISE_EN.search(sentence)
    if match is None:
        return {}
    amount = amount_of(
        sentence,
        MONEY_EN,
        r"valued|valuation|valuing|worth|revenue|market value|capitali[sz]ation|total(?: of)?|to date|at|than|previous|tag",
    )
    found: list[str] = []
    quote = ""
    for place in (sentence, *said.about(name_en(match["who"]))):
        for one in _LED_EN if place != sentence or "funding" in place or "round" in place or "Series" in place else _LED_EN[:4]:
            for led in one.finditer(place):
                names = [name for name in names_en(led["it"]) if name != name_en(match["who"])]
                found += [name for name in names if name not in found]
                quote = quote or (place if names else "")
    return said.filled(
        actors=name_en(match["who"]),
        round=cell_of(ROUND[1:], sentence, said.title),
        amount=amount,
        investors=joined(found, quote),
    )


_RELEASES = (
    r"(?:released?|releases|published|publishes|launched|launches|launch|unveiled|unveils|open-sourced|open-sources|opened(?: up)?|opens|shipped|ships"
    r"|introduced|introduces|debuted|debuts|made|rolled out|rolls out|announced|announces|updated|give|cuts?|previewed|previews)"
)
_VAGUE_EN = (
    r"(?:(?:[Tt]he|[Tt]his) (?:[\w-]+ ){0,3}?(?:lab|company|start-up|startup|firm|team|group|maker|giant|carmaker|chipmaker)|It)"
)
_RELEASE_EN = re.compile(rf"(?:{_VAGUE_EN}|{_SUBJECT}){_LATELY} {_RELEASES} (?P<what>[^.;]{{2,120}})")
_KIND_OF_MODEL_EN = re.compile(
    r"(?:an? |the |its |new |free |first |open )*(?P<it>(?:(?!as |of |in |for |that |with |on |and |to |at )[\w-]+ ){0,4}(?:model|dataset"
    r"|API|SDK|assistant|toolkit|platform|app|library|benchmark|framework))\b"
)
_RELEASED_EN = re.compile(
    rf"(?:^|[.;:] |\bm\. )(?P<what>{NAME_EN}|[a-z]+(?:-[a-z\d]+)*-\d[\w.]*)(?:,(?: [^,;]{{2,60}},)+)? (?:is|are|was|were|has been|have been) (?:now |also )?(?:out"
    rf"|generally available|available|open[- ]source[d]?|released|published|launched|live)\b"
)


def release_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    if match := _RELEASED_EN.search(sentence):
        return said.filled(actors=only(said, said.actors), **model(said, name_en(match["what"])))
    match = _RELEASE_EN.search(sentence)
    if match is None:
        return {}
    what = next((one[0] for one in re.finditer(NAME_EN, match["what"]) if not NO_MODEL.match(one[0]) and name_en(one[0])), "")
    if not name_en(what) and (kind := _KIND_OF_MODEL_EN.match(match["what"])):
        return said.filled(actors=name_en(_BEFORE_NAME_EN.sub("", match["who"] or "")), **model(said, kind["it"]))
    if numbered := re.search(rf"\bversion (?P<n>\d[\d.]*) of (?:its |the )?(?P<it>{NAME_EN})", sentence):
        what = f"{numbered['it']} {numbered['n']}" if f"{numbered['it']} {numbered['n']}" in sentence else numbered["it"]
    if called := re.search(rf"\b(?:called|named|dubbed|known as|which it calls) (?P<it>{NAME_EN})", sentence):
        what = called["it"]
    who = name_en(_BEFORE_NAME_EN.sub("", match["who"])) if match["who"] else ""
    return said.filled(actors=who, **model(said, name_en(what)))


_ACT_EN = (
    rf"(?P<it>(?:the )?(?:{_W}|\d+)(?: (?:{_W}|of|for|on|and|the|in|to|\d+))* (?:Act|Bill|Law|Rules?|Regulations?|Code|Directive|Ordinance|Order|Strategy|Plan"
    rf"|Framework|Guidelines?|Standard|Scheme|scheme|Programme|Program|programme|Fund|Initiative|Treaty|Convention|Charter|Decree|Policy|Resolution))\b"
)
_NAMED_ACT_EN = re.compile(_ACT_EN)
_RULES_EN = re.compile(
    rf"(?P<who>(?:[Tt]he (?:[a-z]+ ){{0,3}}(?:senate|ministry|council|government|regulator|commission|parliament|agency|authority|assembly|legislature|cabinet"
    rf"|department)|(?:The )?{NAME_EN})(?:[’']s [a-z -]{{0,60}}?(?:authority|ministry|regulator|agency|commission|parliament|government|council|court|senate"
    rf"|assembly|watchdog|cabinet|department|office|board))?)(?:,(?: [^,.;]{{2,60}},)+)?(?: (?:on|late|early|yesterday|today|has|have|will|also|unanimously"
    rf"|formally|\w+day|\d+))* (?P<stage>banned|bans|passed|passes|approved|approves|adopted|adopts|proposed|proposes|signed|signs|published|publishes|issued"
    rf"|issues|unveiled|unveils|announced|announces|enacted|finali[sz]ed|launched|launches|ordered|orders|rejected|voted(?: unanimously)?(?: \d+(?:[-–]"
    rf"| to )\d+)?(?: on \w+day)?(?: to)?|imposed|imposes|opened|delayed|extended|backed|will (?:ban|require|allow|fund|launch|impose|publish)|halted|lowered"
    rf"|raised) (?P<what>[^.;]{{3,140}})"
)
_RULED_EN = re.compile(
    rf"\b{_ACT_EN.replace('(?P<it>', '(?P<what>')} (?:was|were|is|has been|will be|takes|took|comes|came|enters|entered"
    rf"|cleared) (?:\w+ )?(?P<stage>announced|passed|approved|adopted|signed|published|unveiled|proposed|effect|into force|force|launched|enacted)"
)
_STAGE_EN = compiled(
    r"effective (?:immediately|(?:on |from )?[A-Z][a-z]+ \d+)|(?:takes?|took|taking|come[s]? into|into) (?:effect|force)(?: (?:on|in"
    r"|from) [A-Z][a-z]+(?: \d+)?(?:, \d{4})?)?|public consultation|for (?:public )?comment|second reading|third reading|first reading|signed into law|draft"
)
_LEVEL_EN = compiled(
    r"\b(?:federal|national|nationwide|statewide|European Union|EU|European Commission|European Parliament|city council|state (?:senate|assembly"
    r"|legislature|lawmakers)|international|United Nations|G7|G20|OECD)\b"
)


def policy_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    if match := _RULED_EN.search(sentence):
        by = re.search(
            rf" by (?:the )?(?:[A-Z][a-z]+ of [A-Z]\w+(?: for (?:\w+ )*?(?=[A-Z]\w+ [A-Z]\w+ [A-Z]))?)?(?P<who>{NAME_EN})",
            sentence[match.end() :],
        )
        who, what = name_en(by["who"]) if by else "", match["what"]
    elif match := _RULES_EN.search(sentence):
        named = _NAMED_ACT_EN.search(match["what"])
        loose = re.match(
            r"(?:the use of |a |an |the |new )*(?P<it>(?!them\b|it\b|\d+ to)[^,]{4,90}?)(?=,| that | which | above | for (?:public )?comment| after | by [A-Z][a-z]{2,}| (?:on|in"
            r"|by|from) (?:[A-Z]|\d)|$)",
            match["what"],
        )
        who, what = name_en(match["who"]), named["it"] if named else loose["it"] if loose else ""
    else:
        return {}
    stage = cell_of(_STAGE_EN, sentence) or Cell(match["stage"], sentence)
    return said.filled(actors=who, object=re.sub("^[Tt]he ", "", what), level=cell_of(_LEVEL_EN, sentence), stage=stage)


_CHIP_EN = re.compile(
    rf"(?:{_VAGUE_EN}|{_SUBJECT}){_LATELY} (?P<act>unveiled|unveils|launched|launches|released|introduced|introduces|announced|announces|taped out|tapes out|began shipping"
    rf"|begins shipping|started shipping|shipped|ships|takes the wraps off|took the wraps off|started (?:mass|volume) production of|began (?:mass|volume"
    rf"|sampling)[\w ]*|sampled|developed|delivered|showed off|started making|is making) (?P<what>[^.;]{{2,120}})"
)
_CHIP_OBJECT_EN = compiled(
    rf", the (?P<it>{NAME_EN})(?=[,.; ]|$)",
    rf"\b(?:called|codenamed|code-named|named|dubbed|known as) (?P<it>{NAME_EN})",
    rf"^(?:its |the |a |an )?(?:new |first |second |third |next-generation |own )*(?P<it>{NAME_EN})(?=,| (?:chip|accelerator|processor|GPU|line|series|is|in|on)|$)",
    r"^(?:its |a |an |the )(?:[\w-]+ ){0,2}?(?P<it>(?:\d+nm |[\w-]+ ){0,3}(?:accelerator|processor|chip|ASIC|GPU|NPU|SoC|memory))",
)


def chip_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    match = _CHIP_EN.search(sentence)
    if match is None:
        return {}
    what = cell_of(_CHIP_OBJECT_EN, match["what"])
    amount = amount_of(
        sentence,
        r"\d[\d,.]*(?:[-–]\d[\d,.]*)? (?:million )?(?:units|chips|wafers"
        r"|pieces)",
        "each",
    ) or amount_of(
        said.behind[0] if said.behind else "",
        r"\d[\d,.]*(?:[-–]\d[\d,.]*)? (?:million )?(?:units|chips|wafers"
        r"|pieces)",
        "each|capacity to",
    )
    return said.filled(
        actors=name_en(_BEFORE_NAME_EN.sub("", match["who"] or "")),
        object=name_en(what.value) or what.value if what else "",
        process=figure(PROCESS, sentence, *said.behind[:1]),
        amount=amount,
    )


_TOGETHER_EN = re.compile(
    rf"(?P<a>{NAME_EN})(?:,(?: [^,.;]{{2,60}},)+)?(?:,| and| &) (?:[A-Z]\w+[’']s |(?:[a-z][\w-]* ){{0,3}})?(?P<b>{NAME_EN}){_LATELY} (?:jointly |together )*(?:sign\w*"
    rf"|announce[sd]?|form\w*|set up|develop\w*|build|team\w* up|partner\w*|agree\w*"
    rf"|join\w*|launch\w*|been awarded|won|work\w*|create[sd]?|establish\w*|collaborat\w*|invest\w*)\b"
)
_WITH_EN = re.compile(
    rf"{_SUBJECT}{_LATELY} (?:signed|signs|struck|strikes|inked|inks|reached|entered(?: into)?|partnered|partners|teamed up|teams up|joined forces|joins forces"
    rf"|collaborat\w+|formed|forms|expanded|expands|announced|announces|won|wins|works|working|agreed|awarded|landed|secured|chosen|picked|selected|selects|chose"
    rf"|picks)\b[^.;]{{0,70}}? (?:with|from|by) (?:the |[a-z][\w-]* ){{0,3}}(?P<b>{NAME_EN})(?P<c> and (?P<d>{NAME_EN}))?"
)
_CHOSEN_EN = re.compile(
    rf"{_SUBJECT}{_LATELY} (?:chosen|chose|picked|selected|selects|hired|tapped) (?P<b>{NAME_EN}) (?:to|for) "
)
_OBJECT_TOGETHER_EN = compiled(
    r"\b(?:to|will)(?: jointly| together| co-?)? ?(?:develop|build|design|make|supply|create|offer|train|provide|deploy|manufacture|bring|run|use|integrate|test"
    r"|deliver|put) (?:an? |the |its |their )?(?P<it>[^.;]{4,110}?)(?=, (?:the|it|which|with|in|and|Nikkan|a)\b|, [A-Z]| for the \d{4}| for participating"
    r"| starting| over the| worth| across|[.;]|$)",
    r"under which (?P<it>[^.;]{6,140}?)(?=[.;]|$)",
    r"\b(?:agreement|deal|contract|partnership|alliance|pact) (?:on|for|covering|to) (?P<it>[^.,;]{4,80})",
)


def partnership_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    match = _TOGETHER_EN.search(sentence) or _WITH_EN.search(sentence) or _CHOSEN_EN.search(sentence)
    if match is None:
        return {}
    groups = match.groupdict()
    who = [
        name for key in ("a", "who", "b", "d") if (part := groups.get(key)) and (name := name_en(_BEFORE_NAME_EN.sub("", part)))
    ]
    amount = next(
        (
            cell
            for place in (sentence, *said.behind[:1])
            if (cell := amount_of(place, MONEY_EN, r"valued|valuation|valuing|revenue|sales of|than|of which"))
        ),
        None,
    )
    return said.filled(
        actors=joined(who if len(who) > 1 else [], sentence), object=cell_of(_OBJECT_TOGETHER_EN, sentence), amount=amount
    )


_PERSON_EN = r"[A-Z][\w'’-]+(?: (?:[A-Z]\.|[a-z]{2,3}(?= [A-Z])|[A-Z][\w'’-]+)){1,3}"
_POST_EN = (
    r"(?:(?:first |interim |acting |co-|global |new |deputy |vice |senior |executive |group |managing |associate )*(?:chief [a-z]+(?: [a-z]+)? officer"
    r"|chief (?:scientist|executive|economist|architect|engineer|of staff|AI scientist)|C[A-Z]{1,2}O|vice[- ]president(?: (?:of|for) [A-Za-z ]+?(?= at| of| on| in"
    r"| from| after| who|,|\.|$))?|president|chair(?:man|woman|person)?|director(?: (?:of|for) [A-Za-z ]+?(?= at| on| in| from| after| who|,|\.|$))?|"
    r"head of [A-Za-z ]+?(?= at| on| in| from| after| who|,|\.|$)|general (?:counsel|manager)|founder|partner|dean|provost|secretary|minister|commissioner|adviser"
    r"|advisor|board member|professor|fellow|editor|(?:finance|technology|product|marketing|legal|policy|research|operations|safety|security) (?:chief"
    r"|head))(?: and (?:chief [a-z]+(?: officer)?|president|director|C[A-Z]O))?)"
)
_WILL_EN = r"(?: (?:has|have|will|is|was|been|be|to|today|also|on \w+|recently|now|formally|said (?:he|she) (?:will|would|is)))*"
_PEOPLE_EN = compiled(
    rf"(?P<who>{_PERSON_EN})(?:,(?: [^,.;]{{2,80}},)+)?{_WILL_EN} (?:joins|joined|join|joining|moves to|moved to|moving to|signed on with|returns to|returned to"
    rf"|return to) (?:the )?(?P<of>{NAME_EN})(?: (?:as|in the role of) (?:its |the |an? )?(?P<post>{_POST_EN}))?",
    rf"(?P<of>{NAME_EN}){_WILL_EN} (?:appointed|appoints|appoint|named|names|name|hired|hires|hire|promoted|promotes|tapped|taps|elected|elects|picked|picks|poached"
    rf"|recruited) (?:(?:former|veteran|ex-)[\w ]*? )?(?:[\w ]+? )??(?P<who>{_PERSON_EN})(?:,(?: [^,.;]{{2,80}},)+)? (?:(?:as|to be|to become|to the post of"
    rf"|to) )?(?:its |the |an? )?(?P<post>{_POST_EN})",
    rf"(?P<who>{_PERSON_EN})(?:,(?: [^,.;]{{2,80}},)+)?{_WILL_EN} (?:appointed|named|hired as|promoted to|elected|becomes?|become|takes? over as|took over as"
    rf"|installed as|sworn in as) (?:as )?(?:its |the |an? )?(?P<post>{_POST_EN})(?: (?:of|at|for) (?:the )?(?P<of>{NAME_EN}))?",
    rf"(?P<who>{_PERSON_EN}), (?:the )?(?:(?P<of>{NAME_EN})[’']s? )?(?P<post>{_POST_EN})(?: (?:of|at) (?:the )?(?P<at>{NAME_EN}))?,{_WILL_EN} (?:leaves|left|leaving"
    rf"|leave|resigned|resigns|resign|steps down|stepped down|stepping down|step down|departs|departed|departing|quit|quits|retire[sd]?|retiring)",
    rf"(?:^|, |The |the )(?P<post>(?:[Cc]hief|[Ff]inance|[Tt]echnology) (?:executive|chief|head)"
    rf"|{_POST_EN}) (?P<who>{_PERSON_EN}),?(?: who [^,.;]{{2,80}},)?{_WILL_EN} (?:leaves|left|leaving|leave|resigned|resigns|resign|steps down|stepped down"
    rf"|stepping down|step down|departs|departed|quit|quits|retire[sd]?|retiring)",
    rf"(?P<of>{NAME_EN})[’'] ?s? (?P<post>{_POST_EN}),? (?P<who>{_PERSON_EN}),?{_WILL_EN} (?:leaves|left|leaving|leave|resigned|resigns|resign|steps down|stepped down"
    rf"|stepping down|step down|departs|departed|departing|quit|quits|retire[sd]?|retiring)",
    rf"[Tt]he (?P<post>{_POST_EN}) (?:of|at) (?:the )?(?P<of>{NAME_EN}),?(?: (?!is )[^.;]{{2,120}},)?{_WILL_EN} (?:leaves|left|leaving|leave|resigned|resign"
    rf"|stepping down|departing|quit|retiring)",
    rf"(?:successor|replacement)(?: as (?P<post>{_POST_EN}))? (?:will be|is|would be) (?P<who>{_PERSON_EN})",
    rf"(?P<who>{_PERSON_EN}){_WILL_EN} (?:leaves|left|leaving|leave|quit|quits|departs|departing|departed) (?P<of>{NAME_EN})",
)


def people_en(said: Said) -> dict[str, Cell]:
    found = first(_PEOPLE_EN, said.sentence)
    if found is None:
        return {}
    match, sentence = found
    groups = {name: value or "" for name, value in match.groupdict().items()}
    who = _BEFORE_NAME_EN.sub("", groups.get("who", ""))
    quote = sentence
    if not who:  # "the chief scientist of X is leaving": the title says who
        titled = re.match(rf"(?P<who>{_PERSON_EN}) (?:leaves|quits|steps|resigns|departs|to leave|is leaving|joins)", said.title)
        who, quote = (titled["who"], said.title) if titled else ("", "")
    of = name_en(_BEFORE_NAME_EN.sub("", groups.get("of") or groups.get("at", "")))
    return said.filled(actors=cell(who, quote), object=of, post=re.sub("^(?:first|new) ", "", groups.get("post", "")))


_BUY = r"(?:buy|acquire|purchase|take over|take a majority (?:stake )?(?:in|of)|snap up)"
_BUYS_EN = re.compile(
    rf"{_SUBJECT}(?:{_LATELY}(?: agreed| in (?:advanced |exclusive )?talks| planning| set)?(?: to)? {_BUY}|{_LATELY} (?:buys|bought|acquires|acquired|acquiring|buying"
    rf"|purchased|snapped up|completed (?:its |the )?(?:{MONEY_EN} )?(?:acquisition|purchase) of|completes (?:its |the )?(?:acquisition|purchase) of)) (?P<stake>(?:a "
    rf"|the )?(?:(?:\d[\d.]*(?:%| percent| per cent))(?: stake)?|(?:majority|controlling|minority) stake|majority) (?:of|in) )?(?:the |an? )?(?:[a-z][\w-]* "
    rf"|[A-Z][a-z]+ (?=[a-z])){{0,5}}(?P<b>{NAME_EN})"
)
_BOUGHT_EN = re.compile(
    rf"(?P<b>{NAME_EN})(?:,(?: [^,.;]{{2,60}},)+)?{_LATELY} (?:been |be |being )?(?:acquired|bought|taken over|purchased|sold) (?:by"
    rf"|to) (?P<who>{NAME_EN})"
)


def acquisition_en(said: Said) -> dict[str, Cell]:
    sentence = said.sentence
    match = _BOUGHT_EN.search(sentence) or _BUYS_EN.search(sentence)
    if match is None:
        return {}
    buyer, bought = (name_en(_BEFORE_NAME_EN.sub("", part)) for part in (match["who"], match["b"]))
    stake = (match.groupdict().get("stake") or "").removeprefix("a ").removeprefix("the ")
    who = [buyer, bought] if buyer and bought else []
    amount = amount_of(sentence, MONEY_EN, r"valued|valuation|valuing|revenue|worth of|than")
    stage = surest(STAGE_DEAL, sentence, *(one for one in said.behind if "ubject to" in one), *_next_paragraph(said))
    return said.filled(actors=joined(who, sentence), object=stake + bought if bought else "", amount=amount, stage=stage)


def _next_paragraph(said: Said) -> tuple[str, ...]:
    """The sentence below the paragraph, where it says on what the deal depends."""
    end = said.text.find("\n", said.text.find(said.sentence))
    line = said.text[end + 1 :].partition("\n")[0] if end >= 0 else ""
    return (END.split(line)[0],) if re.match(r"(?:Subject|The (?:deal|transaction|acquisition))\b", line) else ()
