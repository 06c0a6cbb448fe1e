"""In which language the command line answers: `--lang`, then `ZHIXUN_LANG`, then the locale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from crawler.i18n import Language, preferred

VARIABLES = ("ZHIXUN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts


def chosen(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """The language for a command line. A name that is neither Chinese nor English is answered in English.

    The arguments are looked at before anybody parses them: the texts of help and errors are made in that language.
    """
    named = [later for one, later in pairwise(arguments) if one == "--lang"]
    named += [one.partition("=")[2] for one in arguments if one.startswith("--lang=")]
    locales = [*named, *(environ.get(name, "") for name in VARIABLES)]
    return preferred(next(filter(None, locales), ""))
