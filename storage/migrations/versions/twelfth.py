"""What several workers share: when a host is ready, its pace and its robots.txt, who works, who leads, what waits to be stored."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Forward."""
    _hosts()
    _usage()
    op.create_table(
        "robots",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_robots")),
    )
    op.create_index(op.f("ix_robots_until"), "robots", ["until"])
    op.create_table(
        "worker",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "host", "place", "roles", "version", "detail")),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("config", sa.Integer(), nullable=True),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("beat_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("config", sa.Integer(), nullable=True),
        sa.Column("finished", sa.JSON(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("task_id", "fence", name=op.f("uq_inbox_task_id_fence")),
    )
    op.create_table(
        "published",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("text", "digest", "by")),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_published")),
    )


def _hosts() -> None:
    for column in (sa.Column("ready_at", _TIME), sa.Column("delay", sa.Float()), sa.Column("owner", sa.Text())):
        op.add_column("host", column)
    op.add_column("host", sa.Column("held_until", _TIME))
    op.drop_index(op.f("ix_host_next_at"), "host")
    due = sa.text("state = 'due'")
    op.create_index(op.f("ix_task_host_due_at"), "task", ["host", "due_at"], sqlite_where=due, postgresql_where=due)
    op.execute("UPDATE host SET ready_at = (SELECT min(due_at) FROM task WHERE task.host = host.name AND task.state = 'due')")
    op.create_index(op.f("ix_host_ready_at"), "host", ["ready_at"])


def _usage() -> None:
    """SQLite cannot give a table another primary key."""
    if op.get_context().dialect.name != "sqlite":
        op.add_column("usage", sa.Column("shard", sa.Integer(), nullable=False, server_default="0"))
        op.drop_constraint("pk_usage", "usage", type_="primary")
        op.create_primary_key("pk_usage", "usage", ["day", "shard"])
        return
    op.rename_table("usage", "usage_before")
    op.create_table(
        "usage",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "shard", name=op.f("pk_usage")),
    )
    op.execute("INSERT INTO usage (day, shard, requests, polls) SELECT day, 0, requests, polls FROM usage_before")
    op.drop_table("usage_before")
