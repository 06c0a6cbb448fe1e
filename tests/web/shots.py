"""Pictures of each screen, zh and en, light and dark, wide and narrow: ``python -m tests.web.shots [FOLDER]`` (``shots/`` without it)."""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from pathlib import Path

from storage.db.database import open_database
from tests import press
from tests.web.served import chromium_at, serving

SCREENS = {
    "today": "/",
    "all": "/?tab=all",
    "starred": "/?tab=starred",
    "record": "/records/1",
    "english": "/records/2",
    "stories": "/stories",
    "story": "/stories/1",
    "missing": "/records/999",
    "attention": "/trends?days=7",
    "emerging": "/trends/emerging",
    "bursts": "/trends/bursts",
    "matrix": "/trends/matrix",
    "share": "/trends/share",
    "first": "/trends/first",
    "events": "/trends/events?type=release",
    "coverage": "/trends/coverage",
    "week": "/week",
    "edited": "/week?edit=true",
}
WIDTHS = {"wide": (1280, 900), "phone": (390, 844)}


def main(folder: Path, only: str = "") -> None:
    """Take them."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, closing(open_database(f"sqlite:///{place}/zhixun.db")) as db:
        db.upgrade()
        with serving(press.parts(press.fill(db))) as address:
            for language in ("zh-CN", "en-GB"):
                for scheme in ("light", "dark"):
                    for width, (x, y) in WIDTHS.items():
                        options = {"locale": language, "color_scheme": scheme, "viewport": {"width": x, "height": y}}
                        _shoot(address, folder, f"{width}-{language[:2]}-{scheme}", options, only)


def _shoot(address: str, folder: Path, label: str, options: dict[str, object], only: str) -> None:
    if only and only not in label:
        return
    try:
        with chromium_at(**options) as page:
            for name, path in SCREENS.items():
                page.goto(address + path)
                page.screenshot(path=folder / f"{name}-{label}.png", full_page=True)
    except AssertionError as error:  # 404 is said on the console
        print(label, error)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "shots"), *sys.argv[2:3])
