"""Which addresses may be visited: as values, and through the whole engine in every spelling."""

import ipaddress
import socket
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import OptionError
from crawler.fetch.guard import Allowed
from crawler.record import Reason
from tests.unit.crawler.fetch.local_site import fetch, fetch_one, http, names, rules, serving

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
]
SPECIAL = {
    "0.0.0.0": "this host",
    "0.1.2.3": "this host",
    "10.1.2.3": "private",
    "100.64.0.1": "carrier-grade NAT",
    "100.100.100.200": "carrier-grade NAT",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "cloud platform",
    "169.254.169.254": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.8": "protocol assignments",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4 relay",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarking",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "224.0.0.1": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "not a public address",
    "::1": "loopback",
    "::7f00:1": "not a public address",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fc00::1": "private",
    "fd00:ec2::254": "private",
    "fec0::1": "not a public address",
    "ff02::1": "multicast",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:10.0.0.1": "private",
    "64:ff9b::7f00:1": "loopback",
    "64:ff9b::808:808": "NAT64",
    "64:ff9b:1::1": "local NAT64",
    "2001::1": "reserved",  # Teredo for 255.255.255.254
    "2001:0:4136:e378:8000:63bf:f7f7:f7f7": "Teredo",  # for 8.8.8.8
    "2001:0:4136:e378:8000:63bf:f5ff:fffe": "private",  # Teredo for 10.0.0.1
    "2001:10::1": "protocol assignments",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "loopback",
    "2002:808:808::1": "6to4",
    "3fff::1": "documentation",
    "5f00::1": "segment routing",
    "4000::1": "not a public address",
    "not an address": "no IP address",
    "": "no IP address",
}


@pytest.mark.parametrize("ip", PUBLIC)
def test_public_addresses_may_be_visited(ip: str) -> None:
    assert Allowed().refusal(ip, 443) is None


@pytest.mark.parametrize(("ip", "why"), SPECIAL.items())
def test_special_addresses_are_refused_with_their_reason(ip: str, why: str) -> None:
    assert why in (Allowed().refusal(ip, 80) or "")


@given(st.ip_addresses())
def test_what_python_calls_not_global_is_refused(ip: Any) -> None:
    if not ip.is_global:
        assert Allowed().refusal(str(ip), 80) is not None


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_judged_as_itself(ip: ipaddress.IPv4Address) -> None:
    alone = Allowed().refusal(str(ip), 80)
    assert (Allowed().refusal(f"::ffff:{ip}", 80) is None) == (alone is None)
    nat64 = Allowed(["64:ff9b::/96"]).refusal(str(ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(ip))), 80)
    assert (nat64 is None) == (alone is None)


@pytest.mark.parametrize(
    ("network", "ip", "port", "allowed"),
    [
        ("127.0.0.0/8", "127.9.9.9", 1, True),
        ("127.0.0.0/8:8000", "127.0.0.1", 8000, True),
        ("127.0.0.0/8:8000", "127.0.0.1", 8001, False),
        ("127.0.0.0/8:8000-8100", "127.0.0.1", 8100, True),
        ("127.0.0.0/8:8000-8100", "127.0.0.1", 8101, False),
        ("10.1.2.3", "10.1.2.3", 80, True),
        ("10.1.2.3:80", "10.1.2.3", 81, False),
        ("10.1.2.3/24", "10.1.2.99", 80, True),
        ("fd00::/8", "fd12::1", 80, True),
        ("fd00::/8:443", "fd12::1", 80, False),
        ("::1", "::1", 80, True),
        ("[::1]:8080", "::1", 8080, True),
        ("[::1]:8080", "::1", 80, False),
        ("127.0.0.0/8", "::ffff:127.0.0.1", 80, True),
        ("127.0.0.0/8", "10.0.0.1", 80, False),
        ("127.0.0.0/8", "2002:7f00:1::", 80, False),
    ],
)
def test_networks_are_allowed_by_range_and_port(network: str, ip: str, port: int, allowed: bool) -> None:
    assert (Allowed([network]).refusal(ip, port) is None) == allowed


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.0.0.0/33", "127.0.0.0/8:x", "127.0.0.0/8:90-80", "127.0.0.0/8:70000", "1.2.3.4:-5", "10/8/8"]
)
def test_a_network_that_makes_no_sense_is_an_error(text: str) -> None:
    with pytest.raises(OptionError):
        Allowed([text])


# Spellings of this machine and of a private one. {} is the port of a server that listens on every address of this machine.
SPELLINGS = [
    "http://127.0.0.1:{}/",
    "http://127.127.127.127:{}/",
    "http://127.1:{}/",
    "http://127.0.0.1.:{}/",
    "http://2130706433:{}/",
    "http://0x7f000001:{}/",
    "http://0x7f.0.0.1:{}/",
    "http://0177.0.0.1:{}/",
    "http://017700000001:{}/",
    "http://0:{}/",
    "http://0.0.0.0:{}/",
    "http://localhost:{}/",
    "http://LOCALHOST.:{}/",
    "http://someone@127.0.0.1:{}/",
    "http://1.1.1.1@127.0.0.1:{}/",
    "http://①②⑦.⓪.⓪.①:{}/",
    "http://127。0。0。1:{}/",
    "http://%31%32%37.0.0.1:{}/",
    "http://[::1]:{}/",
    "http://[::]:{}/",
    "http://[::ffff:127.0.0.1]:{}/",
    "http://[::ffff:7f00:1]:{}/",
    "http://[0:0:0:0:0:ffff:7f00:0001]:{}/",
    "http://[64:ff9b::7f00:1]:{}/",
    "http://[2002:7f00:1::]:{}/",
    "https://127.0.0.1:{}/",
]


class TestOnTheWire:
    async def test_no_spelling_of_this_machine_gets_a_packet(self) -> None:
        async with _everywhere() as site:
            answers = await fetch([url.format(site.port) for url in SPELLINGS], rules(allow_networks=()))
        assert site.connections == 0
        assert {answer.outcome.reason for answer in answers} <= {Reason.REFUSED_ADDRESS, Reason.DNS, Reason.CLIENT_ERROR}

    async def test_no_redirect_leads_there(self) -> None:
        async with _everywhere() as inside:
            hops = {f"/{n}": http(302, Location=_ascii(url.format(inside.port))) for n, url in enumerate(SPELLINGS)}
            async with serving(hops) as outside:
                # only the port of the first is allowed
                allowed = rules(allow_networks=(f"127.0.0.0/8:{outside.port}",))
                answers = await fetch([outside.url(path) for path in hops], allowed)
            assert inside.connections == 0
            assert len(outside.paths()) == len(SPELLINGS)
        assert {answer.outcome.reason for answer in answers} <= {
            Reason.REFUSED_ADDRESS,
            Reason.DNS,
            Reason.CLIENT_ERROR,
            Reason.REDIRECTS,
        }

    async def test_no_redirect_of_a_robots_txt_leads_there(self) -> None:
        async with _everywhere() as inside:
            moved = http(301, Location=inside.url("/robots.txt"))
            async with serving({"/": http(200, b"x")}, robots=moved) as outside:
                answer = await fetch_one(outside.url("/"), rules(allow_networks=(f"127.0.0.0/8:{outside.port}",)))
            assert inside.connections == 0
            assert answer.outcome.reason is Reason.REFUSED_ADDRESS

    async def test_a_name_is_refused_when_any_of_its_addresses_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        names(monkeypatch, lambda host: "127.0.0.1 10.0.0.1" if host == "two.example" else None)
        async with serving({"/": http(200, b"x")}) as site:
            answer = await fetch_one(f"http://two.example:{site.port}/", rules())
        assert site.connections == 0
        assert answer.outcome.reason is Reason.REFUSED_ADDRESS
        assert "10.0.0.1" in answer.outcome.detail
        assert not answer.outcome.permanent  # a name may stand for another address tomorrow

    async def test_a_name_that_changes_its_address_is_judged_by_the_one_connected_to(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """DNS rebinding: there is one look-up a connection, and what it gives is what is checked and used."""
        answers = iter(["127.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.1"])
        names(monkeypatch, lambda host: next(answers) if host == "turning.example" else None)
        monkeypatch.setattr("crawler.fetch.handler.DNS_KEPT", 0)
        closing = http(200, b"x", Connection="close")
        async with serving({"/": closing}, robots=http(404, Connection="close")) as site:
            answer = await fetch_one(f"http://turning.example:{site.port}/", rules())
        assert site.paths(robots=True) == ["/robots.txt"]
        assert answer.outcome.reason is Reason.REFUSED_ADDRESS

    async def test_a_name_server_that_does_not_answer_costs_five_seconds_at_most(self, monkeypatch: pytest.MonkeyPatch) -> None:
        free = threading.Event()

        def never(*args: Any, **named: Any) -> Any:
            free.wait(60)
            raise OSError("gone")

        monkeypatch.setattr(socket, "getaddrinfo", never)
        monkeypatch.setattr("crawler.fetch.handler.DNS_LIMIT", 0.1)
        answers = await fetch([f"http://host{n}.example/" for n in range(30)])
        free.set()
        assert {answer.outcome.reason for answer in answers} == {Reason.DNS}


def _everywhere() -> Any:
    return serving({}, also_v6=True)


def _ascii(url: str) -> str:
    return url.encode("utf-8").decode("latin-1")  # as bytes on the wire


async def test_the_helper_listens_where_the_spellings_lead() -> None:
    """Otherwise the tests above would prove nothing."""
    async with _everywhere() as site:
        allowed = rules(allow_networks=("0.0.0.0/0", "::/0"))
        answers = await fetch([f"http://127.0.0.1:{site.port}/", f"http://localhost:{site.port}/"], allowed)
        assert {answer.outcome.reason for answer in answers} == {Reason.GONE}
    assert site.connections > 0
