"""What an alert says, before any channel words it.

`payload` freezes a record and its match as JSON for the ledger, so that each retry says the same; `Message.from_payload` reads it
back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Any, Literal

from crawler.record import Record, plain
from storage.rules.match import Evidence
from storage.rules.ruleset import Hit

Kind = Literal["alert", "digest", "notice", "test"]
MAX_MATCHED = 8  # quotes kept of one match
_FROZEN = (
    "title", "link", "text", "summary", "keywords", "ai_technologies", "industries", "opening", "events", "published", "author",
    "publisher", "language", "source", "first_seen",
)  # fmt: skip
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one channel. `matched` holds (term, sentence); `record` the frozen JSON of the article.

    `also` names (title, source) of other articles on the event; `follows` says which alert this one goes back to, and why. A digest
    has `items`, and `more` counts those that it does not list. A `plain` message is to be sent as unadorned text. `template` is the
    operator's own wording (see jobs/deliver/rendering.py).
    """

    alert_id: int
    idem_key: str
    rule: str
    title: str
    link: str = ""
    source: str = ""
    publisher: str = ""
    published: datetime | None = None
    summary: str = ""
    language: str = ""
    keywords: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    matched: tuple[tuple[str, str], ...] = ()
    reprints: int = 0
    also: tuple[tuple[str, str], ...] = ()
    note: str = ""
    kind: Kind = "alert"
    items: tuple[Message, ...] = ()
    more: int = 0
    plain: bool = False
    template: str = ""
    cap: int | None = None
    record: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    follows: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def id(self) -> str:
        """The id that a reader sees and can ask for: ``#00A7``."""
        return short_id(self.alert_id)

    @property
    def chinese(self) -> bool:
        """Whether its labels are Chinese: by the record's language, or by the look of the title where that is unknown."""
        if self.language:
            return self.language.startswith("zh")
        return any("一" <= ch <= "鿿" for ch in self.title)

    @classmethod
    def from_payload(
        cls,
        payload: Mapping[str, Any],
        *,
        alert_id: int,
        idem_key: str,
        reprints: int = 0,
        also: tuple[tuple[str, str], ...] = (),
    ) -> Message:
        """The message of a stored payload. Raises KeyError, TypeError or ValueError if it is not one of ours."""
        record, follows = payload["record"], payload.get("follows", {})
        published = record["published"]
        return cls(
            alert_id=alert_id,
            idem_key=idem_key,
            rule=payload["rule"],
            title=record["title"],
            link=record["link"],
            source=record["source"] or "",
            publisher=record["publisher"] or "",
            published=datetime.fromisoformat(published) if published else None,
            summary=record["summary"],
            language=record["language"] or "",
            keywords=tuple(record["keywords"]),
            technologies=tuple(record["ai_technologies"]),
            industries=tuple(record["industries"]),
            events=tuple(event["headline"] for event in record["events"]),
            matched=tuple((match["term"], match["quote"]) for match in payload["matched"]),
            reprints=reprints,
            also=also,
            note=_follow_note(follows, (record["language"] or "zh").startswith("zh")),
            cap=payload.get("cap"),
            record=MappingProxyType(record),
            follows=MappingProxyType(follows),
        )

    def in_zone(self, zone: tzinfo) -> Message:
        """The same message with its times as a clock in `zone` shows them."""
        at = self.published.astimezone(zone) if self.published else None
        record = {**self.record, "published": at.isoformat() if at else None} if "published" in self.record else dict(self.record)
        items = tuple(item.in_zone(zone) for item in self.items)
        return replace(self, published=at, record=MappingProxyType(record), items=items)

    def as_plain(self) -> Message:
        """The same message, to be sent without any markup."""
        return replace(self, plain=True)


def _follow_note(follows: Mapping[str, Any], chinese: bool) -> str:
    """Why an alert is told once more."""
    if not follows:
        return ""
    zh, en = _FOLLOWS[follows["why"]]
    values = {"alert": short_id(follows["alert"]), "count": follows.get("publishers", 0), "detail": follows.get("detail", "")}
    return (zh if chinese else en).format(**values)


_FOLLOWS = {
    "again": ("{alert} 的事件已有 {count} 家媒体报道", "{count} publishers carry the story of {alert} now"),
    "changed": ("{alert} 的原文有改动：{detail}", "the article of {alert} was changed: {detail}"),
    "correction": ("更正：关于 {alert} 的报道", "correction of alert {alert}"),
    "likely": ("可能是 {alert} 已报过的事件：{detail}", "probably told already in {alert}: {detail}"),
    "withdrawn": ("{alert} 的原文已撤下", "the article of {alert} was withdrawn"),
}


def payload(record: Record, hit: Hit, cap: int | None = None) -> dict[str, Any]:
    """What the ledger freezes of an alert: the record as JSON, the rule with its version, and why it matched.

    `cap`: how many entries a digest of the rule spells out.
    """
    matched = matched_fields(hit.evidence[:MAX_MATCHED])
    made = {"rule": hit.rule, "version": hit.version, "matched": matched, "record": record_fields(record)}
    return made | ({"cap": cap} if cap else {})


def matched_fields(evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    """What matched, and where, as a payload has it."""
    return [{"term": one.term, "field": one.field, "start": one.start, "end": one.end, "quote": one.quote} for one in evidence]


def record_fields(record: Record) -> dict[str, Any]:
    """The record as a payload has it."""
    given = plain(record, _FROZEN)
    return given | {key: given[key].isoformat() for key in ("published", "first_seen") if given[key]}


def test_message(now: datetime) -> Message:
    """What `channels test` sends. Its key differs from one second to the next: a test is meant to arrive each time."""
    return Message(
        alert_id=0,
        idem_key=f"test-{now:%Y%m%d%H%M%S}",
        rule="test",
        title="智讯测试消息 / Zhixun test message",
        published=now,
        note="收到这条消息，说明通道可用。If you can read this, the channel works.",
        kind="test",
    )


def notice(title: str, note: str, now: datetime) -> Message:
    """A message about Zhixun itself."""
    return Message(0, f"notice-{now:%Y%m%d%H%M%S%f}", "智讯", title, published=now, note=note, kind="notice")


def short_id(alert_id: int) -> str:
    """The visible id of an alert, base 36 with at least four places: 367 is ``#00A7``."""
    places = ""
    while alert_id > 0:
        alert_id, place = divmod(alert_id, 36)
        places = _DIGITS[place] + places
    return "#" + places.rjust(4, "0")


def alert_of(shown: str) -> int:
    """The alert that a visible id names; raises ValueError."""
    number = int(shown.strip().removeprefix("#"), 36)
    if not 0 <= number < 2**63:
        raise ValueError("no id is so long")
    return number


def cut(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, ending with "…" if something was cut, never within a character."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= limit:
        return raw.decode()
    return raw[: max(limit - 3, 0)].decode(errors="ignore") + "…"  # "…" takes three bytes
