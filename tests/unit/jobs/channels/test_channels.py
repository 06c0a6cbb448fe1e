"""Every channel against a stand-in of its vendor: what it sends, and how it takes what it hears."""

import asyncio
import base64
import contextlib
import email
import hashlib
import hmac
import json
import os
import re
import ssl
import stat
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
from aiosmtpd.smtp import Envelope

from crawler.errors import OptionError
from jobs import redaction
from jobs.channels import console
from jobs.channels import email as mail
from jobs.deliver import message as messages
from jobs.deliver.address import channels
from jobs.deliver.message import Message
from jobs.deliver.transport import Codes, Post, Receipt, Reply, channel_for, posting
from tests.vendors import HTML_INSTEAD, HTTP_REFUSALS, VENDORS, FetchResult, Known, Mailbox, Refusal, Trouble, Vendor, mail_server

NOW = datetime(2026, 12, 1, 0, 0, 0, tzinfo=UTC)
ALERT = Message(
    alert_id=367,
    idem_key="0123456789abcdef0123456789abcdef",
    rule="上海大模型",
    title="上海发布大模型新政",
    link="https://example.org/a?id=1&x=2",
    source="demo",
    publisher="示例日报",
    published=NOW,
    summary="一句话。",
    language="zh",
    keywords=("人工智能", "上海"),
    technologies=("大语言模型",),
    industries=("政务",),
    events=("上海发布新政",),
    matched=(("大模型", "上海发布大模型新政，即日施行。"),),
    reprints=11,
    record={"title": "上海发布大模型新政", "text": "全文"},
)
HOSTILE = replace(
    ALERT,
    rule="r @all",
    title='@all <at id=all></at> <at user_id="all">所有人</at> <!channel> <@U1> @everyone [x](javascript:1) \x1b[31m\u202e<b>*_`\x00 \ud800',
    publisher="<@everyone> @所有人",
    events=("<!here|here> @channel", "**bold** | `code`"),
    matched=(("@all", "<at id=all></at>\n# 大标题"),),
    keywords=("<script>alert(1)</script>",),
)
HUGE = replace(
    ALERT,
    title="标题" * 3000,
    summary="总结" * 9000,
    events=("事件" * 2000,) * 300,
    matched=(("词", "句子" * 3000),) * 50,
    keywords=("关键词" * 500,) * 8,
    technologies=("技术" * 500,) * 100,
    link="https://example.org/" + "a" * 5000,
)
DIGEST = replace(
    ALERT, kind="digest", items=tuple(replace(ALERT, alert_id=n, title=f"第{n}条 " + "长标题" * 40) for n in range(30)), more=37
)


def run(work: Callable[[Post], Awaitable[Receipt]], timeout: float = 5.0) -> Receipt:
    async def main() -> Receipt:
        async with posting(lambda: NOW, timeout) as post:
            return await work(post)

    return asyncio.run(main())


def heard(known: Known, *script: FetchResult | Trouble, message: Message = ALERT, timeout: float = 5.0) -> tuple[Receipt, Vendor]:
    """What the channel makes of these answers, and what the vendor was asked."""
    vendor: list[Vendor] = []

    async def work(post: Post) -> Receipt:
        async with Vendor(*script) as stand_in:
            vendor.append(stand_in)
            return await channel_for(known.address(stand_in)).send(message, post)

    return run(work, timeout), vendor[0]


each_vendor = pytest.mark.parametrize("known", VENDORS, ids=[known.name for known in VENDORS])


@each_vendor
def test_accepted_is_what_the_vendor_itself_calls_so(known: Known) -> None:
    receipt, vendor = heard(known, known.accepts)
    assert receipt.accepted
    assert not receipt.handed_over
    (asked,) = vendor.asked
    text = known.text(asked.said)
    for part in ("#00A7", "上海发布大模型新政", "示例日报", "大语言模型", "政务", "11 家转载", "即日施行"):
        assert part in text or part in str(asked.said), part
    assert "example.org/a" in json.dumps(asked.said)


@each_vendor
@pytest.mark.parametrize("refusal", HTTP_REFUSALS, ids=[f"{one.code}-{one.retry_after}" for one in HTTP_REFUSALS])
def test_a_status_other_than_2xx_is_a_refusal(known: Known, refusal: Refusal) -> None:
    receipt, _ = heard(known, refusal.answer)
    assert not receipt.accepted
    assert (receipt.code, receipt.permanent, receipt.poison) == (refusal.code, refusal.permanent, refusal.poison)
    assert receipt.retry_after == refusal.retry_after


@pytest.mark.parametrize(
    ("known", "refusal"),
    [pytest.param(known, one, id=f"{known.name}-{one.code}-{i}") for known in VENDORS for i, one in enumerate(known.refuses)],
)
def test_what_the_vendor_says_decides_whatever_the_status(known: Known, refusal: Refusal) -> None:
    receipt, _ = heard(known, refusal.answer)
    assert not receipt.accepted
    assert (receipt.code, receipt.permanent, receipt.poison) == (refusal.code, refusal.permanent, refusal.poison)
    assert receipt.retry_after == refusal.retry_after
    assert receipt.detail


@each_vendor
def test_a_page_instead_of_an_answer_is_no_acceptance(known: Known) -> None:
    receipt, _ = heard(known, HTML_INSTEAD.answer)
    assert not receipt.accepted
    assert not receipt.permanent


@each_vendor
@pytest.mark.parametrize("status", [200, 429, 400, 503])
def test_an_answer_of_any_shape_is_read(known: Known, status: int) -> None:
    odd: list[object] = ["x", "5", -1, 1.5, None, True, [], {}]
    for value in odd:
        keys = ("code", "errcode", "errno", "ok", "error_code", "msg", "parameters", "retry_after", "message", "description")
        for answer in (value, dict.fromkeys(keys, value), {"ok": False, "error_code": 429, "parameters": {"retry_after": value}}):
            receipt, _ = heard(known, FetchResult(json.dumps(answer), status))
            assert not (receipt.accepted and status != 200)


def test_telegram_says_where_a_chat_has_gone() -> None:
    telegram = next(known for known in VENDORS if known.name == "telegram")
    moved = {"ok": False, "error_code": 400, "description": "upgraded", "parameters": {"migrate_to_chat_id": -1007}}
    assert "-1007" in heard(telegram, FetchResult(moved, 400))[0].detail


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("200 OK\r\nContent-Length: 99", (True, False, None)),
        ("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3", (True, False, None)),
        ("404 Gone\r\nContent-Length: 99", (False, True, None)),
        ("503 Busy\r\nRetry-After: 40\r\nContent-Length: 99", (False, False, 40.0)),
    ],
)
@pytest.mark.parametrize("silent", [False, True], ids=["breaks off", "says no more"])
def test_a_status_that_was_said_stands_whatever_becomes_of_the_body(
    head: str, expected: tuple[bool, bool, float | None], silent: bool
) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {head}\r\n\r\n".encode() + b"abc")
        await writer.drain()
        if silent:
            await reader.read()
        writer.close()

    async def work(post: Post) -> Receipt:
        async with await asyncio.start_server(half, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await channel_for(f"webhook+http://127.0.0.1:{port}/in").send(ALERT, post)

    receipt = run(work, timeout=0.5)
    assert (receipt.accepted, receipt.permanent, receipt.retry_after) == expected


async def test_a_certificate_that_is_not_trusted_is_told_as_such_and_may_be_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        untrusted = ssl.SSLCertVerificationError(1, "certificate verify failed")
        untrusted.verify_message = "self-signed certificate"
        raise aiohttp.ClientConnectorCertificateError(SimpleNamespace(host="h", port=1, is_ssl=True), untrusted)  # type: ignore[arg-type]

    monkeypatch.setattr(aiohttp.ClientSession, "request", refuse)
    async with posting(lambda: NOW) as post:
        receipt = await channel_for("webhook+https://h/in").send(ALERT, post)
    assert (receipt.detail, receipt.permanent) == ("no connection to h: self-signed certificate", False)


def test_what_a_server_repeats_of_its_address_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_HIDDEN", {"TOKEN-1"})
    receipt, _ = heard(VENDORS[0], FetchResult("Cannot POST /open-apis/bot/v2/hook/TOKEN-1", 404))
    assert receipt.detail == "HTTP 404 Cannot POST /open-apis/bot/v2/hook/***"


@pytest.mark.parametrize(
    ("code", "accepted"), [(0, True), ("0", True), (False, False), (None, False), ([], False), ({}, False), ("9" * 5000, False)]
)
def test_a_code_is_what_the_vendor_calls_so_and_false_is_no_zero(code: object, accepted: bool) -> None:
    assert Codes(ok=(0,)).read(Reply(200, b"{}"), code, "").accepted is accepted


@each_vendor
@pytest.mark.parametrize("trouble", ["hang", "reset", "lost"])
def test_trouble_on_the_way_is_temporary(known: Known, trouble: Trouble) -> None:
    receipt, vendor = heard(known, trouble, timeout=0.3 if trouble == "hang" else 5.0)
    assert (receipt.accepted, receipt.permanent) == (False, False)
    assert receipt.detail
    assert len(vendor.asked) == 1
    for secret in ("TOKEN-1", "s3cret", "KEY1", "123:ABC"):
        assert secret not in receipt.detail


@each_vendor
@pytest.mark.parametrize("plain", [False, True])
def test_what_a_page_says_rings_nobody_and_breaks_nothing(known: Known, plain: bool) -> None:
    _, vendor = heard(known, known.accepts, message=replace(HOSTILE, plain=plain))
    text = known.text(vendor.asked[0].said)
    assert not any(ch in text for ch in "\x1b\x00\u202e\ud800")
    if known.name in ("ntfy", "bark"):
        return  # a notification on one's own phone: nothing in it is read as a command
    live = re.sub(r"\\.", "", text) if known.name == "discord" else text  # without what is escaped
    for mention in ("<at ", "<!channel", "<!here", "<@U1", "<script"):
        assert mention not in live, mention
    if not plain and known.name in ("feishu", "dingtalk", "wecom", "serverchan", "discord"):
        assert "](javascript:" not in live
    if known.name != "discord":  # Discord is told in so many words that no mention rings
        assert not any(mention in live for mention in ("@all", "@everyone", "@channel"))


def test_discord_is_told_that_no_mention_rings() -> None:
    discord = next(known for known in VENDORS if known.name == "discord")
    _, vendor = heard(discord, discord.accepts, message=HOSTILE)
    assert vendor.asked[0].said["allowed_mentions"] == {"parse": []}


@each_vendor
@pytest.mark.parametrize(
    "message",
    [
        HUGE, DIGEST, replace(HUGE, plain=True), replace(HUGE, title="😀" * 3000, link=""),
        *(replace(ALERT, matched=(("词", "😀" * count),)) for count in (1200, 2500)),  # no more characters than some take, but more units
    ],
)  # fmt: skip
def test_the_vendors_limit_is_kept_without_cutting_a_character(known: Known, message: Message) -> None:
    receipt, vendor = heard(known, known.accepts, message=message)
    assert receipt.accepted
    text = known.text(vendor.asked[0].said)
    assert 90 < known.size(text) <= known.limit
    assert "�" not in text
    assert "#00" in text


@each_vendor
def test_a_digest_counts_what_it_does_not_list(known: Known) -> None:
    _, vendor = heard(known, known.accepts, message=DIGEST)
    text = known.text(vendor.asked[0].said)
    listed = sum(f"第{n}条" in text for n in range(30))
    assert f"另有 {67 - listed} 条" in text
    assert "共 67 条" in text


def test_feishu_signs_with_the_stamp_in_the_key() -> None:
    _, vendor = heard(VENDORS[0], VENDORS[0].accepts)
    asked = vendor.asked[0]
    assert asked.path == "/open-apis/bot/v2/hook/TOKEN-1"
    assert asked.said["timestamp"] == "1796083200"
    digest = hmac.new(b"1796083200\ns3cret", b"", hashlib.sha256).digest()
    assert asked.said["sign"] == base64.b64encode(digest).decode()
    assert "智讯" in asked.said["card"]["header"]["title"]["content"]


def test_dingtalk_signs_milliseconds_in_the_address() -> None:
    _, vendor = heard(VENDORS[1], VENDORS[1].accepts)
    query = vendor.asked[0].query
    assert (query["access_token"], query["timestamp"]) == ("TOKEN-1", "1796083200000")
    digest = hmac.new(b"SECs3cret", b"1796083200000\nSECs3cret", hashlib.sha256).digest()
    assert query["sign"] == base64.b64encode(digest).decode()


def test_a_bark_notification_replaces_its_own_repeat() -> None:
    bark = next(known for known in VENDORS if known.name == "bark")
    _, vendor = heard(bark, bark.accepts)
    assert vendor.asked[0].said["id"] == ALERT.idem_key


def test_each_serverchan_account_of_the_third_kind_has_a_host_of_its_own() -> None:
    endpoint = channels()["serverchan"].module.endpoint
    assert endpoint(channel_for("serverchan://sctp42tabc").options) == "https://42.push.ft07.com/send/sctp42tabc.send"
    assert endpoint(channel_for("serverchan://SCT42Tabc").options) == "https://sctapi.ftqq.com/SCT42Tabc.send"


# ---- applications, which ask for a token first

TOKENS = {
    "feishu": FetchResult({"code": 0, "tenant_access_token": "t-1", "expire": 7200}),
    "wecom": FetchResult({"errcode": 0, "access_token": "t-1", "expires_in": 7200}),
}
APPS = {"feishu": "feishu://APP:SECRET1@oc_1?api={}", "wecom": "wecom://CORP:SECRET1@1000002/zhang|li?api={}"}
NO = {"feishu": {"code": 99991663, "msg": "stale"}, "wecom": {"errcode": 42001, "errmsg": "stale"}}
YES = {"feishu": FetchResult({"code": 0, "msg": "success"}), "wecom": FetchResult({"errcode": 0, "errmsg": "ok"})}


def sent_twice(name: str, *script: FetchResult | Trouble, message: Message = ALERT) -> tuple[list[Receipt], Vendor]:
    """The same message sent twice through one `Post`."""
    receipts: list[Receipt] = []

    async def main() -> Vendor:
        async with Vendor(*script) as vendor, posting(lambda: NOW) as post:
            channel = channel_for(APPS[name].format(vendor.url))
            receipts.extend([await channel.send(message, post), await channel.send(message, post)])
            return vendor

    vendor = asyncio.run(main())
    return receipts, vendor


@pytest.mark.parametrize("name", APPS)
def test_an_application_asks_for_its_token_once_and_repeats_with_the_same_key(name: str) -> None:
    receipts, vendor = sent_twice(name, TOKENS[name], YES[name])
    assert [receipt.accepted for receipt in receipts] == [True, True]
    login, first, second = vendor.asked
    assert "SECRET1" in str(login.query) + login.body.decode()
    assert first.body == second.body
    assert "t-1" in str(first.query) + str(first.headers)
    key = first.said.get("uuid") or first.said["enable_duplicate_check"]
    assert key in (ALERT.idem_key, 1)
    assert "上海发布大模型新政" in first.body.decode()


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("name", APPS)
def test_a_stale_token_is_asked_for_anew(name: str, status: int) -> None:
    receipts, vendor = sent_twice(name, TOKENS[name], FetchResult(NO[name], status), TOKENS[name], YES[name])
    assert [(receipt.accepted, receipt.permanent) for receipt in receipts] == [(False, False), (True, False)]
    assert len(vendor.asked) == 4


@pytest.mark.parametrize("life", [None, "7200", "soon", [], float("inf"), float("nan"), -1])
@pytest.mark.parametrize("name", APPS)
def test_a_token_is_good_however_its_life_is_written(name: str, life: object) -> None:
    token = replace(TOKENS[name], body={**cast(dict[str, Any], TOKENS[name].body), "expire": life, "expires_in": life})
    receipts, _ = sent_twice(name, token, YES[name], token, YES[name])
    assert receipts[0].accepted


def test_a_receiver_that_wecom_leaves_out_has_not_got_it() -> None:
    left_out = FetchResult({"errcode": 0, "errmsg": "ok", "invaliduser": "li"})
    receipts, _ = sent_twice("wecom", TOKENS["wecom"], left_out)
    assert (receipts[0].accepted, receipts[0].permanent) == (False, True)
    assert "li" in receipts[0].detail


@pytest.mark.parametrize(
    ("name", "answer", "permanent"),
    [
        ("feishu", FetchResult({"code": 10014, "msg": "app secret invalid"}), True),
        ("wecom", FetchResult({"errcode": 40001, "errmsg": "invalid credential"}), True),
        ("feishu", FetchResult("<html>", 502), False),
        ("wecom", FetchResult("<html>"), False),
        ("wecom", "reset", False),
    ],
)
def test_without_a_token_nothing_is_sent(name: str, answer: FetchResult | Trouble, permanent: bool) -> None:
    receipts, vendor = sent_twice(name, answer)
    assert [(receipt.accepted, receipt.permanent) for receipt in receipts] == [(False, permanent)] * 2
    assert {asked.path.rpartition("/")[2] for asked in vendor.asked} <= {"internal", "gettoken"}
    assert all("SECRET1" not in receipt.detail for receipt in receipts)


@pytest.mark.parametrize("name", APPS)
def test_an_application_keeps_the_vendors_limit(name: str) -> None:
    for message in (HUGE, replace(HUGE, plain=True), HOSTILE):
        receipts, vendor = sent_twice(name, TOKENS[name], YES[name], message=message)
        assert receipts[0].accepted
        body = vendor.asked[1].body
        assert len(body) < (20_000 if name == "feishu" else 2048 + 200)
        assert b"<at " not in body


# ---- webhook

WEBHOOK = Known("webhook", lambda v: f"webhook+http://{v.host}/in?secret=key&keep=1", FetchResult("", 204), (), str, 0)


def test_a_webhook_is_signed_and_keeps_its_key() -> None:
    receipt, vendor = heard(WEBHOOK, FetchResult("later", 503), FetchResult("", 204))
    again, second = heard(WEBHOOK, FetchResult("", 204))
    assert (receipt.accepted, again.accepted) == (False, True)
    asked, repeated = vendor.asked[0], second.asked[0]
    assert asked.query == {"keep": "1"}
    assert asked.headers["Idempotency-Key"] == repeated.headers["Idempotency-Key"] == ALERT.idem_key
    assert asked.headers["X-Zhixun-Signature"] == "sha256=" + hmac.new(b"key", asked.body, hashlib.sha256).hexdigest()
    assert asked.body == repeated.body
    assert asked.said["alert"] == "#00A7"
    assert asked.said["record"] == {"title": "上海发布大模型新政", "text": "全文"}


@pytest.mark.parametrize("refusal", HTTP_REFUSALS, ids=[f"{one.code}-{one.retry_after}" for one in HTTP_REFUSALS])
def test_a_webhook_counts_2xx_only(refusal: Refusal) -> None:
    receipt, _ = heard(WEBHOOK, refusal.answer)
    assert (receipt.accepted, receipt.permanent, receipt.retry_after) == (False, refusal.permanent, refusal.retry_after)


def test_a_webhook_that_sends_without_end_is_read_to_a_bound() -> None:
    receipt, _ = heard(WEBHOOK, FetchResult("x" * 1_000_000))
    assert receipt.accepted
    assert len(receipt.detail) <= 300


def test_a_digest_for_programs_has_each_alert_with_its_key() -> None:
    _, vendor = heard(WEBHOOK, FetchResult("", 200), message=DIGEST)
    said = vendor.asked[0].said
    assert (said["type"], len(said["items"]), said["more"]) == ("digest", 30, 37)
    assert said["items"][3]["idempotency_key"] == ALERT.idem_key


# ---- file, console


def send_to(address: str, message: Message = ALERT) -> Receipt:
    return run(lambda post: channel_for(address).send(message, post))


def test_file_gets_one_line_an_alert_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "new" / "alerts.jsonl"
    assert send_to(f"file://{path}").accepted
    assert send_to(f"file://{path}", replace(HOSTILE, record={})).accepted
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["alert_id"] for line in lines] == [367, 367]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_file_begins_a_new_line_after_a_torn_one(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_text('{"alert_id": 1}\n{"aler')
    assert send_to(f"file://{path}").accepted
    assert json.loads(path.read_text().splitlines()[2])["alert_id"] == 367


def test_file_that_cannot_be_written_is_a_refusal(tmp_path: Path) -> None:
    receipt = send_to(f"file://{tmp_path}")
    assert (receipt.accepted, receipt.permanent) == (False, False)
    assert os.strerror(21) in receipt.detail


def test_file_is_no_pipe_that_would_take_the_line_and_refuse_to_have_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    receipt = send_to(f"file://{tmp_path}/pipe")
    assert (receipt.accepted, "console://" in receipt.detail) == (False, True)


def test_a_line_of_a_file_is_one_for_every_reader_and_a_terminal(tmp_path: Path) -> None:
    said = "a\u2028b\u202ec\x9b1m\ud800"
    assert send_to(f"file://{tmp_path}/a", replace(ALERT, record={"title": said})).accepted
    (line,) = (tmp_path / "a").read_text().splitlines()
    assert json.loads(line)["record"]["title"] == said
    assert line.isprintable()


async def test_who_does_not_read_the_console_stops_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    written = threading.Event()
    monkeypatch.setattr(console, "_print", lambda _text: written.wait(5))
    async with posting(lambda: NOW) as post:
        printing = asyncio.create_task(channel_for("console://").send(ALERT, post))
        await asyncio.sleep(0.01)
        assert not printing.done()
        written.set()
        assert (await printing).accepted


def test_console_prints_what_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    assert send_to("console://", HOSTILE).accepted
    printed = capsys.readouterr().out
    assert "#00A7" in printed
    assert not any(ch in printed for ch in "\x1b\x00\u202e")


# ---- email


def mailed(mailbox: Mailbox, message: Message = ALERT, *, login: str = "", tls: str = "off") -> Receipt:
    to = "a@example.org,b@example.org"

    async def work(post: Post) -> Receipt:
        async with mail_server(mailbox) as port:
            return await channel_for(f"smtp://{login}127.0.0.1:{port}?from=zhixun@example.org&to={to}&tls={tls}").send(
                message, post
            )

    return run(work)


def read(taken: Envelope) -> EmailMessage:
    mail = email.message_from_bytes(bytes(taken.original_content or b""), policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_mail_has_two_forms_and_a_constant_id() -> None:
    mailbox = Mailbox()
    assert mailed(mailbox).accepted
    assert mailed(mailbox).accepted
    first, second = (read(one) for one in mailbox.taken)
    assert first["Message-ID"] == second["Message-ID"] == f"<{ALERT.idem_key}@example.org>"
    assert first["Subject"] == "[上海大模型] 上海发布大模型新政 #00A7"
    plain, rich = first.get_body(("plain",)), first.get_body(("html",))
    assert plain is not None
    assert "即日施行" in plain.get_content()
    assert rich is not None
    assert '<a href="https://example.org/a?id=1&amp;x=2">' in rich.get_content()


def test_a_headline_cannot_add_a_mail_header() -> None:
    mailbox = Mailbox()
    assert mailed(mailbox, message=replace(ALERT, title="news\r\nBcc: x@example.org\r\n\r\nbody")).accepted
    mail = read(mailbox.taken[0])
    assert mail["Bcc"] is None
    assert mailbox.taken[0].rcpt_tos == ["a@example.org", "b@example.org"]


@pytest.mark.parametrize(
    ("mailbox", "permanent", "words"),
    [
        (Mailbox(refuse={"a@example.org": "550 no such user", "b@example.org": "550 no such user"}), True, "no such user"),
        (Mailbox(refuse={"a@example.org": "451 greylisted", "b@example.org": "451 greylisted"}), False, "greylisted"),
        (Mailbox(refuse={"b@example.org": "550 no such user"}), True, "accepted for a@example.org"),
        (Mailbox(data="554 looks like spam"), True, "looks like spam"),
        (Mailbox(data="452 disk full"), False, "disk full"),
        (Mailbox(data="lost"), False, "127.0.0.1"),
    ],
)
def test_a_mail_that_not_everybody_got_is_not_delivered(mailbox: Mailbox, permanent: bool, words: str) -> None:
    receipt = mailed(mailbox)
    assert (receipt.accepted, receipt.permanent) == (False, permanent)
    assert words in receipt.detail


def test_a_second_attempt_is_for_those_who_have_not_got_the_mail() -> None:
    later = {"b@example.org": "451 greylisted"}
    mailbox = Mailbox(refuse=later)

    async def work(post: Post) -> Receipt:
        async with mail_server(mailbox) as port:
            channel = channel_for(f"smtp://127.0.0.1:{port}?from=z@example.org&to=a@example.org,b@example.org&tls=off")
            first = await channel.send(ALERT, post)
            later.clear()
            assert not first.accepted
            return await channel.send(ALERT, post)

    assert run(work).accepted
    assert [taken.rcpt_tos for taken in mailbox.taken] == [["a@example.org"], ["b@example.org"]]


@pytest.mark.parametrize("greeting", [b"220-wait\r\n", b"220 hi\r\n"], ids=["no end of a greeting", "an answer byte by byte"])
async def test_a_mail_server_that_drips_holds_up_its_own_mail_only(greeting: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "TOTAL", 0.3)
    ended = asyncio.Event()

    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            writer.write(greeting)
            for _ in range(100):
                writer.write(greeting if b"-" in greeting else b"2")
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()
        ended.set()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server, posting(lambda: NOW) as post:
        port, began = server.sockets[0].getsockname()[1], asyncio.get_running_loop().time()
        receipt = await channel_for(f"smtp://127.0.0.1:{port}?from=a@x.org&to=b@x.org&tls=off").send(ALERT, post)
        await asyncio.get_running_loop().shutdown_default_executor()  # its thread has ended, too
        await asyncio.wait_for(ended.wait(), 2)
        assert asyncio.get_running_loop().time() - began < 3
    assert (receipt.accepted, receipt.permanent) == (False, False)


@pytest.mark.parametrize("title", ["short", "长" * 500, "é " * 300, "=" * 400])
def test_a_mail_is_what_every_server_takes(title: str) -> None:
    mailbox = Mailbox()
    assert mailed(mailbox, message=replace(ALERT, title=title, summary=title)).accepted
    raw = bytes(mailbox.taken[0].original_content or b"")
    assert raw.isascii()
    assert max(map(len, re.findall(rb"=\?\S+\?=", raw)), default=0) <= 75
    assert "#00A7" in read(mailbox.taken[0])["Subject"]


def test_a_mail_server_that_cannot_encrypt_gets_no_password_and_no_mail() -> None:
    mailbox = Mailbox()
    receipt = mailed(mailbox, login="user:password@", tls="starttls")
    assert (receipt.accepted, receipt.permanent) == (False, False)
    assert "STARTTLS" in receipt.detail
    assert mailbox.taken == []


# ---- apprise


def test_apprise_is_recorded_as_handed_over() -> None:
    accepts = Known("apprise", lambda v: f"apprise+json://{v.host}/in", FetchResult("whatever"), (), str, 0)
    receipt, vendor = heard(accepts, accepts.accepts)
    assert (receipt.accepted, receipt.handed_over) == (True, True)
    assert "上海发布大模型新政" in json.dumps(vendor.asked[0].said, ensure_ascii=False)
    refused, _ = heard(accepts, FetchResult("no", 500))
    assert not refused.accepted


def test_an_address_that_apprise_does_not_know_is_an_error() -> None:
    with pytest.raises(OptionError, match="Apprise does not know"):
        channel_for("apprise+nosuchthing://x")


# ---- all of them

EXAMPLES = {
    "console": "console://",
    "file": "file:///tmp/x.jsonl",
    "webhook": "webhook+https://example.org/in?secret=hidden-secret",
    "email": "smtps://user:hidden-secret@smtp.example.org?from=a@example.org&to=b@example.org",
    "feishu": "feishu://hidden-token?secret=hidden-secret",
    "dingtalk": "dingtalk://hidden-token?secret=hidden-secret",
    "wecom": "wecom://hidden-token",
    "telegram": "telegram://1:hidden-token/-1",
    "slack": "slack://T/B/hidden-token",
    "discord": "discord://1/hidden-token",
    "ntfy": "ntfy://user:hidden-secret@ntfy.sh/hidden-topic",
    "bark": "bark://api.day.app/hidden-token",
    "serverchan": "serverchan://hiddentoken",
    "pushplus": "pushplus://hidden-token",
    "apprise": "apprise+json://user:hidden-secret@example.org/hidden-token",
}


def test_every_channel_has_an_example_here() -> None:
    assert set(channels()) == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_open_channel_shows_no_secret(name: str) -> None:
    channel = channel_for(EXAMPLES[name])
    assert channel.name == name
    assert "hidden" not in repr(channel).replace("hidden-topic", "")
    assert "hidden" not in channel.shown


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("feishu://?secret=x", "token"),
        ("dingtalk://T&secret=x", "before the first ?"),
        ("smtp://mail.example.org?from=a@example.org&to=b@example.org;c@example.org", "no mail address"),
        ("dingtalk://T?secert=x", "did you mean 'secret'"),
        ("smtp://mail.example.org?to=a@example.org", "sender"),
        ("smtp://mail.example.org?from=me&to=a@example.org", "'me' is no mail address"),
        ("smtp://mail.example.org:mail?from=me@example.org&to=a@example.org", "'mail' is no port"),
        ("ntfy://ntfy.example.org:web/topic", "'web' is no port"),
        ("bark://api.example.org:web/key", "'web' is no port"),
        ("smtp://mail.example.org?from=a@example.org&to=a@example.org&tls=maybe", "tls"),
        ("telegram://123:ABC", "chat"),
        ("slack://A/B", "path"),
        ("discord://name/TOKEN", "id"),
        ("ntfy://ntfy.sh", "topic"),
        ("webhook+https://", "url"),
        ("bark://api.day.app/", "key"),
        ("wecom://K?api=ftp://x", "no web address"),
        ("foo://x", "no channel speaks foo://"),
        ("just text", "begins with its scheme"),
        ("webhook+http://h:99999/", "port 99999"),
    ],
)
def test_a_wrong_address_is_explained_with_an_example(address: str, words: str) -> None:
    with pytest.raises(OptionError, match=re.escape(words)) as error:
        channel_for(address)
    assert "://" in str(error.value) or "port" in str(error.value)


def test_the_test_message_says_that_it_is_one() -> None:
    assert "test" in messages.test_message(NOW).title
