"""What children prepare records with, its word lists read: they are forked from a process that has imported this."""

from __future__ import annotations

import gc

from crawler.record import Record
from storage.archive.prepared import prepare

prepare(Record("人工智能 AI", "https://example.org/", "人工智能公司发布大模型。The company released a model."))
gc.collect()
gc.freeze()
