"""`zhixun doctor`: what is, or will be, in the way of a daemon."""

from __future__ import annotations

from dataclasses import asdict

import typer

from crawler.i18n import tr
from jobs import clock, redaction
from jobs.cli.console import Cli, Json, table, write_json
from jobs.services.doctor import examine


def doctor(cli: Cli, as_json: Json = False) -> None:
    """Examine configuration, database, disk, clock and channels. Sends nothing. Exit code 1 when something must be mended."""
    findings = [asdict(found) for found in examine(cli.config(), cli.path, clock.now())]
    for found in findings:
        found["says"] = redaction.redacted(found["says"])
    if as_json:
        write_json(findings)
    else:
        rows = [(found["what"], tr(found["verdict"]), found["says"]) for found in findings]
        table(("what", "verdict", "says"), rows, whole=True)
    if any(found["verdict"] == "fail" for found in findings):
        raise typer.Exit(1)
