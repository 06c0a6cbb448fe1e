"""The archive as tables for analysis: a folder with one Parquet file a month of each table.

    records/2026-11.parquet    the record with the keys of its JSON; `facts` are a table of their own
    facts/2026-11.parquet      `record`, and the fact
    mentions/2026-11.parquet   `record`, `story`, `day`, and the concept: `kind`, `key`, its names `zh` and `en`, whether it `acts`

Months are those of the given zone. Needs ``pip install 'zhixun[parquet]'``.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, tzinfo
from pathlib import Path
from typing import Any

from crawler.record import Record, plain
from jobs.formats.record import JSON_KEYS
from jobs.formats.workbook import library
from storage.archive.concepts import Mentions

TABLES = ("records", "facts", "mentions")
_TIMES = ("published", "fetched", "first_seen")
_KEYS = tuple(key for key in JSON_KEYS if key != "facts")


def write(folder: Path, batches: Iterable[tuple[Sequence[Record], Mapping[int, Mentions]]], zone: tzinfo) -> int:
    """Write the folder, whole or not at all; how many records. They come with what they mention, the newest first.

    Raises FileExistsError where something is there already, and OSError.
    """
    library("pyarrow.parquet", "parquet")
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; name a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        count = _write(beside, batches, zone)
        beside.chmod(0o755)
        beside.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return count


def _write(folder: Path, batches: Iterable[tuple[Sequence[Record], Mapping[int, Mentions]]], zone: tzinfo) -> int:
    tables = {name: _Months(folder / name, schema) for name, schema in _schemas(str(zone)).items()}
    count = 0
    for records, mentions in batches:
        for month, some in _by_month(records, zone).items():
            tables["records"].add(month, [plain(record, _KEYS) for record in some])
            tables["facts"].add(month, [{"record": record.id, **asdict(fact)} for record in some for fact in record.facts])
            tables["mentions"].add(month, [row for record in some for row in _mentions(mentions.get(record.id or 0))])
            count += len(some)
    for table in tables.values():
        table.close()
    return count


class _Months:
    """A table, one file a month. Months come one after the other: one file is open at a time."""

    def __init__(self, folder: Path, schema: Any) -> None:
        self._folder, self._schema, self._month = folder, schema, ""
        self._file: Any = None
        folder.mkdir()

    def add(self, month: str, rows: list[dict[str, Any]]) -> None:
        """Write rows; a month without any has an empty file, so that each table has the same."""
        arrow, parquet = library("pyarrow", "parquet"), library("pyarrow.parquet", "parquet")
        if month != self._month:
            self.close()
            self._month = month
            self._file = parquet.ParquetWriter(self._folder / f"{month}.parquet", self._schema, compression="zstd")
        self._file.write_table(arrow.Table.from_pylist(rows, self._schema))

    def close(self) -> None:
        """End the file that is open."""
        if self._file is not None:
            self._file.close()


def _by_month(records: Iterable[Record], zone: tzinfo) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        shown = record.published or record.first_seen
        assert shown is not None  # storage fills first_seen in
        found.setdefault(f"{shown.astimezone(zone):%Y-%m}", []).append(record)
    return found


def _schemas(zone: str) -> dict[str, Any]:
    arrow = library("pyarrow", "parquet")
    text, number, names = arrow.string(), arrow.int64(), arrow.list_(arrow.string())
    event = dict.fromkeys(("headline", "detail", "type", "object", "amount", "date"), text) | {"actors": names}
    of_record = dict.fromkeys(_KEYS, text) | {key: arrow.timestamp("us", tz=zone) for key in _TIMES} | {
        "id": number, "story": number, "keywords": names, "ai_technologies": names, "industries": names,
        "companies": arrow.list_(arrow.struct({"name": text, "role": text})), "events": arrow.list_(arrow.struct(event)),
    }  # fmt: skip
    fact = dict.fromkeys(("kind", "value", "concept", "quote", "by"), text)
    mention = {"record": number, "story": number, "day": arrow.date32(), "kind": text, "key": text, "zh": text, "en": text}
    return {
        "records": arrow.schema(of_record),
        "facts": arrow.schema({"record": number, **fact, "start": number, "end": number, "score": arrow.float64()}),
        "mentions": arrow.schema(mention | {"acts": arrow.bool_()}),
    }


def _mentions(found: Mentions | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    day = date(found.day // 10_000, found.day // 100 % 100, found.day % 100)
    place = {"record": found.article_id, "story": found.story, "day": day}
    return [place | one._asdict() for one in sorted(found.concepts)]
