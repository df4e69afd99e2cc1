"""Spark frames of events, under our names."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, functions, types

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, quoted
from sla_rules.evaluators.spark.reading import Reader
from sla_rules.evaluators.spark.shuffling import SparkRows
from sla_rules.sources.columns import DATA, OWN, Renaming

TEXTS = ("id", "type", "subject")
WITH_OFFSET = {"timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", "timeZone": "UTC"}
"""How Spark writes instants as JSON: to the microsecond, whatever the zone of its session."""


def incoming(
    frame: Any, columns: Mapping[str, str] | None, agreement: Agreement, zone: ZoneInfo | None
) -> tuple[SparkRows, SparkRows, Reader]:
    """Return the rows of a frame under our names, those columns of them that tell events from others, and their reader.

    Maps become JSON, since Polars has none, ids, types and subjects text.

    Raises:
        InputError: no Spark frame, one that streams, or one with a column missing or of a type that it cannot have.
    """
    if not isinstance(frame, DataFrame):
        raise InputError(f"{quoted(frame)} is no Spark DataFrame; `sla_rules.evaluate` takes those of other libraries")
    if frame.isStreaming:
        raise InputError("a frame that streams never has all events; write them first, or give them to a `Monitor`")
    renaming = Renaming(columns)
    names = renaming.header(frame.columns)
    renaming.check(frame.columns)
    if frame.sparkSession.conf.get("spark.sql.caseSensitive") == "false":
        tell_apart(frame.columns)
        tell_apart(list(names))
    kinds = {field.name: field.dataType for field in frame.schema.fields}
    mapped = [our for our, their in names.items() if has_map(kinds[their])]

    def column(our: str, their: str) -> Column:
        found = frame[f"`{their.replace('`', '``')}`"]
        return (functions.to_json(found, WITH_OFFSET) if our in mapped else found).alias(our)

    ours = frame.select(*(column(our, their) for our, their in names.items()))
    reader = Reader(agreement, tuple(name for name in mapped if name != DATA), zone)
    try:
        # An empty frame has all that there is to say about columns.
        empty = ours.limit(0).toArrow()
    except PySparkException as error:
        raise InputError(f"Spark cannot hand over the columns of this frame: {error}") from error
    reader.part(empty)
    given = ours.withColumns({name: functions.col(name).cast("string") for name in TEXTS if name in names})
    return (
        SparkRows(given),
        SparkRows(given if packed(given) else given.select(*(n for n in OWN if n in names))),
        reader,
    )


def tell_apart(names: Iterable[str]) -> None:
    """Refuse columns that Spark takes for one. Raises `InputError`."""
    known: dict[str, str] = {}
    for name in names:
        other = known.setdefault(name.lower(), name)
        if other != name:
            raise InputError(
                f"columns {quoted(other)} and {quoted(name)} are one to Spark unless `spark.sql.caseSensitive` is set"
            )


def has_map(kind: Any) -> bool:
    """Say whether a type of Spark holds what Polars has no type for."""
    if isinstance(kind, types.ArrayType):
        return has_map(kind.elementType)
    if isinstance(kind, types.StructType):
        return any(has_map(field.dataType) for field in kind.fields)
    return isinstance(kind, (types.MapType, types.VariantType))


def packed(frame: DataFrame) -> bool:
    """Say whether each row of `data` has to be parsed to know that it is an event."""
    return dict(frame.dtypes).get(DATA) == "string"
