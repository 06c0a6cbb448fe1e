"""Settings: the configuration as it was read, its mistakes; and the way to what is each reader's own."""

from __future__ import annotations

import os
from dataclasses import dataclass

from jobs.config.load import ConfigError, Mistake
from jobs.services import configuration
from jobs.web.access import Asked
from jobs.web.screens import Screen

screen = Screen("settings")


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """Where the configuration stands and what it says, secrets hidden; or its mistakes, and then not a word of it: what is secret is unknown.

    Readers who may not change it see neither.
    """

    path: str
    text: str
    mistakes: tuple[Mistake, ...]


@screen.page("/settings", "settings.html")
def settings(ask: Asked) -> SettingsPage:
    """The configuration, and its mistakes."""
    path = ask.parts.path
    if not ask.may("editor"):
        return SettingsPage("", "", ())
    if not path.exists():
        return SettingsPage(str(path), "", ())
    try:
        return SettingsPage(str(path), configuration.text(path, os.environ), ())
    except ConfigError as error:
        return SettingsPage(str(path), "", tuple(error.mistakes))
