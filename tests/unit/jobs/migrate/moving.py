"""What a move makes, ready to be asked: the configuration, and which of its rules a headline meets."""

from crawler.record import Record
from jobs.config.edit import applied
from jobs.config.load import Config
from jobs.migrate.moved import Foreign, Moved
from jobs.parts import watch_of
from jobs.services.first_hour.migrate import Plan, plan


def foreign(name: str, text: str) -> Foreign:
    return Foreign(name, text.encode())


def taken(moved: Moved) -> tuple[Config, Plan]:
    """An empty configuration with all of it."""
    decided = plan(moved, Config())
    data: dict[str, object] = {}
    for edit in decided.edits:
        data = applied(data, edit)
    return Config.model_validate(data), decided


def hits(config: Config, title: str, source: str = "", text: str = "", **more: object) -> set[str]:
    """The rules that such an article meets."""
    tags = next((row.tags for row in config.sources if row.name == source), ())
    record = Record(title, "https://a.example/1", text, source=source, **more)  # type: ignore[arg-type]
    return {hit.rule for hit in watch_of(config).rules.match(record, tags)}


def lost(moved: Moved | Plan) -> list[tuple[int, str]]:
    """What is left out: line, and what it is."""
    return [(remark.place.line, remark.what) for remark in moved.remarks if remark.lost]
