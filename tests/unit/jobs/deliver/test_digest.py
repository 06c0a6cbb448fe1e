"""Which alerts travel together."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobs.deliver.digest import LISTED, bare_message, message_of, next_parcel
from storage.alerts.outbox import Delivery

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
RECORD: dict[str, Any] = {
    "title": "上海发布大模型新政", "link": "https://example.org/a", "summary": "", "keywords": [], "ai_technologies": [],
    "industries": [], "events": [], "published": None, "publisher": None, "language": "zh", "source": None,
}  # fmt: skip


def delivery(
    number: int, rule: str = "r", waited: float = 300.0, fence: int = 1, payload: dict[str, Any] | None = None
) -> Delivery:
    return Delivery(
        id=number,
        alert_id=number,
        channel="desk",
        idem_key=f"key-{number}",
        attempts=1,
        fence=fence,
        owner="me",
        payload={"rule": rule, "matched": [], "record": RECORD} if payload is None else payload,
        rule=rule,
        reprints=0,
        created_at=NOW - timedelta(seconds=waited),
        due_at=NOW,
        article_id=number,
    )


A, B, C = delivery(1), delivery(2), delivery(3, waited=5)
OTHER, TRIED = delivery(4, rule="other"), delivery(5, fence=2)
NEW, NEWER = delivery(6, waited=30), delivery(7, waited=1)


@pytest.mark.parametrize(
    ("waiting", "fold", "parcel"),
    [
        ([A], True, [A]),
        ([A, B], True, [A, B]),
        ([A, B], False, [A]),
        ([A, OTHER, B], True, [A, B]),
        ([A, TRIED, B], True, [A, B]),
        ([NEW, NEWER], True, [NEW]),
        ([C, A], True, [C, A]),
    ],
    ids=[
        "one alone",
        "two that waited",
        "a channel without a rate",
        "one rule",
        "claimed equally often",
        "news go singly",
        "one old is enough",
    ],
)
def test_what_goes_next(waiting: list[Delivery], fold: bool, parcel: list[Delivery]) -> None:
    chosen, rest = next_parcel(waiting, NOW, fold=fold)
    assert list(chosen) == parcel
    assert rest == [one for one in waiting if one not in parcel]


def test_a_digest_sent_again_has_the_same_key_and_another_one_has_not() -> None:
    first, again = message_of((A, B)), message_of((delivery(1, fence=2), delivery(2, fence=2)))
    assert first.idem_key == again.idem_key
    assert first.idem_key not in (message_of((A, C)).idem_key, A.idem_key)


def test_a_digest_drops_nothing_silently() -> None:
    digest = message_of([delivery(number) for number in range(1, LISTED + 38)])
    assert (len(digest.items), digest.more) == (LISTED, 37)
    assert digest.title.startswith(f"{LISTED + 37} 条")


def test_what_cannot_be_read_is_still_announced() -> None:
    broken = delivery(9, payload={"rule": "r"})
    with pytest.raises(KeyError):
        message_of([broken])
    bare = bare_message([broken])
    assert (bare.id, bare.idem_key, bare.rule) == ("#0009", "key-9", "r")


def test_a_rule_s_cap_bounds_what_its_digest_spells_out_and_counts_the_rest() -> None:
    capped = [delivery(n, payload={"rule": "r", "matched": [], "record": RECORD, "cap": 3}) for n in range(1, 9)]
    digest = message_of(capped)
    assert (len(digest.items), digest.more) == (3, 5)
