import contextlib
import re
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.adapters import vevents
from sla_rules.adapters.icalendar import holidays_of, windows_of_ical
from tests.adapters.icalendars import SAMPLE, calendar, event, zone
from tests.conftest import agreement

PARIS = ZoneInfo("Europe/Paris")
HOUR = ("DTSTART:20260302T100000Z", "DTEND:20260302T110000Z")
SPANS = list[tuple[str, str]]


def spans(text: str, **asked: object) -> SPANS:
    """The windows of a file as pairs of short text in UTC."""
    return [(short(w.start), short(w.end)) for w in windows_of_ical(text, **asked)]


def short(at: datetime | None) -> str:
    assert at is not None
    return at.astimezone(UTC).strftime("%m-%d %H:%M")


def ids(text: str, **asked: object) -> list[str | None]:
    return [window.id for window in windows_of_ical(text, **asked)]


# What an event says


def test_an_event_is_a_half_open_window():
    (window,) = windows_of_ical(calendar(event(*HOUR)), "freeze", scope="video")
    assert window == sla.Window(
        kind="freeze", start="2026-03-02T10:00:00Z", end="2026-03-02T11:00:00Z", scope="video", id="a"
    )


def test_a_file_and_its_text_say_the_same(tmp_path):
    file = tmp_path / "changes.ics"
    file.write_bytes(b"\xef\xbb\xbf" + SAMPLE.replace("\n", "\r\n").encode())
    asked = {"end": "2027-01-01T00:00:00Z", "timezone": "Europe/Berlin"}
    assert windows_of_ical(file, **asked) == windows_of_ical(str(file), **asked) == windows_of_ical(SAMPLE, **asked)


def test_the_sample():
    found = windows_of_ical(SAMPLE, end="2026-07-15T00:00:00Z", timezone="Europe/Berlin", scope_from="CATEGORIES")
    video = [window for window in found if window.scope == "video"]
    # 20 of the rule, 2 excepted, 1 besides, 1 moved and without categories.
    assert len(video) == 20 - 2 + 1 - 1
    assert [each.id for each in found if each.scope is None] == ["backup/2026-03-11T21:00:00Z", "inventory/2026-07-01"]
    assert not any(each.id and each.id.startswith("off") for each in found)


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        (("DTSTART;TZID=Europe/Paris:20260702T100000", "DURATION:PT90M"), ("07-02 08:00", "07-02 09:30")),
        (
            ("DTSTART;TZID=W. Europe Standard Time:20260702T100000", "DURATION:PT1H"),
            ("07-02 08:00", "07-02 09:00"),
        ),
        (
            ("DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Paris:20260702T100000", "DURATION:PT1H"),
            ("07-02 08:00", "07-02 09:00"),
        ),
        (("DTSTART;TZID=Europe/Paris:20260328T220000", "DTEND:20260329T040000Z"), ("03-28 21:00", "03-29 04:00")),
        (("DTSTART;TZID=Europe/Paris:20260328T220000", "DURATION:PT8H"), ("03-28 21:00", "03-29 05:00")),
        (("DTSTART;TZID=Europe/Paris:20260328T220000", "DURATION:P1D"), ("03-28 21:00", "03-29 20:00")),
        (("DTSTART;TZID=Europe/Paris:20260329T023000", "DTEND:20260329T050000Z"), ("03-29 01:30", "03-29 05:00")),
        (("DTSTART;TZID=Europe/Paris:20261025T023000", "DTEND:20261025T050000Z"), ("10-25 00:30", "10-25 05:00")),
    ],
    ids=["duration", "windows", "global", "two zones", "real hours", "whole day", "skipped", "twice"],
)
def test_zones_and_durations(lines, span):
    assert spans(calendar(event(*lines))) == [span]


def test_the_clock_of_two_zones_is_that_of_the_start_in_every_recurrence():
    lines = ("DTSTART;TZID=Europe/Paris:20260328T220000", "DTEND:20260329T040000Z", "RRULE:FREQ=DAILY;COUNT=2")
    assert spans(calendar(event(*lines))) == [("03-28 21:00", "03-29 04:00"), ("03-29 20:00", "03-30 04:00")]


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        (("DTSTART;VALUE=DATE:20260329",), ("03-28 23:00", "03-29 22:00")),
        (("DTSTART;VALUE=DATE:20260329", "DTEND;VALUE=DATE:20260331"), ("03-28 23:00", "03-30 22:00")),
        (("DTSTART;VALUE=DATE:20260329", "DURATION:P2D"), ("03-28 23:00", "03-30 22:00")),
    ],
)
def test_whole_days_are_those_of_the_zone(lines, span):
    text = calendar(event(*lines))
    assert spans(text, timezone="Europe/Paris") == spans(text, day_zone="Europe/Paris") == [span]
    assert spans(calendar(event(*lines), head="X-WR-TIMEZONE:Europe/Paris"), day_zone="Asia/Tokyo") == [span]


def test_times_without_a_zone():
    text = calendar(event("DTSTART:20260702T100000", "DTEND:20260702T110000", "RRULE:FREQ=DAILY;UNTIL=20260703T100000"))
    found = [("07-02 08:00", "07-02 09:00"), ("07-03 08:00", "07-03 09:00")]
    assert spans(text, timezone="Europe/Paris") == found
    assert spans(text.replace("VERSION:2.0", "X-WR-TIMEZONE:Europe/Paris")) == found
    with pytest.raises(sla.InputError, match=r"event `a`: `2026-07-02T10:00:00` has no zone; name it with `timezone=`"):
        spans(text, day_zone="Europe/Paris")


def test_a_window_that_the_change_of_the_clock_skips():
    lines = ("DTSTART;TZID=Europe/Paris:20260322T020000", "DTEND;TZID=Europe/Paris:20260322T030000")
    text = calendar(event(*lines, "RRULE:FREQ=WEEKLY;COUNT=3"))
    assert spans(text) == [("03-22 01:00", "03-22 02:00"), ("04-05 00:00", "04-05 01:00")]


def test_a_bound_in_the_hour_that_a_change_of_the_clock_adds():
    lines = ("DTSTART;TZID=Europe/Paris:20260328T220000", "DURATION:PT8H", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert len(spans(calendar(event(*lines)), start="2026-03-29T04:59:59Z")) == 2
    assert len(spans(calendar(event(*lines)), start="2026-03-29T05:00:00Z")) == 1


def test_a_zone_that_the_file_defines():
    here, there = (
        calendar(event("DTSTART;TZID=Plant:20260302T100000", "DURATION:PT1H"), head=zone("Plant", offset))
        for offset in ("+0300", "-0800")
    )
    icalendar.Calendar.from_ical(calendar(head=zone("Plant", "+0700")))
    # One after the other: what a file defines is forgotten with it.
    assert [spans(text) for text in (here, there, here)] == [
        [("03-02 07:00", "03-02 08:00")],
        [("03-02 18:00", "03-02 19:00")],
        [("03-02 07:00", "03-02 08:00")],
    ]
    with pytest.raises(sla.InputError, match="unknown zone `Plant`"):
        spans(calendar(event("DTSTART;TZID=Plant:20260302T100000", "DURATION:PT1H")))


def test_the_library_keeps_the_zones_that_its_user_chose():
    pytest.importorskip("pytz")
    icalendar.use_pytz()
    try:
        spans(SAMPLE, end="2026-04-01T00:00:00Z", timezone="UTC")
        assert icalendar.timezone.tzp.name == "pytz"
    finally:
        icalendar.use_zoneinfo()


# Recurrences

ZONES = st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
DAYS = st.dates(date(2026, 3, 1), date(2026, 4, 10)) | st.dates(date(2026, 10, 1), date(2026, 11, 5))
CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
LENGTHS = st.integers(1, 24).map(lambda halves: timedelta(minutes=30 * halves))
RULES = st.tuples(st.sampled_from(["DAILY", "WEEKLY"]), st.integers(1, 3), st.integers(1, 30))


def stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%S")


def by_hand(name: str, day: date, clock: time, length: timedelta, rule: tuple[str, int, int]) -> list[tuple[int, int]]:
    """Seconds since 1970 of the windows of a rule, with nothing but wall clocks and `zoneinfo`."""
    frequency, interval, count = rule
    step = timedelta(days=interval * (7 if frequency == "WEEKLY" else 1))
    found = []
    for number in range(count):
        wall = datetime.combine(day, clock) + number * step
        start, end = (int(each.replace(tzinfo=ZoneInfo(name)).timestamp()) for each in (wall, wall + length))
        if start < end:
            found.append((start, end))
    return found


def seconds(text: str, **asked: object) -> list[tuple[int, int]]:
    found = []
    for window in windows_of_ical(text, **asked):
        assert window.end_at is not None
        found.append((window.start_at // 1_000_000, window.end_at // 1_000_000))
    return found


def recurring(name: str, day: date, clock: time, length: timedelta, rule: str, *more: str) -> str:
    wall = datetime.combine(day, clock)
    lines = (f"DTSTART;TZID={name}:{stamp(wall)}", f"DTEND;TZID={name}:{stamp(wall + length)}", f"RRULE:{rule}", *more)
    return calendar(event(*lines))


def steady(name: str, day: date, clock: time, length: timedelta) -> bool:
    """Say whether the first window has a length, which a change of the clock can take from a short one."""
    return bool(by_hand(name, day, clock, length, ("DAILY", 1, 1)))


@given(ZONES, DAYS, CLOCKS, LENGTHS, RULES)
def test_recurrences_keep_the_wall_clock(name, day, clock, length, rule):
    if steady(name, day, clock, length):
        frequency, interval, count = rule
        text = recurring(name, day, clock, length, f"FREQ={frequency};INTERVAL={interval};COUNT={count}")
        assert seconds(text) == by_hand(name, day, clock, length, rule)


@given(ZONES, DAYS, CLOCKS, LENGTHS, RULES)
def test_until_is_the_last_that_counts(name, day, clock, length, rule):
    if not steady(name, day, clock, length):
        return
    frequency, interval, count = rule
    days = (count - 1) * interval * (7 if frequency == "WEEKLY" else 1)
    last = (datetime.combine(day, clock) + timedelta(days=days)).replace(tzinfo=ZoneInfo(name)).astimezone(UTC)
    until = f"FREQ={frequency};INTERVAL={interval};UNTIL="
    assert seconds(recurring(name, day, clock, length, f"{until}{stamp(last)}Z")) == by_hand(
        name, day, clock, length, rule
    )
    if count > 1:
        earlier = by_hand(name, day, clock, length, (frequency, interval, count - 1))
        before = recurring(name, day, clock, length, f"{until}{stamp(last - timedelta(seconds=1))}Z")
        assert seconds(before) == earlier


@given(ZONES, DAYS, CLOCKS, LENGTHS, RULES, st.data())
def test_an_exception_removes_exactly_one(name, day, clock, length, rule, data):
    if not steady(name, day, clock, length):
        return
    frequency, interval, count = rule
    gone = data.draw(st.integers(0, count - 1))
    wall = datetime.combine(day, clock) + timedelta(days=gone * interval * (7 if frequency == "WEEKLY" else 1))
    said = f"FREQ={frequency};INTERVAL={interval};COUNT={count}"
    left = seconds(recurring(name, day, clock, length, said, f"EXDATE;TZID={name}:{stamp(wall)}"))
    every = by_hand(name, day, clock, length, rule)
    start = int(wall.replace(tzinfo=ZoneInfo(name)).timestamp())
    assert left == [span for span in every if span[0] != start]


@given(DAYS, st.integers(0, 40), st.integers(1, 40))
def test_bounds_choose_what_lies_in_them(day, after, length):
    text = recurring("Europe/Paris", date(2026, 3, 10), time(22), timedelta(hours=8), "FREQ=DAILY;COUNT=60")
    start = datetime(day.year, day.month, day.day, after % 24, tzinfo=UTC)
    end = start + timedelta(hours=length)
    low, high = int(start.timestamp()), int(end.timestamp())
    assert seconds(text, start=start, end=end) == [span for span in seconds(text) if span[1] > low and span[0] < high]


def test_without_an_end_there_must_be_bounds():
    text = calendar(event(*HOUR, "RRULE:FREQ=WEEKLY"))
    with pytest.raises(sla.InputError, match=r"event `a`: recurs without end; say with `end=`"):
        spans(text, start="2026-01-01T00:00:00Z")
    assert len(spans(text, end="2026-03-16T10:00:00Z")) == 2
    assert len(spans(text, end="2026-03-16T10:00:01Z")) == 3
    assert spans(text, start="2026-03-02T11:00:00Z", end="2026-03-09T10:00:00Z") == []
    with pytest.raises(sla.InputError, match="end must be after start"):
        spans(text, start="2026-03-02T11:00:00Z", end="2026-03-02T11:00:00Z")
    with pytest.raises(sla.InputError, match="end: `2026-03-02T11:00:00` has no offset"):
        spans(text, end="2026-03-02T11:00:00")


def test_more_than_anybody_means_is_refused(monkeypatch):
    monkeypatch.setattr(vevents, "MOST_OCCURRENCES", 30)
    text = calendar(event(*HOUR, "RRULE:FREQ=DAILY"))
    assert len(spans(text, end="2026-03-31T23:00:00Z")) == 30
    with pytest.raises(sla.InputError, match="more than 30 occurrences"):
        spans(text, end="2100-12-31T23:00:00Z")


def test_a_recurrence_moved_and_one_cancelled():
    text = calendar(
        event(*HOUR, "RRULE:FREQ=DAILY;COUNT=3"),
        event("RECURRENCE-ID:20260303T100000Z", "DTSTART:20260303T200000Z", "DTEND:20260303T203000Z"),
        event("RECURRENCE-ID:20260304T100000Z", "DTSTART:20260304T100000Z", "DURATION:PT1H", "STATUS:CANCELLED"),
    )
    assert spans(text) == [("03-02 10:00", "03-02 11:00"), ("03-03 20:00", "03-03 20:30")]
    assert ids(text) == ["a/2026-03-02T10:00:00Z", "a/2026-03-03T10:00:00Z"]


def test_this_and_the_future_moved():
    moved = event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260303T100000Z", "DTSTART:20260303T200000Z", "DURATION:PT2H")
    text = calendar(event(*HOUR, "RRULE:FREQ=DAILY;COUNT=3"), moved)
    assert spans(text)[1:] == [("03-03 20:00", "03-03 22:00"), ("03-04 20:00", "03-04 22:00")]
    assert len(set(ids(text))) == 3


def test_an_end_so_far_away_that_it_is_none():
    text = calendar(event(*HOUR, "RRULE:FREQ=WEEKLY;UNTIL=99991231T000000Z"))
    with pytest.raises(sla.InputError, match="recurs without end"):
        spans(text)
    assert len(spans(text, end="2026-03-16T00:00:00Z")) == 2
    with pytest.raises(sla.InputError, match="end: `9999-12-31T00:00:00Z` is outside the years 1900 to 2200"):
        spans(text, end="9999-12-31T00:00:00Z")


def test_a_series_cancelled_as_a_whole():
    assert spans(calendar(event(*HOUR, "RRULE:FREQ=DAILY", "STATUS:CANCELLED"))) == []


def test_dates_besides_the_rule():
    text = calendar(event(*HOUR, "RDATE:20260401T100000Z", "RDATE;VALUE=PERIOD:20260402T100000Z/20260402T180000Z"))
    assert spans(text)[1:] == [("04-01 10:00", "04-01 11:00"), ("04-02 10:00", "04-02 18:00")]


def test_the_latest_revision_counts_in_any_order():
    old, new = event(*HOUR), event("DTSTART:20260302T150000Z", "DURATION:PT1H", "SEQUENCE:1")
    assert spans(calendar(old, new)) == spans(calendar(new, old)) == [("03-02 15:00", "03-02 16:00")]


def test_copies_count_once_and_events_without_uid_each():
    assert len(spans(calendar(event(*HOUR, "DTSTAMP:20260101T000000Z"), event(*HOUR, "DTSTAMP:20260102T000000Z")))) == 1
    found = windows_of_ical(
        calendar(event(*HOUR, uid=None), event("DTSTART:20260303T100000Z", "DURATION:PT1H", uid=""))
    )
    assert [window.id for window in found] == [None, None]


# Scopes


@pytest.mark.parametrize(
    ("lines", "name", "scopes"),
    [
        (("LOCATION:video",), "LOCATION", ["video"]),
        (("CATEGORIES:video,audio",), "categories", ["video", "audio"]),
        (("CATEGORIES:video", "CATEGORIES:audio,video"), "CATEGORIES", ["video", "audio"]),
        (("X-SERVICE: video ",), "X-Service", ["video"]),
        (("LOCATION:",), "LOCATION", [None]),
    ],
)
def test_the_scope_that_a_property_names(lines, name, scopes):
    text = calendar(event(*HOUR, *lines), event("DTSTART:20260401T100000Z", "DURATION:PT1H", uid="b"))
    assert [window.scope for window in windows_of_ical(text, scope_from=name)] == [*scopes, None]


def test_a_property_that_no_event_has():
    text = calendar(event(*HOUR, "LOCATION:video"))
    with pytest.raises(sla.InputError, match=r"no event has the property `LOCATON`, did you mean `LOCATION`\?"):
        windows_of_ical(text, scope_from="LOCATON")
    with pytest.raises(sla.InputError, match="not both"):
        windows_of_ical(text, scope="video", scope_from="LOCATION")
    assert windows_of_ical(calendar(), scope_from="LOCATION") == []


# Refusals


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("DTSTART:20260302T100000Z",), "has no length: write when it ends"),
        (("DTSTART:20260302T100000Z", "DTEND:20260302T100000Z"), "has no length"),
        (("DTSTART:20260302T100000Z", "DTEND:20260302T095959Z"), "ends before it starts"),
        (("DTSTART:20260302T100000Z", "DURATION:-PT1H"), "ends before it starts"),
        (("DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260302"), "has no length"),
        (("DTSTART;VALUE=DATE:20260302", "DURATION:PT8H"), "of an event of whole days must be whole days"),
        (("DTSTART;VALUE=DATE:20260302", "DTEND:20260302T100000Z"), "one of DTSTART and DTEND is a date"),
        (("DTSTART:20260302T100000Z", "DTEND:20260302T110000"), "one of DTSTART and DTEND has a zone"),
        (("DTEND:20260302T110000Z",), "DTSTART is missing"),
        ((*HOUR, "DURATION:PT1H"), "both DTEND and DURATION"),
        ((*HOUR, "DTEND:20260302T120000Z"), "DTEND stands there twice"),
        (("DTSTART:tomorrow", "DURATION:PT1H"), "DTSTART cannot be read"),
        ((*HOUR, "EXDATE:yesterday"), "EXDATE cannot be read"),
        ((*HOUR, "no line"), "a line cannot be read"),
        ((*HOUR, "EXRULE:FREQ=DAILY;COUNT=2"), "EXRULE is no longer part"),
        ((*HOUR, "RRULE:FREQ=SECONDLY;COUNT=2"), "FREQ `SECONDLY`: events recur every hour at most"),
        ((*HOUR, "RRULE:COUNT=2"), "FREQ must stand there once, found 0"),
        ((*HOUR, "RRULE:FREQ=DAILY;UNTIL=20260310"), r"UNTIL `2026-03-10` must be a time such as"),
        ((*HOUR, "RRULE:FREQ=DAILY;UNTIL=20260310T100000"), "UNTIL `2026-03-10 10:00:00` must be in UTC"),
        (("DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=DAILY;UNTIL=20260310T100000Z"), "must be a date such as"),
        (("DTSTART;TZID=Europe/Pari:20260302T100000", "DURATION:PT1H"), "did you mean `Europe/Paris`"),
        ((*HOUR, "EXDATE;TZID=Mars:20260302T100000"), "EXDATE: unknown zone `Mars`"),
        (("DTSTART:02260302T100000Z", "DURATION:PT1H"), "outside the years 1900 to 2200"),
    ],
)
def test_events_that_could_be_misunderstood(lines, message):
    with pytest.raises(sla.InputError, match=rf"the calendar: event `a`: .*{message}"):
        spans(calendar(event(*lines)), timezone="Europe/Paris")


def test_an_event_without_uid_is_named_by_its_number():
    with pytest.raises(sla.InputError, match="event 2: DTSTART is missing"):
        spans(calendar(event(*HOUR), event("DTEND:20260302T110000Z", uid=None)))


def test_two_events_that_claim_to_be_one():
    with pytest.raises(sla.InputError, match="two different events of this UID"):
        spans(calendar(event(*HOUR), event("DTSTART:20260302T150000Z", "DURATION:PT1H")))
    moved = [
        event("RECURRENCE-ID:20260303T100000Z", f"DTSTART:20260303T{hour}0000Z", "DURATION:PT1H") for hour in (12, 13)
    ]
    with pytest.raises(sla.InputError, match="of this recurrence `20260303T100000Z`"):
        spans(calendar(event(*HOUR, "RRULE:FREQ=DAILY;COUNT=3"), *moved))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n", "no iCalendar file"),
        (event(*HOUR), "no iCalendar file"),
        (calendar(event(*HOUR))[:-30], "no iCalendar file"),
        (calendar(event(*HOUR)).replace("END:VEVENT\n", ""), "the calendar"),
        (calendar(event(*HOUR).replace("BEGIN:VEVENT", "BEGIN:VEVENTS")), "the calendar"),
        (calendar(head="CALSCALE:HEBREW"), "CALSCALE `HEBREW`"),
        (calendar(event(*HOUR), head="METHOD:CANCEL"), "METHOD `CANCEL`"),
        (calendar(event(*HOUR), head="X-WR-TIMEZONE:Mars"), "X-WR-TIMEZONE: .*`Mars`"),
    ],
)
def test_files_that_are_refused(text, message):
    with pytest.raises(sla.InputError, match=message):
        spans(text)


def test_calendars_of_several_zones():
    text = "".join(calendar(head=f"X-WR-TIMEZONE:{name}") for name in ("Europe/Paris", "Asia/Tokyo"))
    with pytest.raises(sla.InputError, match="Asia/Tokyo, Europe/Paris"):
        spans(text)


def test_files_that_cannot_be_read(tmp_path):
    missing, latin = tmp_path / "missing.ics", tmp_path / "latin.ics"
    latin.write_bytes(SAMPLE.replace("Backup", "Sécurité").encode("latin-1"))
    for path, message in ((missing, "No such file"), (latin, "not UTF-8: byte"), (tmp_path, "cannot be read")):
        with pytest.raises(sla.InputError, match=rf"{re.escape(str(path))}: .*{message}"):
            windows_of_ical(path)
    for wrong in (None, 3, "a\0b"):
        with pytest.raises(sla.InputError):
            windows_of_ical(wrong)  # type: ignore[arg-type]


def test_without_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "recurring_ical_events", None)
    with pytest.raises(sla.SlaError, match=re.escape("`sla-rules[ical]`")):
        windows_of_ical(SAMPLE)


MUTATIONS = st.lists(
    st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 12), st.binary(max_size=6)), min_size=1, max_size=4
)


@settings(max_examples=200)
@given(MUTATIONS)
def test_a_damaged_file_is_read_or_refused(tmp_path_factory, mutations):
    content = bytearray(SAMPLE.encode())
    for place, gone, come in mutations:
        content[place : place + gone] = come
    path: Path = tmp_path_factory.getbasetemp() / "damaged.ics"
    path.write_bytes(content)
    with contextlib.suppress(sla.InputError):
        for window in windows_of_ical(path, end="2027-01-01T00:00:00Z", timezone="Europe/Berlin"):
            assert window.end_at is not None
            assert window.start_at < window.end_at
    with contextlib.suppress(sla.InputError):
        holidays_of(path, years=[2026])


# Holidays


def day(start: str, *lines: str, uid: str = "h") -> str:
    return event(f"DTSTART;VALUE=DATE:{start}", *lines, uid=uid)


def test_holidays_by_day_with_their_names():
    text = calendar(
        day("20251225", "SUMMARY:Noël", "RRULE:FREQ=YEARLY"),
        day("20261224", "SUMMARY:Closing", "DTEND;VALUE=DATE:20261226", uid="i"),
        day("20260105", uid="j"),
    )
    assert holidays_of(text, years=[2026]) == {
        date(2026, 1, 5): "",
        date(2026, 12, 24): "Closing",
        date(2026, 12, 25): "Closing, Noël",
    }
    assert list(holidays_of(text, years=[2025, 2028])) == [date(2025, 12, 25), date(2028, 12, 25)]
    assert holidays_of(text, years=[]) == {}


def test_days_over_new_year():
    text = calendar(day("20251230", "DTEND;VALUE=DATE:20260103"))
    assert len(holidays_of(text)) == 4
    assert list(holidays_of(text, years=range(2026, 2027))) == [date(2026, 1, 1), date(2026, 1, 2)]


def test_holidays_that_are_refused():
    with pytest.raises(sla.InputError, match="event `h`: recurs without end; say with `years=`"):
        holidays_of(calendar(day("20251225", "RRULE:FREQ=YEARLY")))
    with pytest.raises(sla.InputError, match=r"event `a`: is no holiday: .* not whole days"):
        holidays_of(calendar(event(*HOUR)))
    for wrong in ("2026", True, 12):
        with pytest.raises(sla.InputError, match="is no year such as `2026`"):
            holidays_of(calendar(), years=[wrong])  # type: ignore[list-item]


def test_holidays_close_a_calendar_and_are_part_of_an_agreement():
    found = holidays_of(calendar(day("20260302", "SUMMARY:Fair")))
    cal = sla.Calendar(timezone="Europe/Paris", week={"mon-fri": "09:00-17:00"}, holidays=found)
    assert not cal.is_open("2026-03-02T10:00:00Z")
    assert cal.is_open("2026-03-03T10:00:00Z")

    def terms(holidays: object) -> sla.Agreement:
        office = {"week": {"mon-fri": ["09:00-17:00"]}, "holidays": {"dates": holidays}}
        policy = {"start": "opened", "stop": "closed", "limit": "8 h", "calendar": "office"}
        return agreement(policy, events={"opened": {}, "closed": {}}, calendars={"office": office})

    closed = terms(found)
    assert not closed.calendars["office"].is_open("2026-03-02T10:00:00Z")
    assert closed.hash != terms({}).hash
    assert sla.load(closed.raw).hash == closed.hash
