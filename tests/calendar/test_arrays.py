"""The array forms: types in and out, broadcasting, refusals with the index. That they equal single values is a law."""

from datetime import timedelta

import numpy as np
import pytest

from sla_rules.calendar import Calendar
from sla_rules.errors import BeyondHorizonError, InputError
from sla_rules.instants import DAY, HOUR, MINUTE, micros, moment, span
from tests.calendar.strategies import Window

OFFICE = Calendar(timezone="Europe/Paris", week={"mon-fri": ["08:30-12:00", "13:00-17:30"]}, holidays={"country": "FR"})
CLOSING = Calendar(
    timezone="Europe/Paris",
    week={"mon-fri": ["08:30-12:00", "13:00-17:30"]},
    holidays={"country": "FR"},
    exhausted_at="closing",
)
SPARSE = Calendar(
    week={}, extra=[f"2026-05-16 {hour:02}:00-{hour:02}:30" for hour in range(24)] + ["2190-01-01 09:00-10:00"]
)
START = micros("2024-01-01T00:00:00Z")
TEXTS = ["2026-06-15T08:30:00", "2026-06-19T17:30:00", "2026-05-01T10:00:00"]


@pytest.mark.parametrize("calendar", [OFFICE, CLOSING, Calendar(), Calendar(week={"sat": "22:00-06:00"})])
@pytest.mark.parametrize("exclude", [[], [Window("m", START + 3 * DAY, START + 40 * DAY)]])
def test_many_equal_one_by_one_over_several_chunks(calendar: Calendar, exclude: list[Window]) -> None:
    random = np.random.default_rng(7)
    starts, ends = random.integers(START, START + 1000 * DAY, (2, 40_000))
    # Whole half hours put many of the limits exactly at a closing time.
    starts[::2] -= starts[::2] % (30 * MINUTE)
    limits = random.integers(0, 160, 40_000) * 30 * MINUTE
    limits[::5] += 1
    still = [(window.start_at, window.end_at) for window in exclude]
    elapsed = calendar.elapsed_many(starts, ends, exclude=exclude).view(np.int64)
    due = calendar.add_many(starts, limits, exclude=exclude).view(np.int64)
    for index in [*range(0, 40_000, 17), 32_767, 32_768, 39_999]:
        start, end, limit = int(starts[index]), int(ends[index]), int(limits[index])
        assert elapsed[index] == calendar.counted(start, end, still)
        assert due[index] == calendar.due(start, limit, still)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_units_of_instants(unit: str) -> None:
    starts = np.array(TEXTS, f"datetime64[{unit}]")
    due = OFFICE.add_many(starts, np.array([8, 1, 0], "timedelta64[h]"))
    assert due.dtype == np.dtype("datetime64[us]")
    expected = [OFFICE.add(f"{text}Z", timedelta(hours=hours)) for text, hours in zip(TEXTS, (8, 1, 0), strict=True)]
    assert due.tolist() == [moment.naive() for moment in expected]
    elapsed = OFFICE.elapsed_many(starts, due)
    assert elapsed.dtype == np.dtype("timedelta64[us]")
    assert elapsed.tolist() == [timedelta(hours=hours) for hours in (8, 1, 0)]


def test_days_and_other_byte_orders_and_lists() -> None:
    days = np.array(["2026-06-15", "2026-06-16"], "datetime64[D]")
    assert OFFICE.elapsed_many(days[0], days[1]).item() == timedelta(hours=8)
    swapped = np.array([START], ">i8")
    assert OFFICE.elapsed_many(swapped, [START + 7 * DAY]).tolist() == [timedelta(hours=32)]
    strided = np.arange(START, START + 10 * DAY, DAY)[::-3]
    assert OFFICE.elapsed_many(strided, strided + DAY).shape == (4,)


def test_finer_than_a_microsecond_is_cut_off() -> None:
    nanoseconds = np.array([START * 1000 + 999, -1], "datetime64[ns]")
    assert Calendar().add_many(nanoseconds, timedelta()).view(np.int64).tolist() == [START, -1]


def test_broadcasting() -> None:
    starts = np.array([[START], [START + DAY]])
    limits = np.array([HOUR, 2 * HOUR, 3 * HOUR])
    due = OFFICE.add_many(starts, limits)
    assert due.shape == (2, 3)
    assert due.view(np.int64).tolist() == [[OFFICE.due(int(s), int(w)) for w in limits] for s in starts[:, 0]]
    assert OFFICE.add_many(starts, timedelta(hours=1)).shape == (2, 1)
    assert OFFICE.add_many(START, timedelta(hours=1)).shape == ()
    assert OFFICE.elapsed_many(starts, START + limits).shape == (2, 3)


def test_nothing_in_nothing_out() -> None:
    empty = np.array([], np.int64)
    assert OFFICE.add_many(empty, empty).dtype == np.dtype("datetime64[us]")
    assert OFFICE.elapsed_many(empty, START).shape == (0,)


def test_inputs_are_left_as_they_are() -> None:
    starts, limits = np.array([START, START + DAY]), np.array([HOUR, 2 * HOUR])
    OFFICE.add_many(starts, limits)
    OFFICE.elapsed_many(starts, starts + limits)
    assert (starts.tolist(), limits.tolist()) == ([START, START + DAY], [HOUR, 2 * HOUR])


@pytest.mark.parametrize(
    ("starts", "limits", "message"),
    [
        (np.array(["2026-06-15", "NaT"], "M8[s]"), timedelta(1), "`starts` at index `1` is missing"),
        (np.array([["2026-06-15", "NaT"]], "M8[s]"), timedelta(1), r"`starts` at index `\(0, 1\)` is missing"),
        (np.array([START]), np.array(["NaT"], "m8[s]"), "`limits` at index `0` is missing"),
        (np.array([0.5]), timedelta(1), "`starts` are datetime64 or int64 microseconds, not `float64`"),
        (["2026-06-15"], timedelta(1), "`starts` are datetime64 or int64 microseconds, not `<U10`"),
        (np.array([START]), np.array([0.5]), "`limits` are timedelta64 or int64 microseconds, not `float64`"),
        (np.array([START]), np.array([1, 0, -1]), "`limits` at index `2` is negative"),
        (np.array([START]), np.array([1], "m8[M]"), "`limits` of type `timedelta64.M.` have no exact length"),
        (np.array([START] * 2), np.array([1, 2, 3]), "the shapes of `starts` and `limits`, .* do not broadcast"),
        (np.array([0, 2**62], "M8[s]"), timedelta(1), "`starts` at index `1` is too large"),
        (np.array([START]), np.array([2**62], "m8[s]"), "`limits` at index `0` is too large"),
        (np.array([[0, 0], [0, 2**62]], "M8[s]"), timedelta(1), r"`starts` at index `\(1, 1\)` is too large"),
        (np.array([0, 2**62, 0, 2**62], "M8[m]"), timedelta(1), "`starts` at index `1` is too large"),
    ],
)
def test_refusals(starts: object, limits: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        OFFICE.add_many(starts, limits)


@pytest.mark.filterwarnings("ignore:The 'generic' unit:DeprecationWarning")  # of NumPy, about making one
def test_a_length_without_a_unit_is_refused() -> None:
    with pytest.raises(InputError, match="`limits` of type `timedelta64` have no exact length"):
        OFFICE.add_many(np.array([START]), np.array([1], "m8"))


def test_refusals_of_elapsed() -> None:
    with pytest.raises(InputError, match="`ends` at index `0` is missing"):
        OFFICE.elapsed_many(np.array([START]), np.array(["NaT"], "M8[us]"))
    with pytest.raises(InputError, match="the shapes of `starts` and `ends`"):
        OFFICE.elapsed_many(np.array([START] * 2), np.array([START] * 3))


@pytest.mark.parametrize(
    ("starts", "limits", "index"),
    [
        ([START, OFFICE.first - 1], [0, 0], "1"),
        ([START, OFFICE.last + 1, OFFICE.first - 1], [0, 0, 0], "1"),
        ([START, START], [0, 2**63 - 1], "1"),
        # The first is used up after the last period, the second far beyond: the first is named.
        ([OFFICE.last - 1, 2**63 - 1], [1, 0], "0"),
        ([-(2**63), 2**63 - 1], [2**63 - 1, 2**63 - 1], "0"),
    ],
)
def test_the_first_beyond_the_horizon_is_named(starts: list[int], limits: list[int], index: str) -> None:
    with pytest.raises(BeyondHorizonError, match=f"the limit at index `{index}` is used up .* beyond the horizon"):
        OFFICE.add_many(np.array(starts), np.array(limits))


def test_elapsed_beyond_the_horizon() -> None:
    first, last = OFFICE.first, OFFICE.last
    with pytest.raises(BeyondHorizonError, match="the pair at index `2` is beyond the horizon"):
        OFFICE.elapsed_many(np.array([first, last + 5, START]), np.array([last, first - 5, last + 1]))
    # As for one value, a pair the wrong way round is zero wherever it lies.
    assert OFFICE.elapsed_many([last + 5, last + 5], [first - 5, last + 3]).tolist() == [timedelta(0)] * 2
    assert OFFICE.counted(last + 5, first - 5) == 0
    whole = OFFICE.elapsed_many([first], [last]).tolist()
    assert whole == [OFFICE.elapsed(moment(first), moment(last))]


def test_a_long_wait_makes_the_calendar_grow() -> None:
    start = micros("2026-05-17T00:00:00Z")
    assert SPARSE.add_many([start], timedelta(minutes=1)).tolist()[0].year == 2190


def test_crowded_and_empty_parts_of_one_calendar() -> None:
    start = micros("2026-05-16T00:00:00Z")
    at = np.arange(start - HOUR, start + 25 * HOUR, 7 * MINUTE)
    far = micros("2195-01-01T00:00:00Z")
    assert SPARSE.elapsed_many(at, far).tolist() == [span(SPARSE.counted(int(t), far)) for t in at]
    limits = (at - at[0]) // 2
    assert SPARSE.add_many(start, limits[limits < 13 * HOUR]).view(np.int64).tolist() == [
        SPARSE.due(start, int(limit)) for limit in limits if limit < 13 * HOUR
    ]


def test_a_limit_used_up_exactly_at_the_last_closing() -> None:
    arguments = {"week": {}, "extra": "2026-05-16 09:00-12:00"}
    start = micros("2026-05-16T09:00:00Z")
    closing = Calendar(**arguments, exhausted_at="closing").add_many([start], [3 * HOUR])
    assert closing.view(np.int64).tolist() == [start + 3 * HOUR]
    with pytest.raises(BeyondHorizonError, match="index `1`"):
        Calendar(**arguments).add_many([start, start], [3 * HOUR - 1, 3 * HOUR])
