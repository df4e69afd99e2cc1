"""The periods of many instants in a time zone, exactly as `periods.label` names them, by array search."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from sla_rules.instants import DAY, moment, span_micros
from sla_rules.periods import Period, label


class Labels:
    """The labels of the periods that the instants of some UTC days belong to."""

    def __init__(self, days: Iterable[int], per: Period, zone: ZoneInfo) -> None:
        """Take the days, each as the number of days since 1970."""
        edges = [edge for day in sorted(days) for edge in _edges(day * DAY, zone)]
        self._edges = np.array(edges, dtype=np.int64)
        self._labels = pl.Series([label(edge, per, zone) for edge in edges], dtype=pl.String)

    def of(self, instants: pl.Series) -> pl.Series:
        """Return the label of each instant, given in microseconds."""
        places = np.searchsorted(self._edges, instants.to_numpy(), side="right") - 1
        return self._labels.gather(places)


def _edges(first: int, zone: ZoneInfo) -> Iterator[int]:
    """Yield the instants of a UTC day at which another local date may begin, and its first one."""
    for start, end in _pieces(first, first + DAY, zone):
        offset = _offset(start, zone)
        midnight = (start + offset) // DAY * DAY + DAY - offset
        yield start
        if midnight < end:
            yield midnight


def _pieces(first: int, after: int, zone: ZoneInfo) -> list[tuple[int, int]]:
    """Cut a UTC day where the offset of the zone changes; no zone changes it twice in a day."""
    before, then = _offset(first, zone), _offset(after - 1, zone)
    if before == then:
        return [(first, after)]
    low, high = first, after - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return [(first, high), (high, after)]


def _offset(at: int, zone: ZoneInfo) -> int:
    """Return the offset of a zone at an instant in microseconds; none where it leads out of the years 1 to 9999."""
    try:
        offset = moment(at).astimezone(zone).utcoffset()
    except OverflowError:
        return 0
    return 0 if offset is None else span_micros(offset)
