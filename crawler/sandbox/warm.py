"""What children read and add with, loaded, its patterns compiled and its word lists read: children are forked from a process that has
imported this. What cannot be loaded says so again when it is called.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import signal

from crawler.record import Record
from crawler.sandbox import pool

signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is for the program
for name in ("crawler.stages.find", "crawler.stages.read", "crawler.stages.add"):
    with contextlib.suppress(Exception):
        importlib.import_module(name)
with contextlib.suppress(Exception):
    pool.add_in_child(Record("人工智能 AI", "https://example.org/", "人工智能公司发布大模型。The company released a model."))
gc.collect()
gc.freeze()
