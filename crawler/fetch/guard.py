"""Which addresses may be connected to: the public internet, and what the operator allows by network and port. Pure.

The check is made on the very address of the connection (crawler/fetch/handler.py), so no spelling of a name, no redirect and no second
DNS answer goes round it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from crawler.errors import OptionError
from crawler.i18n import retell, tr

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA IPv4 special-purpose address registry (RFC 6890 and its updates), multicast (RFC 5771) and class E (RFC 1112).
# `ipaddress.is_global` is not used: what it says differs between patch releases of Python.
_REFUSED_V4 = tuple(
    (IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("168.63.129.16/32", "cloud platform"),  # a public address that Azure routes to its own host agent
    )
)
# Of IPv6 only 2000::/3 is handed out (IANA IPv6 global unicast registry); these parts of it are special.
_UNICAST_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("::1/128", "loopback"),
        ("fe80::/10", "link-local"),
        ("fc00::/7", "private"),
        ("ff00::/8", "multicast"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "local NAT64"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")

_PYTHON_SAYS = ("{text} does not appear to be an IPv4 or IPv6 network",)


class RefusedAddress(OSError):
    """The address may not be visited. The text says which, and why."""


@dataclass(frozen=True, slots=True)
class _Rule:
    network: Network
    first: int = 0
    last: int = 65535

    def covers(self, ip: Address, port: int) -> bool:
        return ip in self.network and self.first <= port <= self.last


class Allowed:
    """The addresses that may be visited: public ones, and `networks` such as ``127.0.0.0/8``, ``10.1.2.3:8080``,
    ``127.0.0.0/8:8000-8100`` or ``fd00::/8:443``.

    Raises OptionError when a network cannot be understood.
    """

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._rules = tuple(_rule(text.strip()) for text in networks)

    def refusal(self, ip: str, port: int) -> str | None:
        """Why this address may not be visited, or None when it may."""
        try:
            address = ip_address(ip.partition("%")[0])  # fe80::1%eth0
        except ValueError:
            return f"{ip} is no IP address"
        inner = _embedded(address)
        if inner is not None:
            why = self._why_not(inner, port)
            if why or (isinstance(address, IPv6Address) and address.ipv4_mapped):
                return why and f"{ip} stands for {why}"
        return self._why_not(address, port)

    def _why_not(self, address: Address, port: int) -> str | None:
        what = _special(address)
        if what is None or any(rule.covers(address, port) for rule in self._rules):
            return None
        return f"{address} ({what})"


def _special(address: Address) -> str | None:
    """What makes this address special, or None for a public one."""
    if isinstance(address, IPv4Address):
        return next((what for network, what in _REFUSED_V4 if address in network), None)
    what = next((what for network, what in _REFUSED_V6 if address in network), None)
    return what or (None if address in _UNICAST_V6 else "not a public address")


def _embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to: mapped, NAT64, 6to4, Teredo."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _rule(text: str) -> _Rule:
    network, ports = _split(text)
    first, dash, last = ports.partition("-")
    try:
        if (ports and not first) or (dash and not last):
            raise ValueError("half a range of ports")
        rule = _Rule(ip_network(network, strict=False), int(first or 0), int(last or first or 65535))
    except ValueError as error:
        why = retell(str(error), _PYTHON_SAYS)
        told = tr("{text!r} is no network: {why}. Write it as 10.0.0.0/8 or 127.0.0.0/8:8000-8100", text=text, why=why)
        raise OptionError(told) from error
    if not 0 <= rule.first <= rule.last <= 65535:
        raise OptionError(tr("{text!r}: ports go from 0 to 65535, the smaller first", text=text))
    return rule


def _split(text: str) -> tuple[str, str]:
    """Network and ports. The colons of an IPv6 address are not the one before a port: its port follows the prefix length."""
    address, slash, rest = text.partition("/")
    if slash:
        length, _, ports = rest.partition(":")
        return f"{address.strip('[]')}/{length}", ports
    if address.startswith("["):
        inside, _, ports = address[1:].partition("]")
        return inside, ports.removeprefix(":")
    if address.count(":") == 1:
        host, _, ports = address.partition(":")
        return host, ports
    return address, ""
