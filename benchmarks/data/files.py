"""The Parquet files that the benchmarks judge: made once, under `build/bench`, chunk by chunk."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

import polars as pl

from benchmarks.data import tickets, year
from benchmarks.data.drawing import Cases, Chance, together

FOLDER = Path(__file__).parents[2] / "build" / "bench"
SEED = 1
_CHUNK = 500_000
_ROWS_A_GROUP = 250_000


def tickets_file(count: int, shuffled: bool = False, folder: Path = FOLDER) -> Path:
    """A year of tickets, case by case or shuffled; made where it is not there yet."""
    path = folder / f"tickets-{count}{'-shuffled' if shuffled else ''}.parquet"
    if not path.exists():
        frames = _ticket_chunks(count)
        _write(path, [pl.concat(frames).sample(fraction=1, shuffle=True, seed=SEED)] if shuffled else frames)
    return path


def mixed_file(events: int, folder: Path = FOLDER) -> Path:
    """A mixed year of about so many events, roughly in order of time; made where it is not there yet."""
    path = folder / f"mixed-{events}.parquet"
    if not path.exists():
        _write(path, _numbered(year.chunks(events, SEED, _CHUNK)))
    return path


def _ticket_chunks(count: int) -> Iterator[pl.DataFrame]:
    def chunks() -> Iterator[pl.DataFrame]:
        yield together(tickets.publications(), tickets.SCHEMA).sort("time")
        for part, first in enumerate(range(0, count, _CHUNK // 4)):
            chance = Chance(SEED, part)
            cases = Cases(chance, "T-", first, min(first + _CHUNK // 4, count), count)
            order = pl.col("subject").str.slice(2).cast(pl.Int64)
            frames = tickets.support(chance, tickets.drawn(chance, cases))
            yield together(frames, tickets.SCHEMA).sort(order, "time", "type")

    return _numbered(chunks())


def _numbered(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The events with ids, in the order in which they come."""
    first = 0
    for frame in frames:
        number = pl.int_range(first, first + frame.height).cast(pl.String).str.zfill(9)
        yield frame.select(pl.concat_str(pl.lit("e"), number).alias("id"), "type", pl.exclude("type"))
        first += frame.height


def _write(path: Path, frames: Iterable[pl.DataFrame]) -> None:
    """Write frames as one file that is there only once it is whole."""
    parquet = import_module("pyarrow.parquet")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    writer = None
    for frame in frames:
        table = frame.to_arrow()
        writer = writer or parquet.ParquetWriter(unfinished, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=_ROWS_A_GROUP)
    assert writer is not None
    writer.close()
    unfinished.rename(path)
