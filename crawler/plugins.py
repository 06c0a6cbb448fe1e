"""A component is a module: file name = name in config.yaml, first docstring line = help, `Options` = what config may say.

Four families, four verbs: spiders FIND, parsers READ, analyzers ADD, channels SEND. Adding a component is adding one file.
"""

from __future__ import annotations

import importlib
import pkgutil
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


@cache
def family(package: str, verb: str) -> dict[str, Component]:
    """All components of a package such as ``crawler.spiders``, by name, each checked for `verb`, help and `Options`."""
    parent = importlib.import_module(package)
    return {info.name: _load(f"{package}.{info.name}", verb) for info in pkgutil.iter_modules(parent.__path__)}


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
