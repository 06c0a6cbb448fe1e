"""Pictures of each screen, zh and en, light and dark, wide and narrow: ``python -m tests.web.shots [FOLDER]`` (``shots/`` without it)."""

import sys
import tempfile
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storage.db.database import Database, open_database
from storage.db.models import concept
from tests import press
from tests.web.served import chromium, serving, visiting

SCREENS = {
    "today": "/",
    "all": "/?tab=all",
    "starred": "/?tab=starred",
    "record": "/records/2",
    "stories": "/stories",
    "story": "/stories/1",
    "search": "/search?q=大模型",
    "mistake": "/search?q=(大模型 AND",
    "rules": "/rules",
    "rule": "/rules/大模型?query=大模型 OR LLM OR 芯片",
    "new-rule": "/rules/new?query=芯片",
    "sources": "/sources",
    "source": "/sources/江湾科技网",
    "add-source": "/sources/add",
    "deliveries": "/deliveries",
    "alert": "/alerts/0002",
    "trends": "/trends?name=大语言模型&days=7",
    "matrix": "/trends/matrix",
    "first": "/trends/first",
    "coverage": "/trends/coverage",
    "events": "/trends/events?type=release",
    "week": "/week/2026-W48",
    "settings": "/settings",
    "people": "/people",
    "missing": "/records/999",
    "attention": "/trends?days=7",
    "emerging": "/trends/emerging",
    "bursts": "/trends/bursts",
    "share": "/trends/share",
    "edited": "/week/2026-W48?edit=true",
    "facets": "/search/facets?q=大模型",
    "company": "/companies/{company}",
    "verdicts": "/verdicts",
    "login": "/login",
}
WIDTHS = {"wide": (1280, 900), "phone": (360, 780)}


def screens(archive: Database) -> dict[str, str]:
    """The address of every screen, by name."""
    company = archive.read(lambda s: s.scalar(select(concept.c.id).where(concept.c.kind == "company")))
    return {name: path.format(company=company) for name, path in SCREENS.items()}


def main(folder: Path, only: str = "") -> None:
    """Take them; `only` those whose label holds a word, such as phone-zh-dark."""
    folder.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        closing(open_database(f"sqlite:///{place}/zhixun.db")) as db,
        chromium() as browser,
    ):
        db.upgrade()
        with serving(press.parts(press.fill(db))) as address:
            for language, scheme, (width, (x, y)) in product(("zh-CN", "en-GB"), ("light", "dark"), WIDTHS.items()):
                label = f"{width}-{language[:2]}-{scheme}"
                options = {"locale": language, "color_scheme": scheme, "viewport": {"width": x, "height": y}}
                if only in label:
                    _shoot(browser, address, screens(db), folder, label, options)


def _shoot(browser: Any, address: str, paths: dict[str, str], folder: Path, label: str, options: dict[str, Any]) -> None:
    with visiting(browser, "404", "400", **options) as page:
        for name, path in paths.items():
            page.goto(address + path, wait_until="networkidle" if path.startswith(("/search", "/rules/")) else "load")
            page.screenshot(path=folder / f"{name}-{label}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "shots"), *sys.argv[2:3])
