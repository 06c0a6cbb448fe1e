"""`zhixun healthcheck`: asked twice a minute, so it reads no more of the configuration than where the database is."""

from __future__ import annotations

import os
import socket
import sys
from datetime import timedelta

import typer

from crawler import durations
from crawler.i18n import tr
from jobs import clock
from jobs.cli.given import Cli
from jobs.config.database_key import database_of
from jobs.monitor.liveness import is_alive
from storage.db.pulse import last_beat, last_beat_on


def healthcheck(cli: Cli) -> None:
    """0 when the daemon's heart beats, 1 when not: for containers and supervisors."""
    database = database_of(cli.path, os.environ)
    beat = last_beat_on(database, socket.gethostname()) or last_beat(database, "daemon")
    if is_alive(beat, clock.now()):
        return
    ago = durations.show_duration(timedelta(seconds=round((clock.now() - beat.at).total_seconds()))) if beat else ""
    said = tr("no heartbeat of a daemon for {ago}", ago=ago) if beat else tr("no heartbeat of a daemon")
    sys.stderr.write(said + "\n")
    raise typer.Exit(1)
