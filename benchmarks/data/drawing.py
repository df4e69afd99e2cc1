"""What all generators share: seeded chance in arrays, cases spread over the year, and frames of events."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from sla_rules.instants import DAY, HOUR, MINUTE, SECOND, micros

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

YEAR = 2026
BEGIN = micros(datetime(YEAR, 1, 1, tzinfo=UTC))
END = micros(datetime(YEAR + 1, 1, 1, tzinfo=UTC))
AS_OF = datetime(YEAR + 1, 1, 1, tzinfo=UTC).isoformat()
"""When the year is judged; the files hold nothing later."""

INSTANT = pl.Datetime("us", "UTC")
_LONGEST = 60 * DAY
_HOURS = np.array([1, 1, 1, 1, 1, 2, 4, 9, 18, 24, 25, 22, 18, 21, 24, 23, 20, 14, 8, 5, 4, 3, 2, 1], dtype=float)
"""How much begins in each hour of a day."""


class Chance:
    """Random arrays, the same for the same seeds."""

    def __init__(self, *seeds: int) -> None:
        self._random = np.random.default_rng(seeds)

    def between(self, low: int, high: int, count: int) -> Ints:
        """Whole numbers from `low` up to, but not including, `high`."""
        return self._random.integers(low, high, count)

    def share(self, share: float, count: int) -> Bools:
        """True in this share of the cases."""
        return self._random.random(count) < share

    def spans(self, median: Ints | int, count: int, spread: float = 0.7) -> Ints:
        """Spans in microseconds that are mostly short and now and then long: log-normal, a second at least."""
        drawn = median * np.exp(spread * self._random.standard_normal(count))
        return np.clip(drawn, SECOND, _LONGEST).astype(np.int64)

    def numbers(self, shares: Sequence[float], count: int) -> Ints:
        """Numbers from 0 on, the first one in the first share of the cases and so forth."""
        drawn = self._random.choice(len(shares), count, p=np.array(shares) / sum(shares))
        return drawn.astype(np.int64)

    def pick(self, shares: Mapping[str | None, float], count: int) -> pl.Series:
        """Text, or none, each in its share of the cases."""
        return words(list(shares), self.numbers(list(shares.values()), count))

    def hours(self, count: int) -> Ints:
        """Instants within a day, in the rhythm of offices."""
        return self.numbers(list(_HOURS), count) * HOUR + self.between(0, HOUR, count)


def words(of: Sequence[str | None], numbers: Ints) -> pl.Series:
    """The words that have these numbers."""
    return pl.Series(of, dtype=pl.String).gather(numbers)


class Cases:
    """Some consecutive cases out of all those of a year, and when each begins.

    Attributes:
        numbers: which ones of the year, from 0 on.
        begins: microseconds since 1970 UTC, spread over the year in the order of the numbers, but for the hour.
        subjects: their names.
    """

    def __init__(self, chance: Chance, prefix: str, first: int, end: int, of: int) -> None:
        """Take the cases `first` up to, but not including, `end` out of the `of` that the year has."""
        self.numbers: Ints = np.arange(first, end, dtype=np.int64)
        days = (self.numbers + 0.5) * ((END - BEGIN) // DAY) // max(of, 1)
        self.begins: Ints = BEGIN + days.astype(np.int64) * DAY + chance.hours(end - first)
        self.subjects = named(prefix, self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def every(self, so_many: int, after: int = 0) -> Bools:
        """True for each case whose number leaves this remainder; so that rare things are in small files too."""
        return np.equal(self.numbers % so_many, after)


def named(prefix: str, numbers: Ints) -> pl.Series:
    """Names such as `T-12`."""
    return pl.select(pl.concat_str(pl.lit(prefix), pl.Series(numbers).cast(pl.String))).to_series()


def instants(at: Ints) -> pl.Series:
    """Microseconds since 1970 as a column of instants, cut to seconds, as most systems record them."""
    return pl.Series(at // SECOND * SECOND).cast(INSTANT)


def quarters(at: Ints) -> Ints:
    """The next quarter of an hour."""
    return -(-at // (15 * MINUTE)) * (15 * MINUTE)


def happened(
    type: str, subjects: pl.Series, at: Ints, where: Bools | None = None, /, **fields: pl.Series | Ints | Bools | str
) -> pl.DataFrame:
    """Events of one type, one a subject, or only of those subjects `where` something is so."""
    frame = pl.DataFrame({"subject": subjects, "time": instants(at)}).with_columns(
        pl.lit(type).alias("type"),
        **{name: pl.lit(value) if isinstance(value, str) else pl.Series(value) for name, value in fields.items()},
    )
    return frame if where is None else frame.filter(pl.Series(where))


def together(frames: Iterable[pl.DataFrame], schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """The events of all frames with all columns of the schema, without those later than the year."""
    joined = pl.concat([pl.DataFrame(schema=schema), *frames], how="diagonal")
    return joined.filter(pl.col("time").cast(pl.Int64) < END)
