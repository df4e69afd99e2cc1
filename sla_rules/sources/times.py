"""Columns of times as microseconds since 1970 UTC.

`instants.micros` decides what an instant is; only forms that it reads the same way are read here without it.
"""

from typing import cast
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sla_rules.errors import InputError
from sla_rules.instants import DAY, FIRST, HOUR, LAST, MINUTE, SECOND, micros
from sla_rules.sources.zones import localised, wall_clock

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Letters = NDArray[np.uint8]

_CHUNK = 1 << 16
"""Texts at a time, so that what is computed on the way stays in the processor's cache."""
_NONE = np.iinfo(np.int64).min
_MONTHS = np.arange("0000-01", "10000-02", dtype="M8[M]").astype("M8[D]").astype(np.int64)
"""The day since 1970 on which each month since January of the year 0 begins."""
_DIGITS = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_SEPARATORS = {4: b"-", 7: b"-", 13: b":", 16: b":"}
_NO_FRACTION = 19
_OFFSET = len("+02:00")
_BARE_OFFSET = r"^(?<time>.{11}\d{2}:\d{2}:\d{2}.*)(?<hours>[+-]\d{2})(?<minutes>\d{2})$"
_WORTH = (100_000, 10_000, 1_000, 100, 10, 1)


def instants_of(times: pl.Series, zone: ZoneInfo | None) -> pl.Series:
    """Return a column of times as integers; null where a time is missing or no instant.

    Args:
        times: `Datetime` or text.
        zone: that of times without an offset; without it they are no instants.
    """
    kind = times.dtype
    if isinstance(kind, pl.Datetime):
        at = _microseconds(times, kind.time_unit)
        if kind.time_zone is not None:
            return at
        return at.clear(len(at)) if zone is None else _by_wall_clock(at, zone)
    return _of_texts(times, zone)


def _microseconds(times: pl.Series, unit: str) -> pl.Series:
    at = times.to_physical()
    if unit == "ns":
        at = at // 1_000
    if unit == "ms":
        return _within(at, FIRST // 1_000, LAST // 1_000) * 1_000
    return _within(at, FIRST, LAST)


def _within(at: pl.Series, first: int, last: int) -> pl.Series:
    least, most = cast("int | None", at.min()), cast("int | None", at.max())
    if least is None or most is None or (least >= first and most <= last):
        return at
    return at.set(~at.is_between(first, last), None)


def _by_wall_clock(wall: pl.Series, zone: ZoneInfo) -> pl.Series:
    known = wall.is_not_null().to_numpy()
    at = np.full(len(wall), _NONE)
    at[known] = instants_of_walls(wall.drop_nulls().to_numpy(), zone)
    return _as_series(at)


def instants_of_walls(walls: Ints, zone: ZoneInfo) -> Ints:
    """Return the instants of times on the wall clock of a zone, as `localised` has them.

    One lookup for each end of an hour that occurs: no zone changes twice within an hour, so where both ends have the
    same offset all between them have.
    """
    hours, which = np.unique(walls // HOUR, return_inverse=True)
    first = np.array([_offset(int(hour) * HOUR, zone) for hour in hours], np.int64)
    last = np.array([_offset(int(hour) * HOUR + HOUR - 1, zone) for hour in hours], np.int64)
    at = walls - first[which]
    changing = np.flatnonzero((first != last)[which])
    at[changing] = [wall - _offset(wall, zone) for wall in walls[changing].tolist()]
    return at


def _offset(wall: int, zone: ZoneInfo) -> int:
    offset = wall_clock(wall).replace(tzinfo=zone).utcoffset()
    assert offset is not None
    return (offset.days * 86_400 + offset.seconds) * SECOND + offset.microseconds


def _of_texts(texts: pl.Series, zone: ZoneInfo | None) -> pl.Series:
    at, naive = _canonical(texts)
    if zone is None:
        at[naive] = _NONE
    elif naive.any():
        at[naive] = instants_of_walls(at[naive], zone)
    at[_outside(at)] = _NONE
    left = np.flatnonzero(at == _NONE)
    if len(left):
        at[left] = _less_usual(texts.gather(left), zone)
    return _as_series(at)


def _less_usual(texts: pl.Series, zone: ZoneInfo | None) -> Ints:
    """Read texts of other forms: those that lack a colon in the offset at once, the others one by one."""
    at = np.full(len(texts), _NONE)
    without = texts.str.contains(_BARE_OFFSET).fill_null(False)
    if without.any():
        rows = np.flatnonzero(without.to_numpy())
        at[rows], _ = _canonical(texts.gather(rows).str.replace(_BARE_OFFSET, "${time}${hours}:${minutes}"))
        at[_outside(at)] = _NONE
    left = np.flatnonzero(at == _NONE)
    at[left] = _one_by_one(texts.gather(left), zone)
    return at


def _one_by_one(texts: pl.Series, zone: ZoneInfo | None) -> Ints:
    distinct = texts.unique().drop_nulls()
    known = {text: _instant(text, zone) for text in distinct}
    return np.array([known.get(text, _NONE) for text in texts], np.int64)


def _instant(text: str, zone: ZoneInfo | None) -> int:
    try:
        return micros(localised(text, zone))
    except InputError:
        return _NONE


def _as_series(at: Ints) -> pl.Series:
    """Return instants as a column; those outside of the years that there are, and `_NONE`, are null."""
    series, outside = pl.Series(at), _outside(at)
    return series.set(pl.Series(outside), None) if outside.any() else series


def _outside(at: Ints) -> Flags:
    return (at < FIRST) | (at > LAST)


def _canonical(texts: pl.Series) -> tuple[Ints, Flags]:
    """Read `2026-03-02T14:00:00`, with a fraction or not, with `Z`, an offset `+02:00` or nothing.

    Returns:
        The instants, `_NONE` for every other text, and which of them are on some wall clock.
    """
    at = np.full(len(texts), _NONE)
    naive = np.zeros(len(texts), np.bool_)
    lengths = texts.str.len_bytes().fill_null(0).to_numpy()
    for length in np.unique(lengths).tolist():
        if not _NO_FRACTION <= length <= _NO_FRACTION + 10 + _OFFSET:
            continue
        rows = np.flatnonzero(lengths == length)
        alike = texts if len(rows) == len(texts) else texts.gather(rows)
        letters = alike.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, length)).to_numpy()
        for start in range(0, len(rows), _CHUNK):
            some = slice(start, start + _CHUNK)
            at[rows[some]], naive[rows[some]] = _of_one_length(np.ascontiguousarray(letters[some].T))
    return at, naive & (at != _NONE)


def _of_one_length(letters: Letters) -> tuple[Ints, Flags]:
    """Read texts of one length; `letters` has a row for each place in them."""
    utc = letters[-1] == ord("Z")
    offset = ((letters[-_OFFSET] == ord("+")) | (letters[-_OFFSET] == ord("-"))) & (letters[-3] == ord(":")) & ~utc
    naive = ~utc & ~offset
    at = np.full(letters.shape[1], _NONE)
    for which, tail in ((utc, 1), (offset, _OFFSET), (naive, 0)):
        if which.all():
            return _of_one_form(letters, tail), naive
        if which.any():
            at[which] = _of_one_form(np.ascontiguousarray(letters[:, which]), tail)
    return at, naive


def _of_one_form(letters: Letters, tail: int) -> Ints:
    """Read texts of one form, of which the last `tail` letters are `Z`, an offset or nothing."""
    end = len(letters) - tail
    if end < _NO_FRACTION or end == _NO_FRACTION + 1:
        return np.full(letters.shape[1], _NONE)
    digits = letters - np.uint8(ord("0"))
    fraction = range(_NO_FRACTION + 1, end)
    offset = (end + 1, end + 2, end + 4, end + 5) if tail == _OFFSET else ()
    good = cast(Flags, (digits[[*_DIGITS, *fraction, *offset]] <= 9).all(axis=0))
    for place, separator in _SEPARATORS.items():
        good &= letters[place] == ord(separator)
    good &= (letters[10] == ord("T")) | (letters[10] == ord(" "))
    if fraction:
        good &= letters[_NO_FRACTION] == ord(".")
    at = _midnight(digits, good) + _clock(digits, 11, good)
    at += _two(digits, 17) * np.int64(SECOND)
    good &= _two(digits, 17) < 60
    for place, worth in zip(fraction, _WORTH, strict=False):  # further digits are cut off
        at += digits[place] * np.int64(worth)
    if offset:
        ahead = _clock(digits, end + 1, good)
        at -= np.where(letters[end] == ord("-"), -ahead, ahead)
    at[~good] = _NONE
    return at


def _two(digits: Letters, place: int) -> Letters:
    """Return the number that two digits write."""
    return cast(Letters, digits[place] * np.uint8(10) + digits[place + 1])


def _midnight(digits: Letters, good: Flags) -> Ints:
    """Return the beginning of the days that begin each text, and take those that are none out of `good`."""
    year, month, day = _two(digits, 0).astype(np.int32) * 100 + _two(digits, 2), _two(digits, 5), _two(digits, 8)
    months = year * 12 + month - 1
    first, after = (_MONTHS.take(which, mode="clip") for which in (months, months + 1))
    good &= (year > 0) & (month > 0) & (month <= 12) & (day > 0) & (day <= after - first)
    return cast(Ints, (first + day - 1) * DAY)


def _clock(digits: Letters, place: int, good: Flags) -> Ints:
    """Return the hours and minutes at a place, and take those that are none out of `good`."""
    hour, minute = _two(digits, place), _two(digits, place + 3)
    good &= (hour < 24) & (minute < 60)
    return hour * np.int64(HOUR) + minute * np.int64(MINUTE)
