"""Calendar days and periods of many instants, asked of the time zone once for each hour or day that occurs."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

import numpy as np

from sla_rules.evaluators.columnar.columns import Column, Ints
from sla_rules.instants import DAY, HOUR, moment, span_micros
from sla_rules.periods import Period, label, label_of_date, local_date

SEVERAL = 1
"""Stands for an offset that changes within an hour; no real one is a microsecond."""
EPOCH_DAY = date(1970, 1, 1).toordinal()


def table_of(values: Ints, say: Callable[[int], int]) -> Ints:
    """Return what a function says of each number, asked once for each distinct one."""
    if not len(values):
        return values
    low, high = int(values.min()), int(values.max())
    if high - low > 4 * len(values) + 10_000:
        distinct, places = np.unique(values, return_inverse=True)
        return np.array([say(value) for value in distinct.tolist()], np.int64)[places]
    occurs = np.zeros(high - low + 1, np.bool_)
    occurs[values - low] = True
    table = np.zeros(len(occurs), np.int64)
    there = np.flatnonzero(occurs)
    table[there] = [say(low + place) for place in there.tolist()]
    return table[values - low]


@lru_cache(maxsize=1 << 18)
def offset(zone: ZoneInfo, hour: int) -> int:
    """Return the offset from UTC in an hour of the time since 1970, `SEVERAL` where there is no single one."""
    try:
        first, last = (moment(each).astimezone(zone).utcoffset() for each in (hour * HOUR, hour * HOUR + HOUR - 1))
    except OverflowError:
        return SEVERAL
    return span_micros(first) if first == last else SEVERAL


def local_days(at: Ints, zone: ZoneInfo) -> Ints:
    """Return the calendar dates of instants in a time zone, as days since 1970."""
    offsets = table_of(at // HOUR, partial(offset, zone))
    days = (at + offsets) // DAY
    odd = np.flatnonzero(offsets == SEVERAL)
    days[odd] = [local_date(each, zone).toordinal() - EPOCH_DAY for each in at[odd].tolist()]
    return days


def day_of(number: int) -> date:
    """Return the date of a number of days since 1970."""
    return date.fromordinal(number + EPOCH_DAY)


def labels(values: Column, per: Period, zone: ZoneInfo) -> Column:
    """Return the label of the period that each instant or date belongs to."""
    if values.values is not None:
        texts = [
            label(each, per, zone) if isinstance(each, int) else label_of_date(each, per) for each in values.values
        ]
        return relabelled(values, texts)
    days = local_days(np.where(values.present, values.data, 0), zone)
    coded = Column(days, values.present).coded()
    assert coded.values is not None
    return relabelled(coded, [label_of_date(day_of(day), per) for day in coded.values])


def relabelled(coded: Column, texts: list[str]) -> Column:
    """Return a column with other values in place of its own, those that became alike as one."""
    distinct: dict[str, int] = {}
    table = np.array([distinct.setdefault(text, len(distinct)) for text in texts] or [0], np.int64)
    return Column(table[np.where(coded.present, coded.data, 0)], coded.present, list(distinct))
