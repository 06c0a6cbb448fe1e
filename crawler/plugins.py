"""A component is a module: file name = name in config.yaml, first docstring line = help, `Options` = what config may say.

Four families, four verbs: spiders FIND, parsers READ, analyzers ADD, channels SEND. Adding a component is adding one file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict

from crawler.errors import PluginError


class Options(BaseModel):
    """Base of every component's `Options`: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Component:
    """One file of a family."""

    name: str
    help: str
    module: ModuleType
    options: type[BaseModel]

    def __getattr__(self, verb: str) -> Any:
        return getattr(self.module, verb)


class Family(Mapping[str, Component]):
    """The components of a package by name. Each is imported, and checked for its verb, help and `Options`, when it is asked for."""

    def __init__(self, package: str, verb: str) -> None:
        self._package = package
        self._verb = verb
        self._names = [info.name for info in pkgutil.iter_modules(importlib.import_module(package).__path__)]
        self._loaded: dict[str, Component] = {}

    def __getitem__(self, name: str) -> Component:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._loaded:
            self._loaded[name] = _load(f"{self._package}.{name}", self._verb)
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@cache
def family(package: str, verb: str) -> Family:
    """All components of a package such as ``crawler.spiders``."""
    return Family(package, verb)


def _load(path: str, verb: str) -> Component:
    module = importlib.import_module(path)
    doc = (module.__doc__ or "").strip()
    if not doc:
        raise PluginError(f"{path}: its first docstring line is its help in `zhixun --help`; write one")
    options = getattr(module, "Options", Options)
    if not (isinstance(options, type) and issubclass(options, BaseModel)):
        raise PluginError(f"{path}: Options must be a subclass of crawler.plugins.Options")
    if not callable(getattr(module, verb, None)):
        raise PluginError(f"{path}: a component of this family needs a function {verb}()")
    return Component(path.rpartition(".")[2], doc.splitlines()[0], module, options)
