"""Long lists of ids in a query, as one parameter: drivers take only so many of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Select, String, cast, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _Elements(FunctionElement[Any]):
    """The elements of a JSON list of numbers, as a table of one column."""

    inherit_cache = True


@compiles(_Elements, "sqlite")
def _in_sqlite(element: _Elements, compiler: Any, **options: Any) -> str:
    return f"json_each{compiler.process(element.clause_expr, **options)}"


@compiles(_Elements, "postgresql")
def _in_postgresql(element: _Elements, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS json))"


def select_ids(ids: Sequence[int]) -> Select[int]:
    """Choose these ids, to be used as `column.in_(select_ids(ids))`."""
    listed = _Elements(literal(json.dumps(list(ids)), String)).table_valued("value")
    return select(cast(listed.c.value, Integer))
