"""Frames of pandas, column by column. pandas is not imported: what looks like one of its frames is taken as one."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, cast

import numpy as np
import polars as pl

from sla_rules.errors import InputError, quoted
from sla_rules.sources.columns import DATA
from sla_rules.sources.encoding import to_json

_PLAIN = (str, int, float, bool, date)
"""The types of Python objects that have a type of Polars, where a column holds no other."""


def is_pandas(source: object) -> bool:
    """Say whether something looks like a frame of pandas."""
    return all(hasattr(source, name) for name in ("iloc", "columns", "index", "dtypes"))


def of_pandas(frame: Any, own: Callable[[list[str]], Mapping[str, str]]) -> tuple[pl.DataFrame, list[str]]:
    """Return a frame of pandas as one of Polars, and which of its columns are JSON text.

    An index with a name is a column. Python objects keep what they say: times their own offsets; a column of objects
    that have no type of Polars in common becomes JSON text.

    Args:
        frame: the frame.
        own: gives, for the names of its columns, those that are no fields of events, with what each is to us.

    Raises:
        InputError: pyarrow is missing, or a column is missing or holds what cannot be read.
    """
    index = [name for name in frame.index.names if name is not None and name not in frame.columns]
    if index:
        frame = frame.reset_index(level=index)
    names = [str(name) for name in frame.columns]
    ours = own(names)
    columns, encoded = [], []
    for position, name in enumerate(names):
        column = frame.iloc[:, position]
        if column.dtype != object:
            columns.append(_typed(column, name))
        elif name in ours:
            columns.append(_texts(_objects(column), name, packed=ours[name] == DATA))
        else:
            fields = _fields(_objects(column), name)
            columns.append(fields if fields is not None else _json(_objects(column), name))
            if fields is None:
                encoded.append(name)
    return pl.DataFrame(columns), encoded


def _typed(column: Any, name: str) -> pl.Series:
    try:
        return cast(pl.Series, pl.from_pandas(column)).alias(name)
    except ImportError:
        raise InputError("a pandas frame needs pyarrow: install `sla-rules[pandas]`") from None
    except (ValueError, TypeError, NotImplementedError, pl.exceptions.PolarsError) as error:
        raise InputError(f"column {quoted(name)} cannot be read: {error}") from None


def _objects(column: Any) -> list[Any]:
    """Return the objects of a column, None where pandas has one of its missing values."""
    return [
        None if missing else value.item() if isinstance(value, np.generic) else value
        for value, missing in zip(column.tolist(), column.isna().tolist(), strict=True)
    ]


def _texts(values: list[Any], name: str, *, packed: bool) -> pl.Series:
    """Return a column of our own as text, or `data` (`packed`) as JSON text."""
    texts: list[str | None] = []
    for value in values:
        if value is None or isinstance(value, str):
            texts.append(value)
        elif packed:
            texts.append(to_json(value))
        elif isinstance(value, datetime):
            texts.append(value.isoformat())
        elif isinstance(value, int) and not isinstance(value, bool):
            texts.append(str(value))
        else:
            raise InputError(f"column {quoted(name)} holds {quoted(value)}, a {type(value).__name__}")
    return _series(name, texts)


def _fields(values: list[Any], name: str) -> pl.Series | None:
    """Return a column of a field, or None where its values have no type in common."""
    kinds = {type(value) for value in values if value is not None}
    if kinds and all(issubclass(kind, (str, datetime)) for kind in kinds):
        return _series(name, [value.isoformat() if isinstance(value, datetime) else value for value in values])
    if len(kinds) > 1 or not kinds <= set(_PLAIN):
        return None
    try:
        return pl.Series(name, values)
    except (TypeError, OverflowError, pl.exceptions.PolarsError):  # an integer of more than 128 bits
        return None


def _json(values: list[Any], name: str) -> pl.Series:
    try:
        return _series(name, [None if value is None else to_json(value) for value in values])
    except InputError as error:
        raise InputError(f"column {quoted(name)}: {error}") from None


def _series(name: str, texts: list[str | None]) -> pl.Series:
    try:
        return pl.Series(name, texts, pl.String)
    except UnicodeEncodeError:
        raise InputError(f"column {quoted(name)}: half a character (a lone surrogate)") from None
