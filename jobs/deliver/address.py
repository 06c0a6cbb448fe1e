"""The address of a channel, as the configuration writes it: ``scheme://user:password@host:port/path?key=value``.

Unlike a web address it keeps the case of its host, because for many channels that part is a token: ``feishu://TOKEN``. Nothing in
here ever shows a secret: `repr` and `redact` blank whatever its channel does not declare public.
"""

from __future__ import annotations

import base64
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl, unquote

from pydantic import AfterValidator, BaseModel, Field, ValidationError, field_validator

from crawler.errors import OptionError
from crawler.i18n import tr
from crawler.plugins import Component, Options, family
from jobs.near import did_you_mean
from jobs.redaction import HIDDEN

_SHAPE = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?]*)([^?]*)(?:\?(.*))?", re.IGNORECASE | re.DOTALL)
BY_MAIL = "smtps://user:password@smtp.example.org:465?from=zhixun@example.org&to=desk@example.org"
_MIN_SECRET = 8  # code points; a shorter word is no token, and blanking it everywhere would blank innocent text

Chosen = TypeVar("Chosen", bound=BaseModel)


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """The parts of a channel address, percent-decoded. `authority` is host and port as written; `path` keeps its leading slash."""

    scheme: str
    user: str | None
    password: str | None
    host: str
    port: int | None
    path: str
    query: tuple[tuple[str, str], ...]
    authority: str
    rest: str  # everything after ``://``, as written

    def __repr__(self) -> str:
        return f"Address({shown(self)!r})"

    def all(self, key: str) -> tuple[str, ...]:
        """Every value of a query key, in order."""
        return tuple(value for name, value in self.query if name == key)

    def get(self, key: str, default: str = "") -> str:
        """The last value of a query key."""
        return next(reversed(self.all(key)), default)

    @property
    def raw_query(self) -> str:
        """The query as written, without its question mark."""
        return self.rest.partition("?")[2]

    @property
    def raw_path(self) -> str:
        """The path as written, with its leading slash."""
        slash, path = self.rest.partition("?")[0].partition("/")[1:]
        return slash + path

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path, without empty ones."""
        return tuple(part for part in self.path.split("/") if part)


class ApiOptions(Options):
    """Base of the options of vendors that have one public server; ``?api=https://…`` names another way to it, such as a proxy."""

    api: str = Field("", description="address of the vendor's server, if it is not the usual one")

    @field_validator("api")
    @classmethod
    def _is_web(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError(f"{value!r} is no web address")
        return value.rstrip("/")


def parse_address(text: str) -> Address:
    """The parts of a channel address; raises OptionError when it has no scheme or a port that is none."""
    text = _from_web(text.strip())
    shape = _SHAPE.fullmatch(text)
    if not shape:
        fault = tr("a channel address begins with its scheme, for example console:// or feishu://TOKEN")
        raise OptionError(fault + (tr("; mail is sent by {form}", form=BY_MAIL) if "@" in text else ""))
    scheme, authority, path, query = shape[1].lower(), shape[2], shape[3], shape[4] or ""
    login, at, place = authority.rpartition("@")
    user, colon, password = login.partition(":")
    host, port = _host_and_port(place)
    return Address(
        scheme=scheme,
        user=unquote(user) if at else None,
        password=unquote(password) if colon else None,
        host=unquote(host),
        port=port,
        path=unquote(path),
        query=tuple(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)),  # no form: a + in a key or a mailbox is a +
        authority=place,
        rest=text.partition("://")[2],
    )


def _from_web(text: str) -> str:
    """A vendor's own webhook address as one of ours, by the `WEB` of the channels; anything but a web address as it is."""
    if not text.lower().startswith(("https://", "http://")):
        return text
    for component in channels().values():
        for pattern, ours in getattr(component.module, "WEB", ()):
            if match := re.fullmatch(rf"{pattern}(?:[?&](.*))?", text):
                *parts, query = match.groups()
                return str(ours.format(*parts)) + (f"?{query}" if query else "")
    raise OptionError(
        tr(
            "this web address is no vendor's that is known; for a server of your own put webhook+ before it: webhook+{scheme}://…",
            scheme=text.partition(":")[0].lower(),
        )
    )


def _with_a_port_that_is_one(host: str) -> str:
    _, colon, port = host.rpartition(":")
    if colon and not host.endswith("]") and not port.isdigit():
        raise ValueError(f"{port!r} is no port")
    return host


Host = Annotated[str, AfterValidator(_with_a_port_that_is_one)]  # of a channel's options


def _host_and_port(place: str) -> tuple[str, int | None]:
    if "&" in place:
        raise OptionError(tr("a & stands before the first ?; write it like feishu://TOKEN?secret=SECRET"))
    host, colon, port = place.rpartition(":")
    if not colon or place.endswith("]") or not (port.isascii() and port.isdigit()):
        return place, None  # a token may hold a colon: 12345:AAF…
    if int(port) > 65535:
        raise OptionError(tr("port {port} does not exist; the highest is 65535", port=port))
    return host, int(port)


def channels() -> Mapping[str, Component]:
    """All channel components by name."""
    return family("jobs.channels", "send")


def component_of(address: Address) -> Component:
    """The channel that speaks this scheme; raises OptionError that names those there are."""
    likely = address.scheme.partition("+")[0]
    for name in sorted(channels(), key=lambda name: name != likely):
        schemes: tuple[str, ...] = channels()[name].module.SCHEMES
        if address.scheme in schemes or any(each.endswith("+") and address.scheme.startswith(each) for each in schemes):
            return channels()[name]
    known = sorted(scheme for component in channels().values() for scheme in component.module.SCHEMES)
    guess = did_you_mean(address.scheme, known) or tr("known are {known}", known=", ".join(known))
    raise OptionError(tr("no channel speaks {scheme}://; {guess}", scheme=address.scheme, guess=guess))


def _public(address: Address) -> tuple[str, ...]:
    """What the channel declares as no secret: ``host``, ``path``, query keys. Nothing where no channel speaks the scheme."""
    try:
        return tuple(getattr(component_of(address).module, "PUBLIC", ()))
    except OptionError:
        return ()


def shown(address: Address) -> str:
    """The address with everything blanked that could be a secret."""
    public = _public(address)
    login = f"{HIDDEN}@" if address.user is not None else ""
    place = address.authority if "host" in public else HIDDEN if address.authority else ""
    path = address.path if "path" in public or not address.segments else "/" + HIDDEN
    query = "&".join(f"{key}={value if key in public else HIDDEN}" for key, value in address.query)
    return f"{address.scheme}://{login}{place}{path}" + (f"?{query}" if query else "")


def redact(text: str) -> str:
    """A channel address for logs and listings; text that is no address is blanked whole."""
    try:
        return shown(parse_address(text))
    except OptionError:
        return HIDDEN


def secrets(address: Address) -> frozenset[str]:
    """The parts that must never be printed, for the log's filter."""
    public = _public(address)
    found = [address.password or "", *(value for key, value in address.query if key not in public)]
    if address.password:  # a server that repeats what it was asked repeats it like this
        found.append(base64.b64encode(f"{address.user}:{address.password}".encode()).decode())
    if "host" not in public:
        found += [address.authority, address.host, address.user or ""]
    if "path" not in public:  # beside a host that is known, a short word of the path is no token
        found += [part for part in address.segments if len(part) >= 2 * _MIN_SECRET or "host" not in public]
    return frozenset(word for word in found if len(word) >= _MIN_SECRET)


def fill(options: type[Chosen], address: Address, example: str, *, skip: tuple[str, ...] = (), **parts: Any) -> Chosen:
    """A channel's `Options` from the parts of its address and its query keys; OptionError says in one sentence what is wrong.

    `parts` that are empty count as missing; `skip` names the query keys that `parts` already hold.
    """
    given = {key.replace("-", "_"): value for key, value in address.query if key not in skip}
    given |= {key: value for key, value in parts.items() if value not in (None, "", ())}
    try:
        return options.model_validate(given)
    except ValidationError as error:
        fault = tr("{complaint}; write it like {example}", complaint=_complaint(options, error), example=example)
        raise OptionError(fault) from None


def _complaint(options: type[BaseModel], error: ValidationError) -> str:
    said = []
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        name = str(problem["loc"][0]) if problem["loc"] else "address"
        if problem["type"] == "missing":
            said.append(tr("{what} is missing", what=_meaning(options, name)))
        elif problem["type"] == "extra_forbidden":
            near = difflib.get_close_matches(name, options.model_fields, 1)
            said.append(tr("unknown key {name!r}", name=name) + (tr(", did you mean {near!r}?", near=near[0]) if near else ""))
        elif problem["type"] == "string_pattern_mismatch":
            said.append(tr("{what} has another form", what=_meaning(options, name)))
        else:
            said.append(f"{name}: {problem['msg']}")
    return "; ".join(said)


def _meaning(options: type[BaseModel], name: str) -> str:
    field = options.model_fields.get(name)
    return tr("{name} ({what})", name=name, what=tr(field.description)) if field and field.description else name
