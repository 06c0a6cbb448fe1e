"""Lists have one entry a story; marks are each reader's own, and go where their story goes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from crawler.record import Record
from jobs.services.archive import stories
from jobs.services.lookup import Unknown
from jobs.services.readers import people, reading
from jobs.services.readers.reading import Entry, MarkError, Wanted
from storage.alerts.raise_alerts import AlertDraft
from storage.archive import articles, pruning
from storage.db.database import Database
from storage.people import accounts
from storage.people.accounts import NOBODY, Person

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MATCHED = {"term": "机器人", "field": "title", "start": 0, "end": 3, "quote": "机器人进港"}
TEXTS = (
    "鹭岛港务周一宣布，十二台巡检机器人开始在三号码头值夜班，首月减少人工巡查四百小时，年内再添二十台。",
    "Brightwater Labs opened its speech model to universities on Monday; forty sites in nine countries have applied so far.",
    "青川大学计算所公布一套古籍识别系统，识别三万页刻本，错字率千分之六，代码随论文公开，五月起供图书馆试用。",
    "The city of Halden will let two driverless shuttles run between its station and the hospital this summer, on a route of four km.",
    "赤水药业与一家实验室签约，用生成模型筛选抗真菌分子，首付款一千八百万元，三年内交出两个候选药物。",
    "Nordlys Grid says a forecasting network cut its reserve purchases by 11 percent last winter, after two years of trials in Bergen.",
)


def store(db: Database, number: int, *rules: str, body: str | None = None, twin: int | None = None, hours: int = 0) -> int:
    """An article of a story of its own, unless it is the twin of an earlier one; its id."""
    at = NOW + hours * HOUR
    told = number if twin is None else twin
    body = body or TEXTS[told % 6] + f"第{told}号。" * 12
    record = Record(TEXTS[told % 6][:18], f"https://p{number}.example/{number}", body, source=f"s{number}", published=at)
    drafts = [AlertDraft(rule, "v1", ("desk",), {"record": {}, "matched": [MATCHED]}) for rule in rules]
    return db.write_now(lambda s: articles.store(s, record, key=record.link, alerts=drafts, now=at)).article_id


def who(db: Database, number: int = NOBODY) -> Person:
    person = db.read(lambda s: accounts.get(s, number))
    assert person is not None
    return person


def team(db: Database, *names: str) -> list[Person]:
    return [
        db.write_now(lambda s, n=name: people.add(s, NOBODY, n, password="梅雨 and 42 trams", role="owner", now=NOW))  # type: ignore[misc]
        for name in names
    ]


def listed(db: Database, person: Person, which: reading.Which = "unread", **more: object) -> list[int]:
    wanted = Wanted(which, **more)  # type: ignore[arg-type]
    return [entry.story for entry in db.read(lambda s: reading.inbox(s, person, wanted)).entries]


def entry(db: Database, person: Person, story: int) -> Entry:
    return db.read(lambda s: reading.entry(s, person, story))


def test_a_story_is_one_entry_however_many_records_and_rules_tell_it(db: Database) -> None:
    first = store(db, 1, "ports", "robots")
    store(db, 2, "ports", twin=1, hours=1)
    assert listed(db, who(db)) == [first]
    found = entry(db, who(db), first)
    assert (found.others, [other.source for other in found.tellers]) == (1, ["s2"])
    assert [(hit.rule, hit.why[0].quote) for hit in found.rules] == [("ports", "机器人进港"), ("robots", "机器人进港")]


def test_what_no_rule_found_is_in_no_list_but_can_be_starred_and_read(db: Database) -> None:
    quiet = store(db, 1)
    me = who(db)
    assert listed(db, me, "all") == []
    assert not entry(db, me, quiet).read
    db.write_now(lambda s: reading.star(s, me, quiet, True, NOW))
    assert (listed(db, me, "starred"), entry(db, me, quiet).read) == ([quiet], False)
    db.write_now(lambda s: reading.mark_read(s, me, [quiet], NOW))
    assert entry(db, me, quiet).read


def test_reading_is_each_ones_own(db: Database) -> None:
    lin, mara = team(db, "lin", "Mara")
    story = store(db, 1, "ports")
    db.write_now(lambda s: reading.mark_read(s, lin, [story], NOW))
    assert (listed(db, lin), listed(db, mara)) == ([], [story])
    db.write_now(lambda s: reading.mark_read(s, lin, [story], NOW, on=False))
    assert listed(db, lin) == [story]


def test_marking_twice_is_marking_once(db: Database) -> None:
    me, story = who(db), store(db, 1, "ports")
    for _ in range(2):
        db.write_now(lambda s: reading.mark_read(s, me, [story], NOW + HOUR))
        db.write_now(lambda s: reading.star(s, me, story, True, NOW + HOUR))
    assert (entry(db, me, story).read, entry(db, me, story).starred_at) == (True, NOW + HOUR)
    db.write_now(lambda s: reading.star(s, me, story, False, NOW))
    assert listed(db, me, "starred") == []


def test_what_is_told_after_it_was_read_waits_again_and_a_further_record_does_not(db: Database) -> None:
    me, story = who(db), store(db, 1, "ports")
    db.write_now(lambda s: reading.mark_read(s, me, [story], NOW))
    store(db, 2, "ports", twin=1, hours=1)
    assert listed(db, me) == []
    store(db, 3, "robots", twin=1, hours=2)
    assert listed(db, me) == [story]


def test_an_old_story_that_is_starred_or_marked_unread_is_what_it_was_marked(db: Database) -> None:
    old = store(db, 1, "ports", hours=-90)
    lin = team(db, "lin")[0]
    db.write_now(lambda s: accounts.change(s, lin.id, reads_from=NOW - HOUR))
    assert listed(db, lin) == []
    db.write_now(lambda s: reading.star(s, lin, old, True, NOW))
    assert (listed(db, lin), entry(db, lin, old).read) == ([], True)
    db.write_now(lambda s: reading.mark_read(s, lin, [old], NOW, on=False))
    assert listed(db, lin) == [old]


def test_a_mark_on_what_the_clock_put_into_the_future_holds(db: Database) -> None:
    me, story = who(db), store(db, 1, "ports", hours=5)
    db.write_now(lambda s: reading.mark_read(s, me, [story], NOW))
    assert listed(db, me) == []


def test_a_list_goes_on_where_it_stopped_though_its_top_was_read_meanwhile(db: Database) -> None:
    me = who(db)
    told = [store(db, number, "ports", hours=number) for number in range(5)]
    seen, after = [], None
    for _ in range(9):
        page = db.read(lambda s, a=after: reading.inbox(s, me, Wanted(), a, 2))  # type: ignore[misc]
        seen += [one.story for one in page.entries]
        db.write_now(lambda s, p=page: reading.mark_read(s, me, [one.story for one in p.entries], NOW + 9 * HOUR))  # type: ignore[misc]
        if (after := page.next) is None:
            break
    assert seen == told[::-1]
    with pytest.raises(ValueError, match="no place"):
        db.read(lambda s: reading.inbox(s, me, Wanted(), "' OR 1"))


def test_all_above_is_read_down_to_the_entry_and_nothing_that_came_meanwhile_of_all(db: Database) -> None:
    me = who(db)
    told = [store(db, number, "ports" if number % 2 else "other", hours=number) for number in range(6)]
    page = db.read(lambda s: reading.inbox(s, me, Wanted()))
    done = db.write_now(lambda s: reading.read_above(s, me, Wanted(), page.entries[1].at, NOW + 9 * HOUR))
    assert set(done) == {told[5], told[4]}
    assert listed(db, me) == told[3::-1]
    db.write_now(lambda s: reading.read_all(s, me, Wanted(rule="other", until=NOW + 2 * HOUR), NOW + 9 * HOUR))
    assert listed(db, me) == [told[3], told[2], told[1]]


def test_lists_can_be_of_a_rule_of_a_label_of_a_day(db: Database) -> None:
    me = who(db)
    a, b = store(db, 1, "ports"), store(db, 2, "robots", hours=1)
    db.write_now(lambda s: reading.set_labels(s, me, b, ["周报", " 周报 ", "to  call", ""], NOW))
    assert (listed(db, me, rule="ports"), listed(db, me, label="周报")) == ([a], [b])
    assert (listed(db, me, since=NOW + HOUR), listed(db, me, until=NOW + HOUR)) == ([b], [a])
    assert entry(db, me, b).labels == ("to  call", "周报")
    assert db.read(reading.labels) == (("to  call", 1), ("周报", 1))
    with pytest.raises(MarkError):
        db.write_now(lambda s: reading.set_labels(s, me, b, ["长" * 41], NOW))
    db.write_now(lambda s: reading.set_labels(s, me, b, [], NOW))
    assert listed(db, me, label="周报") == []


def test_a_note_keeps_the_words_of_its_passage(db: Database) -> None:
    lin, mara = team(db, "lin", "mara")
    story = store(db, 1, "ports", body="甲𠮷乙丙丁：码头的夜班由机器人值守。")
    note = db.write_now(lambda s: reading.add_note(s, lin, story, "核实\u202e一下", NOW, record=story, start=1, end=4))
    assert (note.quote, note.text, note.person) == ("𠮷乙丙", "核实一下", "lin")
    assert entry(db, mara, story).notes == 1
    for wrong in ({"start": 3, "end": 3}, {"start": 0, "end": 900}, {"start": -1, "end": 2}, {"start": 1}):
        with pytest.raises(MarkError):
            db.write_now(lambda s, w=wrong: reading.add_note(s, lin, story, "x", NOW, record=story, **w))  # type: ignore[misc]
    with pytest.raises(MarkError):
        db.write_now(lambda s: reading.add_note(s, lin, story, " \n", NOW))
    with pytest.raises(Unknown, match="of yours"):
        db.write_now(lambda s: reading.remove_note(s, mara, note.id))
    db.write_now(lambda s: reading.remove_note(s, lin, note.id))
    assert db.read(lambda s: reading.notes(s, story)) == ()


def test_what_is_handed_to_a_colleague_is_his_until_it_is_done(db: Database) -> None:
    lin, mara = team(db, "lin", "mara")
    story = store(db, 1, "ports")
    db.write_now(lambda s: reading.hand(s, lin, story, to="MARA", note="call them", now=NOW))
    assert (listed(db, mara, "mine"), listed(db, lin, "mine")) == ([story], [])
    task = entry(db, lin, story).tasks[0]
    assert (task.person, task.by, task.note, task.done_at) == ("mara", "lin", "call them", None)
    with pytest.raises(Unknown, match="not handed to you"):
        db.write_now(lambda s: reading.done(s, lin, story, True, NOW))
    db.write_now(lambda s: reading.done(s, mara, story, True, NOW))
    assert listed(db, mara, "mine") == []
    with pytest.raises(Unknown, match="no person"):
        db.write_now(lambda s: reading.hand(s, lin, story, to="zoe", note="", now=NOW))


def test_the_head_of_a_page_counts_what_waits(db: Database) -> None:
    me = who(db)
    store(db, 1, "ports", hours=-30)
    story = store(db, 2, "ports")
    db.write_now(lambda s: reading.hand(s, me, story, to="", note="", now=NOW))
    found = db.read(lambda s: reading.counts(s, me))
    assert (found.unread, found.mine, found.sources, found.deliveries) == (2, 1, 0, 0)


def test_what_is_not_there_is_said(db: Database) -> None:
    me = who(db)
    for work in (
        lambda s: reading.mark_read(s, me, [99], NOW),
        lambda s: reading.star(s, me, 99, True, NOW),
        lambda s: reading.set_labels(s, me, 99, ["x"], NOW),
        lambda s: reading.entry(s, me, 99),
    ):
        with pytest.raises(Unknown):
            db.write_now(work)


# ---- stories change


def test_a_record_set_apart_takes_its_notes_along_and_is_news(db: Database) -> None:
    me, first = who(db), store(db, 1, "ports")
    second = store(db, 2, "ports", twin=1, hours=1)
    db.write_now(lambda s: reading.mark_read(s, me, [first], NOW + HOUR))
    db.write_now(lambda s: reading.star(s, me, first, True, NOW))
    db.write_now(lambda s: reading.add_note(s, me, first, "of the second", NOW, record=second))
    db.write_now(lambda s: stories.split_record(s, second, NOW + 2 * HOUR))
    assert (listed(db, me), listed(db, me, "starred")) == ([second], [first])
    assert [note.text for note in db.read(lambda s: reading.notes(s, second))] == ["of the second"]


def test_joined_stories_are_read_and_starred_if_one_was_and_keep_all_that_was_said(db: Database) -> None:
    lin, mara = team(db, "lin", "mara")
    first, second = store(db, 1, "ports"), store(db, 2, "robots")
    db.write_now(lambda s: reading.mark_read(s, lin, [first, second], NOW))
    db.write_now(lambda s: reading.star(s, lin, second, True, NOW))
    db.write_now(lambda s: reading.star(s, mara, second, True, NOW))
    for story, word in ((first, "a"), (second, "b"), (second, "a")):
        old = entry(db, lin, story).labels
        db.write_now(lambda s, st=story, ws=[*old, word]: reading.set_labels(s, lin, st, ws, NOW))  # type: ignore[misc]
    for story in (first, second):
        db.write_now(lambda s, st=story: reading.hand(s, lin, st, to="mara", note="", now=NOW))  # type: ignore[misc]
    db.write_now(lambda s: reading.add_note(s, lin, second, "later", NOW, record=second))
    db.write_now(lambda s: stories.join(s, first, second, NOW))
    assert (listed(db, lin), listed(db, lin, "starred"), listed(db, mara, "starred")) == ([], [first], [first])
    whole = entry(db, lin, first)
    assert (whole.labels, whole.notes, len(whole.tasks), whole.others) == (("a", "b"), 1, 1, 1)
    assert listed(db, mara, "mine") == [first]


def test_what_was_starred_labelled_noted_or_handed_over_outlives_the_rest(db: Database) -> None:
    me = who(db)
    told = [store(db, number) for number in range(6)]
    db.write_now(lambda s: reading.mark_read(s, me, told, NOW))
    db.write_now(lambda s: reading.star(s, me, told[0], True, NOW))
    db.write_now(lambda s: reading.set_labels(s, me, told[1], ["x"], NOW))
    db.write_now(lambda s: reading.add_note(s, me, told[2], "x", NOW))
    db.write_now(lambda s: reading.hand(s, me, told[3], to="", note="", now=NOW))
    far = NOW + timedelta(days=900)
    assert (db.read(lambda s: pruning.count(s, far)), db.write_now(lambda s: pruning.prune(s, far))) == (2, 2)
    db.write_now(lambda s: reading.done(s, me, told[3], True, NOW))
    db.write_now(lambda s: reading.star(s, me, told[0], False, NOW))
    assert db.write_now(lambda s: pruning.prune(s, far)) == 2
    with pytest.raises(Unknown):
        entry(db, me, told[0])


def test_marks_of_a_story_are_forgotten_with_its_last_record_only(db: Database) -> None:
    me, first = who(db), store(db, 1, "ports")
    store(db, 2, twin=1, hours=48)
    db.write_now(lambda s: reading.mark_read(s, me, [first], NOW))
    for before, left in ((NOW + HOUR, {first}), (NOW + 90 * HOUR, set())):
        db.write_now(lambda s: s.execute(text("update delivery set state = 'sent'")))
        db.write_now(lambda s, b=before: pruning.prune(s, b))  # type: ignore[misc]
        assert set(db.read(lambda s: s.execute(text("select story from seen")).scalars().all())) == left
