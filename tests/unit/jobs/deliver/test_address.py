"""Channel addresses: their parts, and what of them may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import OptionError
from jobs.config.trendradar_env import channels_from_environment
from jobs.deliver.address import HIDDEN, parse_address, redact, secrets
from jobs.deliver.transport import channel_for


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("feishu://AbC-dEf?secret=x", {"host": "AbC-dEf", "port": None, "authority": "AbC-dEf"}),
        ("telegram://123:AAF/-100", {"host": "123:AAF", "port": None, "path": "/-100", "segments": ("-100",)}),
        ("smtps://me%40x:p%3Aw%40@mail.org:465", {"user": "me@x", "password": "p:w@", "host": "mail.org", "port": 465}),
        ("webhook+http://[::1]:8080/a", {"host": "[::1]", "port": 8080}),
        ("webhook+http://[::1]/a", {"host": "[::1]", "port": None}),
        ("FILE:///var/a%20b.jsonl", {"scheme": "file", "path": "/var/a b.jsonl", "host": ""}),
        ("webhook+https://h/a%2Fb?k=1%2B", {"path": "/a/b", "raw_path": "/a%2Fb", "raw_query": "k=1%2B"}),
        ("smtp://h?to=a+b@x&from=c%2Bd@x", {"query": (("to", "a+b@x"), ("from", "c+d@x"))}),
        ("console://", {"scheme": "console", "host": "", "path": ""}),
        ("ntfy://:tk@h/t", {"user": "", "password": "tk", "host": "h"}),
        ("apprise+mailto://u:p@h?x=a%20b", {"scheme": "apprise+mailto", "rest": "u:p@h?x=a%20b", "raw_query": "x=a%20b"}),
    ],
)
def test_parts(text: str, expected: dict[str, object]) -> None:
    address = parse_address(text)
    assert {key: getattr(address, key) for key in expected} == expected


def test_a_key_may_stand_several_times() -> None:
    address = parse_address("smtp://h?to=a&to=b&from=c")
    assert address.all("to") == ("a", "b")
    assert address.get("to") == "b"
    assert address.get("cc", "nobody") == "nobody"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("feishu://hidden?secret=hidden&keyword=news", "feishu://***?secret=***&keyword=news"),
        ("smtps://hidden:hidden@mail.org:465?from=a@b&to=c@d", "smtps://***@mail.org:465?from=a@b&to=c@d"),
        ("webhook+https://example.org/hidden?hidden_key=hidden", "webhook+https://example.org/***?hidden_key=***"),
        ("discord://hidden/hidden", "discord://***/***"),
        ("file:///var/alerts.jsonl", "file:///var/alerts.jsonl"),
        ("console://", "console://"),
        ("hidden", HIDDEN),
    ],
)
def test_what_could_be_a_secret_is_blanked(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_secrets_are_the_parts_that_the_log_must_blank() -> None:
    assert secrets(parse_address("dingtalk://tokentoken?secret=SECsecret")) == {"tokentoken", "SECsecret"}
    assert secrets(parse_address("telegram://123456:AAFtoken/-100")) == {"123456:AAFtoken"}
    assert secrets(parse_address("webhook+https://example.org/hooks/0123456789abcdef?secret=longenough")) == {
        "0123456789abcdef",
        "longenough",
    }
    assert secrets(parse_address("ntfy://reader:passphrase@h/t")) == {"passphrase", "cmVhZGVyOnBhc3NwaHJhc2U="}
    assert secrets(parse_address("file:///var/lib/zhixun/alerts.jsonl")) == frozenset()


@given(st.text(max_size=60))
def test_whatever_is_written_gives_an_address_or_an_explanation(text: str) -> None:
    for candidate in (text, f"feishu://{text}", f"webhook+https://{text}", f"smtp://{text}"):
        said = "opened"
        try:
            channel_for(candidate)
        except OptionError as error:
            said = str(error)
        assert said


def test_environment_names_of_trendradar_become_channels() -> None:
    environ = {
        "FEISHU_WEBHOOK_URL": "https://open.feishu.cn/open-apis/bot/v2/hook/tok1; https://open.larksuite.com/open-apis/bot/v2/hook/tok2",
        "DINGTALK_WEBHOOK_URL": "https://oapi.dingtalk.com/robot/send?access_token=tok3",
        "DINGTALK_SECRET": "SEC/a",
        "WEWORK_WEBHOOK_URL": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=tok4;https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=tok5",
        "TELEGRAM_BOT_TOKEN": "1:tok6",
        "TELEGRAM_CHAT_ID": "-100",
        "EMAIL_FROM": "me@example.org",
        "EMAIL_PASSWORD": "p@ss:word",
        "EMAIL_TO": "a@example.org,b@example.org",
        "NTFY_TOPIC": "t1;t2",
        "NTFY_TOKEN": "tk_1",
        "NTFY_SERVER_URL": "http://ntfy.lan",
        "BARK_URL": "https://api.day.app/key7",
        "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T/B/tok8",
        "GENERIC_WEBHOOK_URL": "https://example.org/in?a=1",
    }
    assert channels_from_environment(environ) == {
        "feishu": "feishu://tok1",
        "lark": "lark://tok2",
        "dingtalk": "dingtalk://tok3?secret=SEC%2Fa",
        "wecom": "wecom://tok4",
        "wecom-2": "wecom://tok5",
        "telegram": "telegram://1:tok6/-100",
        "slack": "slack://T/B/tok8",
        "bark": "bark://api.day.app/key7",
        "webhook": "webhook+https://example.org/in?a=1",
        "ntfy": "ntfy://ntfy.lan/t1?tls=off&token=tk_1",
        "ntfy-2": "ntfy://ntfy.lan/t2?tls=off",
        "email": "smtps://me%40example.org:p%40ss%3Aword@smtp.example.org:465?from=me%40example.org&to=a%40example.org%2Cb%40example.org",
    }


def test_environment_channels_can_be_opened_and_nothing_gives_none() -> None:
    environ = {
        "EMAIL_FROM": "me@qq.com",
        "EMAIL_PASSWORD": "x",
        "EMAIL_TO": "a@b.org",
        "EMAIL_SMTP_PORT": "587",
        "BARK_URL": "http://h/k",
    }
    assert [channel_for(address).scheme for address in channels_from_environment(environ).values()] == ["bark", "smtp"]
    assert channels_from_environment({"PATH": "/bin", "FEISHU_WEBHOOK_URL": " ; "}) == {}


WEB = [
    ("https://open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d-4e5f", "feishu"),
    ("https://open.larksuite.com/open-apis/bot/v2/hook/0a1b2c3d-4e5f", "feishu"),
    ("https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef&secret=SECabcdefgh", "dingtalk"),
    ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0a1b2c3d-4e5f", "wecom"),
    ("https://hooks.slack.com/services/T00/B00/abcdefgh", "slack"),
    ("https://discord.com/api/webhooks/123456/abc-def_ghi", "discord"),
    ("https://api.telegram.org/bot123456:ABC-def/sendMessage?chat_id=-100123", "telegram"),
    ("https://sctapi.ftqq.com/SCT123abcdef.send", "serverchan"),
    ("https://www.pushplus.plus/send?token=0123456789abcdef", "pushplus"),
    ("https://ntfy.sh/my-topic", "ntfy"),
    ("https://api.day.app/abcdefghij/", "bark"),
]


@pytest.mark.parametrize(("written", "channel"), WEB)
def test_a_vendors_own_webhook_address_is_taken_as_it_is_and_never_shown(written: str, channel: str) -> None:
    opened = channel_for(written)
    assert opened.name == channel
    for secret in ("0a1b2c3d", "0123456789abcdef", "SECabcdefgh", "abcdefgh", "abc-def", "ABC-def", "SCT123"):
        assert secret not in opened.shown
        assert secret not in redact(written)


def test_another_web_address_says_what_to_write() -> None:
    with pytest.raises(OptionError, match=r"put webhook\+ before it"):
        channel_for("https://server.example/hook?token=abcdefgh")
    assert redact("https://server.example/hook?token=abcdefgh") == "***"
