"""What phone readers ask, in their words: https://github.com/miniflux/v2/blob/main/internal/googlereader/README.md."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from crawler.record import Record
from jobs.services.archive import stories
from jobs.services.readers import people, reading
from jobs.services.readers.reading import Wanted
from storage.alerts.raise_alerts import AlertDraft
from storage.archive import articles, queries
from storage.db.database import Database
from storage.people.accounts import Person
from tests import press
from tests.web_client import Browser

PASSWORD = "four quiet boats at noon"
LIST, READ, STARRED, KEPT = (f"user/-/state/com.google/{state}" for state in ("reading-list", "read", "starred", "kept-unread"))


@pytest.fixture
def archive(archive: Database) -> Database:
    for name, role in (("lin", "owner"), ("kai", "viewer")):
        archive.write_now(lambda s, n=name, r=role: people.add(s, 0, n, password=PASSWORD, role=r, now=press.NOW))  # type: ignore[misc]
    return archive


class Phone:
    """A reader on a phone."""

    def __init__(self, app: FastAPI, name: str = "lin", password: str = PASSWORD, root: str = "") -> None:
        self._app, self._root = app, root
        self.answer = Browser(app).ask("POST", f"{root}/accounts/ClientLogin", data={"Email": name, "Passwd": password})
        words = dict(line.split("=", 1) for line in self.answer.text.splitlines())
        self.secret = words.get("Auth", "")

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"GoogleLogin auth={self.secret}", "accept": "*/*"}

    def get(self, path: str, **params: Any) -> Any:
        return Browser(self._app).ask("GET", f"{self._root}/reader/api/0/{path}", params=params, headers=self._headers())

    def post(self, path: str, **data: Any) -> Any:
        return Browser(self._app).ask(
            "POST", f"{self._root}/reader/api/0/{path}", data={"T": "x", **data}, headers=self._headers()
        )

    def ids(self, stream: str = LIST, **params: Any) -> list[int]:
        return [
            int(ref["id"]) for ref in self.get("stream/items/ids", s=stream, n=100, output="json", **params).json()["itemRefs"]
        ]

    def unread(self, stream: str = LIST) -> list[int]:
        return self.ids(stream, xt=READ)


def told(db: Database, person: Person) -> list[int]:
    return [one.story for one in db.read(lambda s: reading.inbox(s, person, Wanted("all"))).entries]


def lin(db: Database) -> Person:
    return db.read(lambda s: people.named(s, "lin"))


@pytest.mark.parametrize("root", ["", "/api/greader.php"])
def test_a_reader_signs_in_by_password_or_token_and_by_nothing_else(app: FastAPI, archive: Database, root: str) -> None:
    phone = Phone(app, root=root)
    assert phone.get("user-info").json()["userName"] == "lin"
    made = archive.write_now(lambda s: people.add_token(s, 1, lin(archive), name="phone", scope="write", now=press.NOW))
    feed = archive.write_now(
        lambda s: people.add_token(s, 1, lin(archive), name="feed", scope="feed:r", now=press.NOW, rules=["r"])
    )
    assert Phone(app, "whoever", made.secret, root).secret == made.secret
    for password in ("wrong wrong wrong", "zx_nothing", feed.secret):
        refused = Phone(app, password=password, root=root)
        assert (refused.answer.status_code, "Error=BadAuthentication" in refused.answer.text) == (401, True)
    assert Browser(app).ask("GET", f"{root}/reader/api/0/user-info").status_code == 401
    assert Browser(app).ask("POST", f"{root}/reader/api/0/edit-tag", data={"i": "1", "a": READ}).status_code in (401, 403)


def test_five_wrong_passwords_make_a_reader_wait(app: FastAPI) -> None:
    assert [Phone(app, password="wrong wrong wrong").answer.status_code for _ in range(6)] == [401] * 5 + [429]
    assert Phone(app).answer.status_code == 429


def test_rules_are_subscriptions_and_stories_are_items(app: FastAPI, archive: Database) -> None:
    phone = Phone(app)
    subscriptions = phone.get("subscription/list", output="json").json()["subscriptions"]
    assert [one["title"] for one in subscriptions] == ["大模型", "融资与芯片"]
    assert {"id", "title", "categories", "url", "htmlUrl", "iconUrl"} == set(subscriptions[0])
    assert phone.ids() == told(archive, lin(archive))
    for one in subscriptions:
        assert 0 < len(phone.ids(one["id"])) < len(phone.ids())
    assert phone.ids("feed/大模型") == phone.ids(subscriptions[0]["id"])
    assert phone.ids("feed/nothing") == phone.ids("user/-/state/com.google/like") == []


def test_a_list_is_asked_for_in_parts_from_either_end_and_by_time(app: FastAPI) -> None:
    phone = Phone(app)
    whole = phone.ids()
    first = phone.get("stream/items/ids", s=LIST, n=2).json()
    second = phone.get("stream/items/ids", s=LIST, n=100, c=first["continuation"]).json()
    assert [int(ref["id"]) for ref in first["itemRefs"] + second["itemRefs"]] == whole
    assert "continuation" not in second
    assert phone.ids(r="o") == whole[::-1]
    stamp = int(first["itemRefs"][1]["timestampUsec"]) // 1_000_000
    assert phone.ids(ot=stamp) == whole[:2]
    assert phone.ids(nt=stamp) == whole[2:]
    assert phone.ids(c="nonsense") == whole
    assert phone.get("stream/items/ids", s=LIST, n="many").status_code == 400


def test_read_and_starred_go_both_ways_and_are_each_ones_own(app: FastAPI, archive: Database) -> None:
    phone, other = Phone(app), Phone(app, "kai")
    whole = phone.unread()
    assert (
        phone.post("edit-tag", i=[whole[0], f"tag:google.com,2005:reader/item/{whole[1]:016x}", f"{whole[2]:016x}"], a=READ).text
        == "OK"
    )
    assert (phone.unread(), other.unread()) == (whole[3:], whole)
    assert phone.ids(READ) == whole[:3]
    phone.post("edit-tag", i=whole[0], a=[STARRED, KEPT])
    assert (phone.ids(STARRED), whole[0] in phone.unread()) == (whole[:1], True)
    assert phone.ids(LIST, it=STARRED) == whole[:1]
    phone.post("edit-tag", i=whole[0], r=STARRED, a="user/1/state/com.google/read")
    assert (phone.ids(STARRED), whole[0] in phone.unread()) == ([], False)
    me = lin(archive)
    archive.write_now(lambda s: reading.mark_read(s, me, whole, press.NOW))
    assert phone.unread() == []
    assert {one["count"] for one in phone.get("unread-count").json()["unreadcounts"]} == {0}


def test_what_a_token_for_reading_sends_is_refused(app: FastAPI, archive: Database) -> None:
    made = archive.write_now(lambda s: people.add_token(s, 1, lin(archive), name="phone", scope="read", now=press.NOW))
    phone = Phone(app, password=made.secret)
    assert (phone.post("edit-tag", i=phone.ids()[0], a=READ).status_code, len(phone.unread())) == (403, len(phone.ids()))


def test_all_of_a_stream_is_read_until_a_moment(app: FastAPI) -> None:
    phone = Phone(app)
    whole = phone.unread()
    stamp = phone.get("stream/items/ids", s=LIST, n=3).json()["itemRefs"][2]["timestampUsec"]
    phone.post("mark-all-as-read", s=LIST, ts=stamp)
    assert phone.unread() == whole[:2]
    phone.post("mark-all-as-read", s="feed/%E5%A4%A7%E6%A8%A1%E5%9E%8B")
    assert set(phone.unread()) == set(whole[:2]) - set(phone.ids("feed/大模型"))
    phone.post("mark-all-as-read", s="user/-/label/Zhixun")
    assert phone.unread() == []


@pytest.mark.parametrize("ask", ["get", "post"])
def test_an_item_has_the_article_and_why_it_was_told_as_text(app: FastAPI, archive: Database, ask: str) -> None:
    record = Record("大模型 <script>alert(1)</script>", "javascript:alert(2)", "一句 <img src=x onerror=alert(3)>\n\n两句 & 三句。", source="s", published=press.NOW)  # fmt: skip
    story = press.keep(archive, record, "evil").story
    phone = Phone(app)
    (item,) = getattr(phone, ask)("stream/items/contents", i=f"tag:google.com,2005:reader/item/{story:016x}").json()["items"]
    content = item["content"]["content"]
    assert "<p>一句 &lt;img src=x onerror=alert(3)&gt;</p>\n<p>两句 &amp; 三句。</p>" in content
    assert ("<script" in content, "<img" in content, item["alternate"]) == (False, False, [])
    assert "大模型" in content
    assert item["origin"]["title"] == "大模型"
    assert (item["id"], READ in item["categories"], LIST in item["categories"]) == (
        f"tag:google.com,2005:reader/item/{story:016x}",
        False,
        True,
    )
    assert phone.get(f"stream/contents/{LIST}", n=1).json()["items"][0]["id"] == item["id"]


def test_an_item_that_was_joined_or_is_gone_is_no_mistake(app: FastAPI, archive: Database) -> None:
    phone = Phone(app)
    newest, _, _, oldest = phone.ids()[:4]
    archive.write_now(lambda s: stories.join(s, newest, oldest, press.NOW))
    assert phone.post("edit-tag", i=[newest, 99999, "nonsense", -4], a=[READ, STARRED]).text == "OK"
    assert phone.ids(STARRED) == [min(newest, oldest)]
    assert [item["id"][-4:] for item in phone.post("stream/items/contents", i=[newest, 99999]).json()["items"]] == [
        f"{min(newest, oldest):04x}"
    ]


def test_a_story_that_another_rule_finds_later_is_unread_again_with_that_time(app: FastAPI, archive: Database) -> None:
    phone = Phone(app)
    whole = phone.ids()
    phone.post("edit-tag", i=whole, a=READ)
    entry = archive.read(lambda s: reading.entry(s, lin(archive), whole[-1]))
    later = press.NOW + timedelta(hours=1)
    twin = archive.read(lambda s: queries.record(s, entry.record))
    assert twin is not None
    twin = replace(twin, link="https://late.example/1", source="late", first_seen=later, id=None)
    draft = AlertDraft("late", "v1", (), {"record": {}, "matched": []})
    stored = archive.write_now(lambda s: articles.store(s, twin, key="late", alerts=[draft], now=later))
    assert (stored.story, phone.unread(), phone.ids(ot=int(later.timestamp()))) == (whole[-1], [whole[-1]], [whole[-1]])


def test_the_teams_labels_are_tags_which_editors_set(app: FastAPI) -> None:
    phone, viewer = Phone(app), Phone(app, "kai")
    story = phone.ids()[0]
    assert phone.post("edit-tag", i=story, a="user/-/label/周报").text == "OK"
    assert "user/-/label/周报" in [one["id"] for one in viewer.get("tag/list", output="json").json()["tags"]]
    assert (viewer.ids("user/-/label/周报"), viewer.post("edit-tag", i=story, r="user/-/label/周报").status_code) == (
        [story],
        403,
    )
    phone.post("edit-tag", i=story, r="user/-/label/周报")
    assert phone.ids("user/-/label/周报") == []


def test_subscriptions_are_not_changed_here_and_the_rest_is_nothing(app: FastAPI) -> None:
    phone = Phone(app)
    assert phone.post("subscription/edit", s="feed/x", ac="unsubscribe").status_code == 400
    assert phone.post("subscription/quickadd", quickadd="https://a.example/").status_code == 400
    assert phone.get("preference/stream/list").json() == []


def test_a_reader_that_asks_in_the_words_of_netnewswire_gets_all_it_shows(app: FastAPI, archive: Database) -> None:
    """A moment with a fraction, ids in hexadecimal without leading zeros, articles by a form, marks by sixteen digits."""
    phone = Phone(app, root="/api/greader.php")
    assert phone.get("tag/list", output="json").json()["tags"][0] == {"id": STARRED}
    since = (press.NOW - timedelta(days=90)).timestamp() + 0.25
    refs = phone.get("stream/items/ids", ot=str(since), n=10_000, output="json", xt=READ, s=LIST).json()["itemRefs"]
    numbers = [int(ref["id"]) for ref in refs]
    assert numbers == told(archive, lin(archive))
    given = [f"tag:google.com,2005:reader/item/{number:x}" for number in numbers]
    items = phone.post("stream/items/contents", output="json", i=given).json()["items"]
    assert [int(item["id"].rpartition("/")[2], 16) for item in items] == numbers
    fields = ("title", "author", "published", "crawlTimeMsec", "timestampUsec", "categories", "summary", "origin", "alternate")
    assert not [name for item in items for name in fields if name not in item]
    subscribed = {one["id"] for one in phone.get("subscription/list", output="json").json()["subscriptions"]}
    assert {item["origin"]["streamId"] for item in items} <= subscribed
    assert phone.post("edit-tag", i=[f"{number:016x}" for number in numbers[:2]], a=STARRED).text == "OK"
    assert set(phone.ids(STARRED)) == set(numbers[:2])
    assert phone.post("edit-tag", i=f"{numbers[0]:016x}", r=STARRED).text == "OK"
    assert phone.ids(STARRED) == numbers[1:2]


def test_a_reader_that_pages_through_articles_sees_each_once(app: FastAPI, archive: Database) -> None:
    phone = Phone(app)
    seen: list[int] = []
    more: dict[str, Any] = {}
    while True:
        page = phone.get(f"stream/contents/{LIST}", n=3, xt=READ, output="json", ck=1, client="reader", **more).json()
        seen += [int(item["id"].rpartition("/")[2], 16) for item in page["items"]]
        assert page["id"] == LIST
        if "continuation" not in page:
            break
        more = {"c": page["continuation"]}
    assert seen == told(archive, lin(archive))
    rule = phone.get("subscription/list").json()["subscriptions"][0]["id"]
    asked = [
        phone.get(path, **given).json()["items"]
        for path, given in ((f"stream/contents/{rule}", {}), ("stream/contents", {"s": rule}))
    ]
    assert asked[0] == asked[1]
    assert 0 < len(asked[0]) < len(seen)


def test_a_reader_may_post_what_it_asks_even_with_a_token_for_reading(app: FastAPI, archive: Database) -> None:
    made = archive.write_now(lambda s: people.add_token(s, 1, lin(archive), name="phone", scope="read", now=press.NOW))
    phone = Phone(app, password=made.secret)
    refs = phone.post("stream/items/ids", s=LIST, xt=READ, n=2).json()
    assert [int(ref["id"]) for ref in refs["itemRefs"]] == phone.unread()[:2]
    rest = phone.post("stream/items/ids", s=LIST, xt=READ, n=100, c=refs["continuation"]).json()["itemRefs"]
    assert [int(ref["id"]) for ref in rest] == phone.unread()[2:]
    assert len(phone.post("stream/items/contents", i=[ref["id"] for ref in rest]).json()["items"]) == len(rest)
    assert phone.post("mark-all-as-read", s=LIST).status_code == 403


def test_what_waits_is_counted_for_each_subscription_its_folder_and_the_whole(app: FastAPI) -> None:
    phone = Phone(app)
    subscriptions = phone.get("subscription/list", output="json").json()["subscriptions"]

    def counted() -> dict[str, int]:
        return {one["id"]: one["count"] for one in phone.get("unread-count", output="json").json()["unreadcounts"]}

    for _ in range(2):
        found = counted()
        assert found == {
            LIST: len(phone.unread()),
            "user/-/label/Zhixun": len(phone.unread()),
            **{one["id"]: len(phone.unread(one["id"])) for one in subscriptions},
        }
        assert found[LIST] > 0
        phone.post("edit-tag", i=phone.unread()[0], a=READ)


@pytest.mark.parametrize("digits", ["{:.0f}", "{:.0f}000", "{:.0f}000000", "{:.0f}000000000", "{:.6f}"])
def test_a_moment_may_come_in_seconds_or_parts_of_them(app: FastAPI, digits: str) -> None:
    phone = Phone(app)
    whole = phone.unread()
    at = int(phone.get("stream/items/ids", s=LIST, n=3).json()["itemRefs"][2]["timestampUsec"]) / 1_000_000
    assert phone.ids(nt=digits.format(at)) == whole[3:]
    phone.post("mark-all-as-read", s=LIST, ts=digits.format(at))
    assert phone.unread() == whole[:2]
