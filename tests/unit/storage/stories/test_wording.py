"""Retellings in other words: two desks tell one event, each in its own way; near misses do not."""

import pytest

from crawler.record import Record
from storage.stories import proof
from storage.stories.compare import StoryPrint, fingerprint, same_story
from storage.stories.wording import Wording, features, wording, words

DESK = (
    "Tidewell buys warehouse-robot maker Orrin Motion for $310 million",
    "Tidewell Logistics said on Tuesday it would pay $310 million in cash for Orrin Motion, the Rotterdam maker of shelf-climbing robots. "
    "Orrin, founded in 2019, has 240 employees and sells to 61 warehouses in nine countries. Its founder, Saskia Duin, will run a robotics "
    "unit inside Tidewell. The deal needs the consent of the Dutch competition authority and should close in the first quarter.",
)
PAPER = (
    "Seven years after the silo, Saskia Duin sells 61 warehouses' worth of robots",
    "Nine countries, 61 warehouses, 240 people: what Saskia Duin began in a grain silo in Rotterdam belongs to Tidewell Logistics since "
    "Tuesday. The American group puts down $310 million in cash for Orrin, subject to a nod from the Dutch competition authority.",
)
OTHER_DEAL = (
    "Tidewell buys forklift software firm Calder Grove for $95 million",
    "Tidewell Logistics said on Thursday it would pay $95 million in cash for Calder Grove, the Leeds maker of forklift software. "
    "Calder Grove, founded in 2017, has 88 employees. Its founder, Tom Aske, will leave. The deal needs no consent and should close this month.",
)
ZH_DESK = (
    "禾岸智能完成4.2亿元C轮融资 淮左资本领投",
    "9月15日，养老机器人企业禾岸智能宣布完成4.2亿元C轮融资，由淮左资本领投，老股东云栖创投跟投。公司称，资金将用于扩建无锡工厂和研发第三代护理臂。"
    "禾岸智能成立于2020年，产品已进入312家养老院，创始人为孟溪桥。",
)
ZH_PAPER = (
    "老人为什么怕它？养老院里的300台护理臂",
    "孟溪桥第一次把护理臂搬进养老院时，老人们都躲着走。如今312家养老院用上了禾岸智能的机器。9月15日，这家公司又拿到一笔钱：C轮4.2亿元，"
    "淮左资本领投，老股东云栖创投继续投。钱先用来扩无锡工厂，再做第三代护理臂。",
)
ZH_OTHER = (
    "禾岸智能与无锡市民政局签约 试点居家护理",
    "9月18日，养老机器人企业禾岸智能与无锡市民政局签署协议，将在五个街道试点居家护理机器人，首批投放60台。禾岸智能成立于2020年，创始人为孟溪桥。",
)


def of(told: tuple[str, str]) -> StoryPrint:
    return fingerprint(Record(told[0], "http://e.example/", told[1]))


@pytest.mark.parametrize(("one", "other"), [(DESK, PAPER), (ZH_DESK, ZH_PAPER)])
def test_another_desk_s_own_words_are_likely_the_same_event(one: tuple[str, str], other: tuple[str, str]) -> None:
    for first, second in ((one, other), (other, one)):
        verdict = same_story(of(first), of(second))
        assert verdict.likely
        assert not verdict.sure  # so it is labelled, and folded only by who asks for that


@pytest.mark.parametrize(
    ("one", "other"), [(DESK, OTHER_DEAL), (PAPER, OTHER_DEAL), (ZH_DESK, ZH_OTHER), (ZH_PAPER, ZH_OTHER), (DESK, ZH_DESK)]
)
def test_another_event_of_the_same_house_is_none(one: tuple[str, str], other: tuple[str, str]) -> None:
    for first, second in ((one, other), (other, one)):
        assert not same_story(of(first), of(second)).likely


def test_what_says_that_it_brings_something_new_is_no_retelling() -> None:
    update = of((f"Update: {PAPER[0]}", PAPER[1]))
    assert proof.updates(of(DESK), update)
    assert not same_story(of(DESK), update).likely


def test_words_are_pairs_of_han_stems_and_numbers() -> None:
    assert list(words("禾岸智能 raised 4.2 times")) == ["禾岸", "岸智", "智能", "rais", "4.2", "tim"]


def test_vectors_keep_what_is_rare_and_have_one_length() -> None:
    worded = Wording.of(
        wording("a b", "the company said the lattice lattice is here. " * 3 + " ".join(f"w{n}" for n in range(200)))
    )
    assert len(worded.whole) == 64
    assert worded.whole["lattice"] == max(worded.whole.values())
    assert "the" not in worded.whole
    assert sum(weight**2 for weight in worded.whole.values()) ** 0.5 == pytest.approx(255, rel=0.05)


def test_a_text_is_as_alike_as_can_be_to_itself() -> None:
    worded = wording(*DESK)
    assert features(worded, worded, {})["texts"] == pytest.approx(1, abs=0.05)
