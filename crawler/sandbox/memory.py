"""Memory: what is free is given back to the system, what stays is not searched for garbage. glibc keeps what large pages needed, in one arena a thread; other C libraries need no help."""

from __future__ import annotations

import ctypes
import gc
import sys

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # malloc.h
LARGE = 256 * 1024  # bytes


def thrifty(arenas: int = 2) -> None:
    """Let all threads share so many arenas, and give what is large back as soon as it is free. Called before threads are started."""
    _call("mallopt", _M_ARENA_MAX, arenas)
    _call("mallopt", _M_MMAP_THRESHOLD, LARGE)  # said once, it no longer grows with what was freed


def trim() -> None:
    """Give free memory back."""
    _call("malloc_trim", 0)


def freeze() -> None:
    """What is there now stays: each collection that went through it held the loop, for a sixth of a second at the start, for 50 ms when pages were read."""
    gc.collect()
    gc.freeze()


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
