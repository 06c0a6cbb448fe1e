"""Gives memory back to the system. glibc keeps what large pages needed, in one arena a thread; other C libraries need no help."""

from __future__ import annotations

import ctypes
import sys

_M_ARENA_MAX = -8  # malloc.h


def few_arenas(count: int = 2) -> None:
    """Let all threads share so many arenas; called before threads are started."""
    _call("mallopt", _M_ARENA_MAX, count)


def trim() -> None:
    """Give free memory back."""
    _call("malloc_trim", 0)


def address_space() -> int:
    """Bytes that this process has mapped; 0 where that cannot be asked."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * 4096
    except (OSError, ValueError):
        return 0


def _call(name: str, *arguments: int) -> None:
    if sys.platform != "linux":
        return
    function = getattr(ctypes.CDLL(None), name, None)  # musl has neither
    if function is not None:
        function(*arguments)
