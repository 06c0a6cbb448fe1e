"""A program for tests: deliver what is due in the database argv[1] through the channel address argv[2], then end."""

import asyncio
import sys

from jobs import clock
from jobs.deliver.dispatcher import Deliverer
from jobs.deliver.transport import channel_for
from storage.alerts import outbox
from storage.db.database import open_database


async def main(url: str, address: str) -> None:
    db = open_database(url)
    await db.write(lambda s: outbox.recover(s, clock.now()))
    deliverer = Deliverer(db, {"hook": channel_for(address)}, "me", clock.now)
    running = asyncio.create_task(deliverer.run())
    await deliverer.drain()
    await deliverer.stop(5)
    await running
    db.close()


asyncio.run(main(*sys.argv[1:]))
