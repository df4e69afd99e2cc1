"""Columns of times: what is read at once is what `micros` says of each, and wall clocks are those of `zoneinfo`."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sla_rules import InputError
from sla_rules.instants import FIRST, HOUR, LAST, SECOND, micros
from sla_rules.sources.times import instants_of, instants_of_walls
from sla_rules.sources.zones import localised, wall_clock, zone_of

PARIS = ZoneInfo("Europe/Paris")


def said(text: str | None, zone: ZoneInfo | None = None) -> int | None:
    try:
        return micros(localised(text, zone))
    except InputError:
        return None


def read(texts: list[str | None], zone: ZoneInfo | None = None) -> list[int | None]:
    return instants_of(pl.Series("time", texts, pl.String), zone).to_list()


CANONICAL = [
    "2026-03-02T14:00:00Z",
    "2026-03-02 14:00:00Z",
    "2026-03-02T14:00:00.1Z",
    "2026-03-02T14:00:00.123456Z",
    "2026-03-02T14:00:00.123456999Z",
    "1969-12-31T23:59:59.9999999Z",
    "2026-03-02T14:00:00+02:00",
    "2026-03-02T14:00:00.123456-23:59",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "2024-02-29T00:00:00Z",
]


@pytest.mark.parametrize("text", CANONICAL)
def test_a_canonical_text_is_what_micros_says(text: str) -> None:
    assert micros(text) is not None
    assert read([text]) == [micros(text)]


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-03-00T00:00:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T14:60:00Z",
        "2026-03-02T14:00:60Z",
        "2026-03-02T14:00:00.Z",
        "2026-03-02T14:00:00+24:00",
        "2026-03-02T14:00:00*02:00",
        "2026-03-02T14:00:00",
        "2026-03-02",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59.999999-00:01",
        "2026/03/02T14:00:00Z",
        "2026-03-02_14:00:00Z",
        "2026-03-02T14.00:00Z",
        "２026-03-02T14:00:00Z",
        "now",
        "nineteen letters !!",
        "",
        None,
    ],
)
def test_a_text_that_is_no_instant_is_null(text: str | None) -> None:
    assert said(text) is None
    assert read([text]) == [None]
    assert read(["2026-03-02T14:00:00Z", text, "2026-03-02T14:00:00+01:00"])[1] is None


@pytest.mark.parametrize("text", ["20260302T140000Z", "2026-W10-1T14:00Z", "2026-03-02t14:00:00z", "2026-03-02 14+01"])
def test_other_forms_are_read_one_by_one(text: str) -> None:
    assert read([text, None, text]) == [micros(text), None, micros(text)]


@pytest.mark.parametrize("offset", ["+0000", "-0530", "+2359", "+2400", "+0160", "-12"])
@pytest.mark.parametrize(
    "wall", ["2026-03-02T14:00:00", "2026-03-02 14:00:00.123456789", "2026-03-02T14:00", "2026-03-32T14:00:00"]
)
def test_an_offset_may_lack_its_colon(wall: str, offset: str) -> None:
    for zone in (None, PARIS):
        assert read([wall + offset, None, "2026-03-02T14:00:00Z"], zone)[0] == said(wall + offset, zone)


def test_each_text_carries_its_own_offset_whatever_stands_beside_it() -> None:
    assert read([*CANONICAL, *reversed(CANONICAL)]) == [micros(text) for text in [*CANONICAL, *reversed(CANONICAL)]]


@st.composite
def almost(draw: st.DrawFn) -> str:
    """A text like an instant, of which a letter or two may be wrong."""
    moment = draw(st.datetimes())
    text = moment.isoformat(
        sep=draw(st.sampled_from("T ")), timespec=draw(st.sampled_from(["seconds", "microseconds"]))
    )
    text += draw(st.sampled_from(["Z", "", "+02:00", "-11:30", "+23:59", "z", "+0200", "789Z", ".5Z", "-12"]))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(text)))
        letter = draw(st.sampled_from("0123456789-+:.TZ é"))
        text = text[:place] + letter + text[place + draw(st.integers(0, 1)) :]
    return text


@given(st.lists(almost(), max_size=6), st.sampled_from([None, PARIS, ZoneInfo("Asia/Kathmandu")]))
def test_law_a_column_of_texts_is_what_micros_says_of_each(texts: list[str], zone: ZoneInfo | None) -> None:
    assert read(list(texts), zone) == [said(text, zone) for text in texts]


def test_more_texts_than_are_read_at_a_time() -> None:
    texts = [f"2026-03-02T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z" for n in range(86_400)]
    start = micros(texts[0])
    assert read(list(texts)) == [start + n * SECOND for n in range(86_400)]


class TestWallClocks:
    def test_a_skipped_time_moves_forward_by_the_gap(self) -> None:
        assert read(["2026-03-29T02:30:00"], PARIS) == [micros("2026-03-29T03:30:00+02:00")]

    def test_of_a_time_that_occurs_twice_the_first_counts(self) -> None:
        assert read(["2026-10-25 02:30:00"], PARIS) == [micros("2026-10-25T02:30:00+02:00")]

    def test_other_forms_and_a_datetime_follow_the_same_rules(self) -> None:
        twice, skipped = micros("2026-10-25T02:30:00+02:00"), micros("2026-03-29T03:30:00+02:00")
        assert read(["20261025T0230", "20260329T0230"], PARIS) == [twice, skipped]
        assert micros(localised(datetime(2026, 10, 25, 2, 30), PARIS)) == twice
        assert micros(localised(datetime(2026, 10, 25, 2, 30, fold=1), PARIS)) == twice
        aware = datetime(2026, 10, 25, 2, 30, tzinfo=UTC)
        assert localised(aware, PARIS) is aware
        assert localised(None, PARIS) is None

    def test_a_text_with_an_offset_keeps_it(self) -> None:
        assert read(["2026-03-02T14:00:00Z", "2026-03-02T14:00:00"], PARIS) == [
            micros("2026-03-02T14:00:00Z"),
            micros("2026-03-02T14:00:00+01:00"),
        ]

    @given(st.lists(st.datetimes(), max_size=4), st.sampled_from(sorted(available_timezones() - {"localtime"})))
    @example([datetime.min, datetime.max], "Asia/Tokyo")
    @example([datetime.min, datetime.max], "America/New_York")
    def test_law_a_column_without_a_zone_is_what_zoneinfo_says(self, walls: list[datetime], name: str) -> None:
        zone = ZoneInfo(name)
        column = pl.Series("time", walls, pl.Datetime("us"))
        expected = []
        for wall in walls:
            at = (wall - datetime(1970, 1, 1) - wall.replace(tzinfo=zone).utcoffset()) // timedelta(microseconds=1)
            expected.append(at if FIRST <= at <= LAST else None)
        assert instants_of(column, zone).to_list() == expected

    @pytest.mark.parametrize("name", ["Europe/Paris", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"])
    def test_every_minute_around_each_change_of_a_year(self, name: str) -> None:
        zone = ZoneInfo(name)
        start = micros("2026-01-01T00:00:00Z")
        hours = np.arange(start, start + 365 * 24 * HOUR, HOUR)
        offsets = [wall_clock(int(hour)).replace(tzinfo=zone).utcoffset() for hour in hours]
        changes = [hour for hour, a, b in zip(hours, offsets, offsets[1:], strict=False) if a != b]
        assert len(changes) == (0 if name == "Asia/Kathmandu" else 2)
        for change in changes:
            walls = np.arange(change - 2 * HOUR, change + 3 * HOUR, 60 * SECOND, dtype=np.int64)
            expected = [micros(wall_clock(wall).replace(tzinfo=zone)) for wall in walls.tolist()]
            assert instants_of_walls(walls, zone).tolist() == expected

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("Europe/Pariss", "timezone: `Europe/Pariss` is not a time zone .*, did you mean `Europe/Paris`?"),
            ("localtime", "`localtime` is not a time zone"),
            (3, "`3` is not a time zone"),
        ],
    )
    def test_an_unknown_zone_is_refused(self, name: object, message: str) -> None:
        with pytest.raises(InputError, match=message):
            zone_of(name)  # type: ignore[arg-type]


class TestTypedColumns:
    @pytest.mark.parametrize(
        ("unit", "value", "at"),
        [
            ("us", 7, 7),
            ("ns", 1_999, 1),
            ("ns", -1, -1),
            ("ms", 3, 3_000),
            ("ms", LAST // 1_000, LAST // 1_000 * 1_000),
            ("ms", LAST // 1_000 + 1, None),
            ("ms", 2**62, None),
            ("ms", FIRST // 1_000, FIRST),
            ("ms", FIRST // 1_000 - 1, None),
            ("us", LAST, LAST),
            ("us", LAST + 1, None),
            ("us", FIRST - 1, None),
        ],
    )
    def test_any_unit_is_cut_to_microseconds_of_the_years_there_are(self, unit: str, value: int, at: int) -> None:
        column = pl.Series([value, None, 0]).cast(pl.Datetime(unit, "UTC"))  # type: ignore[arg-type]
        assert instants_of(column, None).to_list() == [at, None, 0]

    def test_any_zone_is_the_same_instant(self) -> None:
        column = pl.Series([datetime(2026, 3, 2, 14, tzinfo=UTC)]).dt.convert_time_zone("Asia/Tokyo")
        assert instants_of(column, PARIS).to_list() == [micros("2026-03-02T14:00:00Z")]
