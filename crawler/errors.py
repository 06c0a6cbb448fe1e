"""What can go wrong in crawler, as a tree. The docstring of each is what a person is told.

ZhixunError
├── PluginError          a component file breaks its family's contract
├── OptionError          an option of a component has a value it cannot use
├── SpiderError          a source's answer is not what its spider reads
│   └── UnknownKind      … and no spider recognises it
└── ReadError            a page cannot become a record
    └── NotAnArticle     … because it is no article; `reason` names what it is
"""

from __future__ import annotations


class ZhixunError(Exception):
    """Something that Zhixun can explain to a person."""


class PluginError(ZhixunError):
    """A component file breaks its family's contract."""


class OptionError(ZhixunError):
    """An option has a value that cannot be used."""


class SpiderError(ZhixunError):
    """The source's answer is not what this kind of source gives."""


class UnknownKind(SpiderError):
    """The answer is neither a feed, a sitemap, JSON nor a page with a list of articles."""


class ReadError(ZhixunError):
    """The page could not be read."""


class NotAnArticle(ReadError):
    """The page is no article."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"no article: {reason}" + (f" ({detail})" if detail else ""))
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[NotAnArticle], tuple[str, str]]:  # travels between processes
        return (NotAnArticle, (self.reason, self.detail))


class NoReaders(ZhixunError):
    """No child that reads pages can be started: that is no page's fault, and every other page would meet it, too."""
