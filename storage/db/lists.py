"""A list as one parameter of a statement. IN with a parameter for each value is taken apart and put together anew at every call,
which costs more than what is asked.

Whatever SQLite and PostgreSQL say differently about lists stands here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Column,
    Dialect,
    Select,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    case,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeEngine

from storage.db.texts import to_json


class _Listed(TypeDecorator[Any]):
    impl = Text
    cache_ok = True

    def __init__(self, item: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(self.item))

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:
        values = list(value or ())
        return to_json(values) if dialect.name == "sqlite" else values


KEY_BITS = 31  # of a key that lies in parts
RARE = 4  # times that a key weighs which few articles have
NUMBERS, TEXTS = _Listed(BigInteger), _Listed(Text)


class among(FunctionElement[Any]):
    """``among(column, bindparam(name, type_=NUMBERS))``: one of these."""

    type = NullType()  # of Boolean SQLAlchemy would say "= 1", and SQLite ask no index
    inherit_cache = True

    def __init__(self, column: Column[Any], values: BindParameter[Any]) -> None:
        super().__init__(column, values)


@compiles(among, "sqlite")
def _in_json(element: among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **how)} IN (SELECT value FROM json_each({compiler.process(values, **how)}))"  # noqa: S608 - columns and parameters


@compiles(among, "postgresql")
def _in_array(element: among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **how)} = ANY({compiler.process(values, **how)})"


def place(part: int, key: int) -> int:
    """A part and a key as one number."""
    return part << KEY_BITS | key


def meeting(dialect: str, table: Table, most: int, *, newest_first: bool) -> Any:
    """The article ids of rows of `table` that lie in one of `places` (SQLite), or whose part is one of `parts` and whose key is one of
    `keys` (a server), each with a `weight`.

    A server looks at no more than `most` of a part and key: whoever shares a key of so many is told by others, so they weigh more.
    """
    if dialect == "sqlite":
        one = func.json_each(bindparam("places", type_=NUMBERS)).table_valued("value")
        there = (table.c.part == one.c.value.op(">>")(KEY_BITS)) & (table.c.key == one.c.value.op("&")((1 << KEY_BITS) - 1))
        return select(table.c.article_id, literal(1).label("weight")).select_from(one.join(table, there)).subquery()
    parts, keys = (bindparam(name, type_=NUMBERS) for name in ("parts", "keys"))
    part, key = (func.unnest(one).table_valued("one").render_derived() for one in (parts, keys))
    here = select(table.c.article_id).where(table.c.part == part.c.one, table.c.key == key.c.one).limit(most)
    met = here.order_by(table.c.article_id.desc() if newest_first else table.c.article_id).correlate(part, key).subquery()
    weight = case((func.count().over() < most, RARE), else_=1).label("weight")
    some = select(met.c.article_id, weight).lateral()
    return select(some).select_from(part).join(key, true()).join(some, true()).subquery()


def each(dialect: str, name: str, *beside: BindParameter[Any]) -> Select[Any]:
    """A row for each number of this parameter, between what stands beside it: (beside, number, beside …)."""
    given = bindparam(name, type_=NUMBERS)
    if dialect == "sqlite":
        numbers = func.json_each(given).table_valued("value")
    else:
        numbers = func.unnest(given).table_valued("value").render_derived()
    first, *others = beside
    return select(first, numbers.c.value, *others).where(true())  # SQLite would take ON CONFLICT for a part of FROM
