"""Every key and value that the models refuse, as a sentence at its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from crawler.i18n import language, tr
from jobs.config import models
from jobs.config.models import ChannelConfig, Config, RuleConfig, SourceConfig, TermConfig, TermsConfig, kinds
from jobs.config.yaml_file import NO_COLON, Document, Path_, full_width
from jobs.near import did_you_mean
from jobs.safe_text import brief

_KINDS = {
    "a text": "string_type",
    "a whole number": "int_type int_parsing int_parsing_size finite_number int_from_float",
    "a number": "float_type float_parsing",
    "true or false": "bool_type bool_parsing",
    "a list such as [one, two]": "tuple_type list_type",
    "a mapping of keys": "dict_type mapping_type model_type model_attributes_type",
}
_WANTED = {kind: wanted for wanted, kinds in _KINDS.items() for kind in kinds.split()}
_BOUNDS = (
    ("ge", "{given} is too small", "the smallest is {bound}"),
    ("gt", "{given} is too small", "it is more than {bound}"),
    ("le", "{given} is too large", "the largest is {bound}"),
    ("max_length", "{given} is too long", "the most is {bound}"),
)
MAX_SHOWN = 40  # characters of a mapping
_between = re.compile(r"\s*[,，、;；]\s*")
_YES = frozenset("yes on y 1 是 开 启用 真 对".split())
_NO = frozenset("no off n 0 否 关 停用 禁用 假 不".split())


def shape(document: Document) -> None:
    """Report every key and value that the models refuse."""
    try:
        Config.model_validate(document.data)
    except ValidationError as error:
        report(document, error)
    for number, entry in document.entries("sources"):
        _check_options(document, ("sources", number), entry)


def report(document: Document, error: ValidationError, at: Path_ = (), known: Iterable[str] | None = None) -> None:
    """Each of pydantic's complaints as a sentence at its place."""
    for detail in error.errors(include_url=False):
        path = (*at, *_real_path(document.data, at, detail["loc"]))
        if str(detail.get("ctx", {}).get("error")) in (models.ALIAS_CIRCLE, models.NO_ALIAS):
            continue  # `meaning` says it, also where the entry has other faults
        if detail["type"] == "too_short" and detail["input"]:
            continue  # what it holds is broken, and is told
        if any(path[:size] in document.broken for size in range(len(path) + 1)):
            continue  # said already
        fault, cure = _sentence(detail, known)
        written = "" if detail["type"] in ("extra_forbidden", "tuple_type", "list_type") else detail["input"]
        document.mistake(path, fault, cure if cure == tr(NO_COLON) else full_width(written) or cure)


def _real_path(data: Any, at: Path_, loc: tuple[int | str, ...]) -> Path_:
    """pydantic's place without the parts that name a branch of a union or the key of a mapping."""
    path: Path_ = ()
    for part in at:
        data = _step(data, part)
    for part in loc:
        if _step(data, part) is not None:
            data = _step(data, part)
        elif isinstance(data, list) and isinstance(part, int):
            data = None  # an entry without a value
        elif part != loc[-1] or not isinstance(data, dict) or "[" in str(part):
            continue
        path = (*path, part)
    return path


def _step(data: Any, part: int | str) -> Any:
    """What stands under a key or a number; None when nothing does."""
    if isinstance(data, dict):
        return data.get(str(part))
    return data[part] if isinstance(data, list) and isinstance(part, int) and part < len(data) else None


def _sentence(detail: ErrorDetails, known: Iterable[str] | None) -> tuple[str, str]:
    kind, context, given = detail["type"], detail.get("ctx", {}), _told(detail["input"])
    if kind == "extra_forbidden":
        return _unknown(str(detail["loc"][-1]), known or _keys_at(detail["loc"]), len(detail["loc"]))
    if kind == "missing":
        return tr("is missing"), ""
    if kind == "value_error":
        words, _, cure = str(context["error"]).partition("; ")
        return words, cure
    if kind == "literal_error":
        expected = [word.strip("'") for word in re.split(", | or ", context["expected"])]
        expected = ["true", "false", *expected[2:]] if expected[0] == "False" else expected
        fault = tr("{given} is none of {expected}", given=given, expected=", ".join(expected))
        return fault, did_you_mean(str(detail["input"]), expected)
    if kind in _WANTED:
        fault = tr("{given} should be {wanted}", given=given, wanted=tr(_WANTED[kind]))
        return fault, _form(kind, detail["input"], detail["loc"])
    if kind in ("too_short", "string_too_short"):
        return tr("{given} is too short", given=given) if detail["input"] else tr("must not be empty"), ""
    for bound, fault, cure in _BOUNDS:
        if bound in context:
            return tr(fault, given=given), tr(cure, bound=context[bound])
    return f"{given}: {detail['msg']}", ""


def _unknown(key: str, known: Iterable[str], depth: int) -> tuple[str, str]:
    cure = full_width(key) or _elsewhere(key, depth) or did_you_mean(key, known, 1)
    return tr("unknown key"), cure or tr("there are {known}", known=", ".join(known))


def _elsewhere(key: str, depth: int) -> str:
    """Where a key stands that is none here."""
    if depth > 1 and key in Config.model_fields:
        return tr("{key} stands at the left margin, not inside of something else", key=key)
    homes = [name for name, model in SECTIONS.items() if key in model.model_fields]
    return tr("it stands under {homes}", homes=", ".join(homes)) if homes else ""


def _told(given: Any) -> str:
    """A refused value, short: of a long mapping its keys."""
    if isinstance(given, dict) and len(str(given)) > MAX_SHOWN:
        return tr("a mapping ({keys} …)", keys=", ".join(list(map(str, given))[:3]))
    return brief(given)


def _form(kind: str, given: Any, loc: tuple[int | str, ...]) -> str:
    """How a value of another type would be written."""
    if isinstance(given, str) and re.match(r"[\w-]+\s*[:：](?!//)", given):
        return tr(NO_COLON)
    if isinstance(given, str) and loc[0] in ENTRIES and len(loc) <= 2:
        example = f"- {{name: …, {ENTRIES[str(loc[0])]}: {given[:60]}}}"
        return tr("write each as an entry with keys, such as {example}", example=example)
    if kind in ("tuple_type", "list_type") and isinstance(given, dict):
        return tr("begin each entry with a - and a blank")
    if kind in ("tuple_type", "list_type") and isinstance(given, str):
        return tr("write {example}", example=f"[{', '.join(_between.split(brief(given)[1:-1]))}]")
    if kind in ("dict_type", "mapping_type", "model_type", "model_attributes_type") and isinstance(given, list):
        return tr("write {example}", example="{key: value}")
    if kind == "string_type":
        return _as_text(given, loc)
    word = str(given).strip().casefold()
    if kind.startswith("bool") and word in _YES | _NO:
        return tr("write {example}", example="true" if word in _YES else "false")
    return ""


def _as_text(given: Any, loc: tuple[int | str, ...]) -> str:
    """How what is no text would be one."""
    if loc[-1] in ("web", "metrics", "listen"):
        port = given if isinstance(given, int) and not isinstance(given, bool) else 8480
        return tr("write {example}", example="null" if given is False else f"127.0.0.1:{port}")
    if given is None:
        return tr("write something there, or take the entry out")
    if loc[-1] == "query" and isinstance(given, list):
        return tr("a list of words is written {example}", example=f"keywords: [{', '.join(map(str, given))}]"[:60])
    return "" if isinstance(given, list | dict) else tr("put it in quotes")


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """The keys of the section that a place lies in."""
    model: type[BaseModel] = Config
    for part in loc[:-1]:
        if isinstance(part, str):
            model = SECTIONS.get(part) or NESTED.get(part, model)
    return [*model.model_fields, *([tr("x-… for what * repeats")] if model is Config else [])]


SECTIONS: Mapping[str, type[BaseModel]] = {
    name: field.annotation
    for name, field in Config.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
} | {"sources": SourceConfig, "rules": RuleConfig, "channels": ChannelConfig}

ENTRIES = {"sources": "url", "rules": "query", "channels": "url"}  # sections of entries, and what a text alone would be
NESTED: dict[str, type[BaseModel]] = dict.fromkeys(TermsConfig.model_fields, TermConfig)
NESTED |= {"terms": TermsConfig, "websub": models.WebSubConfig}


def _check_options(document: Document, at: Path_, entry: dict[str, Any]) -> None:
    """The keys of a source that belong to its kind."""
    kind = entry.get("kind") or "auto"
    given = {key: value for key, value in entry.items() if key not in SourceConfig.model_fields}
    if not given or not isinstance(kind, str) or (kind != "auto" and kind not in kinds()):
        return  # a kind without keys of its own is right as it is: nothing has to be imported to know it
    taken = {name: kinds()[name].options for name in (kinds() if kind == "auto" else (kind,))}
    known = [*SourceConfig.model_fields, *(key for options in taken.values() for key in options.model_fields)]
    for key in given:
        if key not in known:
            _strange_key(document, (*at, key), kind, known)
    for options in taken.values():
        own = {key: value for key, value in given.items() if key in options.model_fields and value is not None}
        try:
            options.model_validate(own)
        except ValidationError as error:
            report(document, error, at, known)


def _strange_key(document: Document, path: Path_, kind: str, known: Iterable[str]) -> None:
    key = str(path[-1])
    if owners := [name for name, component in kinds().items() if key in component.options.model_fields]:
        told = (", " if language() == "zh" else " and ").join(owners)
        document.mistake(path, tr("is a key of kind {owners}, and this source is of kind {kind}", owners=told, kind=kind))
    else:
        document.mistake(path, *_unknown(key, known, len(path)))
