"""A receiver that redirects is not followed, wherever it points: the operator named one address, not two."""

import asyncio
from datetime import UTC, datetime

import pytest
from aiohttp import web

from jobs.deliver.message import test_message as message_for
from jobs.deliver.transport import Post, Receipt, channel_for
from tests.flow.hostile_world import SPELLINGS, Canary

NOW = datetime(2026, 11, 24, tzinfo=UTC)


async def _send(spelling: str, status: int) -> tuple[Receipt, int]:
    canary = Canary()
    await canary.start()

    async def elsewhere(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": f"http://{spelling}:{canary.port}/inside"})

    app = web.Application()
    app.router.add_post("/hook", elsewhere)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    post = Post(lambda: NOW)
    try:
        address = f"webhook+http://127.0.0.1:{runner.addresses[0][1]}/hook"
        return await channel_for(address).send(message_for(NOW), post), canary.hits
    finally:
        await post.close()
        await runner.cleanup()
        canary.stop()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_redirect_of_a_webhook_leads_nowhere(spelling: str) -> None:
    for status in (301, 307):
        receipt, hits = asyncio.run(_send(spelling, status))
        assert (receipt.accepted, hits) == (False, 0)
