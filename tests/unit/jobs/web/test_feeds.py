"""Feeds over HTTP: a token in the address opens that feed, and nothing else."""

from fastapi import FastAPI
from lxml import etree

from crawler.record import Company, Event, Record
from jobs.services.readers import people
from storage.archive import articles, concepts, queries
from storage.db.database import Database
from tests import press
from tests.web_client import Browser

ATOM = "{http://www.w3.org/2005/Atom}"


def secret(db: Database, scope: str) -> str:
    rules = [rule.name for rule in press.CONFIG.rules]
    person = db.read(people.whose)
    return db.write_now(lambda s: people.add_token(s, 0, person, name="feed", scope=scope, now=press.NOW, rules=rules)).secret


def test_a_rule_is_an_atom_and_a_json_feed(app: FastAPI, archive: Database) -> None:
    token = secret(archive, "feed:大模型")
    told = [one.title for one in archive.read(lambda s: queries.alerts(s, rule="大模型"))]
    atom = Browser(app).get(f"/feeds/{token}/大模型.atom")
    titles = [entry.findtext(f"{ATOM}title") for entry in etree.fromstring(atom.content).iter(f"{ATOM}entry")]
    json = Browser(app).get(f"/feeds/{token}/大模型.json")
    assert titles == [item["title"] for item in json.json()["items"]] == told
    assert (atom.headers["content-type"], json.headers["content-type"]) == (
        "application/atom+xml; charset=utf-8",
        "application/feed+json; charset=utf-8",
    )
    assert token not in atom.text + json.text
    assert Browser(app).get(f"/feeds/{token}/大模型.atom", headers={"if-none-match": atom.headers["etag"]}).status_code == 304


def test_a_table_of_events_is_a_feed_too(app: FastAPI, archive: Database) -> None:
    token = secret(archive, "feed:*")
    browser = Browser(app)
    rows = browser.get("/api/v1/trends/events?type=funding").json()["table"]["rows"]
    items = browser.get(f"/feeds/{token}/events.json", params={"type": "funding"}).json()["items"]
    assert [item["title"] for item in items] == [row["headline"] for row in rows] != []
    assert "$120 million" in items[-1]["content_text"]
    assert browser.get(f"/feeds/{token}/events.json", params={"type": "gossip"}).status_code == 404
    assert browser.get(f"/feeds/{secret(archive, 'feed:大模型')}/events.json", params={"type": "funding"}).status_code == 404


def test_a_feed_is_of_what_was_asked_for_and_refuses_what_it_does_not_read(app: FastAPI, archive: Database) -> None:
    token, browser = secret(archive, "feed:*"), Browser(app)
    told = Record(
        "英伟达发布新芯片", "http://nv.example/1", "英伟达发布新芯片。", published=press.NOW, source="s", companies=(Company("英伟达", "actor"),),
        events=(Event("英伟达发布新芯片", "英伟达发布新芯片。", "funding", actors=("英伟达",)),),
    )  # fmt: skip
    archive.write_now(lambda s: articles.store(s, told, key="nv", now=press.NOW))
    number = archive.read(lambda s: concepts.find(s, "company", "英伟达"))
    made = browser.get(f"/feeds/{token}/events.json", params={"type": "funding", "company": number}).json()
    assert [item["title"] for item in made["items"]] == [told.title]
    assert "Nvidia" in made["title"]
    for asked in ("events.json?type=funding&company=999999", "events.json?type=funding&company=x", "大模型.atom?days=3"):
        assert browser.get(f"/feeds/{token}/{asked}").status_code in (400, 404), asked


def test_a_query_is_a_feed_too(app: FastAPI, archive: Database) -> None:
    token = secret(archive, "feed:*")
    items = Browser(app).get(f"/feeds/{token}/search.json", params={"q": "芯片 NOT 融资"}).json()["items"]
    assert items
    assert all("芯片" in item["content_text"] + item["title"] and "#0" not in item["content_text"] for item in items)
    assert Browser(app).get(f"/feeds/{token}/search.json", params={"q": "芯片", "company": 1}).status_code == 400
    assert Browser(app).get(f"/feeds/{token}/search.json", params={"q": "芯片 AND ("}).status_code == 400


def test_a_token_opens_its_own_feed_alone_until_it_is_revoked(app: FastAPI, archive: Database) -> None:
    own, all_feeds, reads = secret(archive, "feed:大模型"), secret(archive, "feed:*"), secret(archive, "read")
    rules = ("大模型", "融资与芯片")
    for token, allowed in ((own, rules[:1]), (all_feeds, rules), (reads, ()), ("zx_nothing", ()), ("-", ())):
        for rule in rules:
            assert (Browser(app).get(f"/feeds/{token}/{rule}.atom").status_code == 200) == (rule in allowed)
    assert Browser(app).get(f"/feeds/{own}/大模型.atom?q=芯片").status_code == 404
    assert Browser(app).get(f"/feeds/{all_feeds}/gone.atom").status_code == 404
    assert Browser(app).get(f"/feeds/{own}/大模型.exe").status_code == 404
    archive.write_now(lambda s: people.revoke(s, 0, 1, press.NOW))
    assert Browser(app).get(f"/feeds/{own}/大模型.atom").status_code == 404
