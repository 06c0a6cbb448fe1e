"""What systemd wants to hear (sd_notify(3)): READY=1, WATCHDOG=1, STOPPING=1. Without a supervisor nothing is sent."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


def notify(*lines: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell the supervisor; whether there is one that took it. Never raises: nobody's absence may stop the daemon."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
            way.connect("\0" + address[1:] if address[0] == "@" else address)
            way.sendall("\n".join(lines).encode())
    except OSError:
        return False
    return True
