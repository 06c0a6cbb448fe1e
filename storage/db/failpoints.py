"""Named places where the program can be told to die, so that tests may kill it between any two transactions.

``ZHIXUN_FAILPOINT="after-send:3"`` ends the process with SIGKILL at the third visit of ``after-send``; unset, a visit costs one
comparison. A name may end in ``*``.

In storage:     before-claim-commit  after-claim-commit   before-found-commit  after-found-commit   before-store-commit
                after-store-commit   before-failed-commit before-delivery-claim-commit  after-delivery-claim  before-ack-commit
                after-ack-commit     after-backfill       after-known-links    after-rewriting      before-commit
                after-commit         (the last two: every group of transactions)
In jobs:        after-claim (before the fetch)   after-fetch   after-read   before-send   after-send
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from fnmatch import fnmatchcase

from sqlalchemy.orm import Session

VARIABLE = "ZHIXUN_FAILPOINT"


def _armed(setting: str) -> tuple[str, int] | None:
    name, _, visit = setting.partition(":")
    return (name, int(visit or 1)) if name else None


_ARMED = _armed(os.environ.get(VARIABLE, ""))
_visits: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """End the process here, with no chance to tidy up, if the environment names this place and it is visited often enough."""
    if _ARMED is None or not fnmatchcase(name, _ARMED[0]):
        return
    _visits[_ARMED[0]] += 1
    if _visits[_ARMED[0]] == _ARMED[1]:
        os.kill(os.getpid(), signal.SIGKILL)


def after_commit(session: Session, name: str) -> None:
    """Visit `name` right after the transaction of this session is on disk."""
    if _ARMED is not None:
        session.info.setdefault("failpoints", []).append(name)


def committed(session: Session) -> None:
    """The writer says: it is on disk."""
    for name in session.info.pop("failpoints", ()):
        failpoint(name)
