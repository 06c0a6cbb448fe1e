"""`zhixun mcp`: the archive for assistants."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, err, fail
from jobs.services.readers import people


def mcp(
    cli: Cli,
    http: Annotated[str | None, typer.Option("--http", metavar="HOST:PORT", help="Over HTTP, for holders of a token.")] = None,
) -> None:
    """Answer assistants about the archive, over standard input and output. Nothing is changed, sent or fetched."""
    if find_spec("mcp") is None:
        raise typer.Exit(fail(tr("the library of the protocol is not installed; pip install 'zhixun[mcp]'"), 1))
    from jobs.mcp.server import Archive, Bearer, build  # noqa: PLC0415
    from jobs.serve import serve_alone  # noqa: PLC0415

    config = cli.config()
    with cli.archive() as db:
        server = build(Archive(db, config, clock.now))
        if http is None:
            server.run("stdio")
            return
        host, _, port = http.rpartition(":")
        if not host or not port.isdecimal():
            raise typer.BadParameter(tr("{given} is no address such as 127.0.0.1:8490", given=http))

        def allowed(token: str) -> bool:
            found = db.ask(lambda s: people.by_token(s, token, clock.now()))
            return found is not None and found[0].may("viewer")

        err.print(f"http://{http}/mcp")
        app = Bearer(server.streamable_http_app(stateless_http=True, json_response=True, host=host), allowed)
        serve_alone(app, host, int(port))
