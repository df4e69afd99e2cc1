"""Events and windows: what is refused, when two are equal, the one order, duplicates."""

from datetime import UTC, date, datetime
from random import Random

import pendulum
import pytest

import sla_rules as sla
from sla_rules.events import in_order, without_duplicates
from sla_rules.instants import HOUR, SECOND

TIME = "1970-01-01T01:00:00Z"


def event(**changes: object) -> sla.Event:
    return sla.Event(**{"id": "1", "type": "opened", "subject": "S", "time": TIME, **changes})


class TestEvent:
    def test_parts(self):
        made = event(data={"a": 1}, place="e.jsonl:3")
        assert (made.id, made.type, made.subject, made.at) == ("1", "opened", "S", HOUR)
        assert (made.data, made.place) == ({"a": 1}, "e.jsonl:3")
        assert isinstance(made.time, pendulum.DateTime)
        assert made.time.isoformat() == "1970-01-01T01:00:00+00:00"

    def test_defaults(self):
        made = sla.Event(type="opened", subject="S", time=TIME)
        assert (made.id, made.data, made.place) == (None, {}, "")

    def test_name(self):
        assert event().name == "1"
        assert event(id=None).name == "opened@1970-01-01T01:00:00+00:00"

    @pytest.mark.parametrize(
        "time",
        ["2026-03-02T14:00:00", datetime(2026, 3, 2, 14), pendulum.naive(2026, 3, 2, 14)],
        ids=["text", "datetime", "p"],
    )
    def test_naive_time(self, time):
        with pytest.raises(sla.InputError, match=r"^event `1`: time `2026-03-02T14:00:00` has no offset or zone"):
            event(time=time)

    @pytest.mark.parametrize("time", ["now", "2026-03-02", "14:00:00Z", "", None, 0, 1.5, date(2026, 3, 2), []])
    def test_no_time(self, time):
        with pytest.raises(sla.InputError, match=r"^event `1`: time `.*` is not an instant such as"):
            event(time=time)

    @pytest.mark.parametrize("name", ["type", "subject"])
    @pytest.mark.parametrize("value", [None, "", 5, b"x", ["x"]])
    def test_parts_that_must_be_text(self, name, value):
        with pytest.raises(sla.InputError, match=rf"^event `1`: {name} must be text, found `"):
            event(**{name: value})

    @pytest.mark.parametrize("id", ["", 5, True])
    def test_id_that_is_no_text(self, id):
        with pytest.raises(sla.InputError, match=r"^event: id must be text, found `"):
            event(id=id)

    @pytest.mark.parametrize("data", ["x", [("a", 1)], 5])
    def test_data_that_is_no_mapping(self, data):
        with pytest.raises(sla.InputError, match=r"^event `1`: data must be a mapping, found `"):
            event(data=data)

    def test_the_place_comes_first(self):
        with pytest.raises(sla.InputError, match=r"^e\.csv:12: event `1`: time `now` is not"):
            event(time="now", place="e.csv:12")
        with pytest.raises(sla.InputError, match=r"^e\.csv:12: event: time `now` is not"):
            event(id=None, time="now", place="e.csv:12")

    def test_long_input_is_cut(self):
        with pytest.raises(sla.InputError) as caught:
            event(time="x" * 10_000)
        assert len(str(caught.value)) < 300

    def test_input_errors_are_value_errors_of_the_family(self):
        with pytest.raises(sla.SlaError):
            event(time="now")
        with pytest.raises(ValueError, match="now"):
            event(time="now")

    def test_nothing_in_it_changes(self):
        made = event()
        with pytest.raises(AttributeError):
            made.type = "other"

    def test_its_data_is_its_own(self):
        data = {"a": 1}
        made = event(data=data)
        data["a"] = 2
        assert made.data == {"a": 1}


class TestEquality:
    def test_the_place_does_not_matter(self):
        assert event(place="a") == event(place="b")
        assert hash(event(place="a")) == hash(event(place="b"))

    def test_the_way_the_instant_is_written_does_not_matter(self):
        assert event(time="1970-01-01T02:00:00+01:00") == event()
        assert event(time=datetime(1970, 1, 1, 1, tzinfo=UTC)) == event()

    @pytest.mark.parametrize(
        "change",
        [
            {"id": "2"},
            {"id": None},
            {"type": "x"},
            {"subject": "T"},
            {"time": "1970-01-01T01:00:01Z"},
            {"data": {"a": 1}},
        ],
    )
    def test_everything_else_does(self, change):
        assert event(**change) != event()

    def test_something_else_is_never_equal(self):
        assert event() != "1"


class TestOrder:
    def test_time_then_id_as_text_then_the_rest(self):
        expected = [
            event(id="z", time="1970-01-01T00:00:00Z"),
            event(id="10"),
            event(id="9"),
            event(id="a"),
            event(id=None, type="closed", subject="Z"),
            event(id=None, type="opened", subject="A", data={"a": 2}),
            event(id=None, type="opened", subject="S", data={"a": 1}),
            event(id=None, type="opened", subject="S", data={"a": 2}),
            event(id="0", time="1970-01-01T01:00:01Z"),
        ]
        shuffled = list(expected)
        for seed in range(20):
            Random(seed).shuffle(shuffled)
            assert in_order(shuffled) == expected

    def test_the_order_of_keys_does_not_matter(self):
        one, other = event(id=None, data={"a": 1, "b": 2}), event(id=None, data={"b": 2, "a": 1, "c": 0})
        assert in_order([one, other]) == in_order([other, one])

    def test_any_iterable(self):
        assert in_order(iter([event()])) == [event()]
        assert in_order([]) == []

    def test_something_that_is_no_event(self):
        with pytest.raises(sla.InputError, match=r"`\{'id': '1'\}` is not an Event"):
            in_order([event(), {"id": "1"}])


class TestDuplicates:
    def test_identical_ones_are_dropped_and_counted(self):
        kept, findings = without_duplicates([event(), event(place="again"), event(place="and again"), event(id="2")])
        assert [each.id for each in kept] == ["1", "2"]
        (finding,) = findings
        assert (finding.kind, finding.count, finding.event) == ("duplicate", 2, "1")
        assert finding.message == "2 repeated events dropped, the first is `1`"

    def test_conflicting_ids_are_findings_and_the_first_in_order_is_kept(self):
        events = in_order([event(data={"a": 2}, place="late"), event(data={"a": 1})])
        kept, findings = without_duplicates(events)
        assert [each.data for each in kept] == [{"a": 1}]
        (finding,) = findings
        assert (finding.kind, finding.event, finding.subject, finding.place) == ("conflicting_id", "1", "S", "late")
        assert finding.message == "id `1` stands for two different events; the first in order is kept"

    def test_conflict_across_instants(self):
        events = in_order([event(time="1970-01-01T02:00:00Z"), event()])
        kept, (finding,) = without_duplicates(events)
        assert [each.at for each in kept] == [HOUR]
        assert finding.kind == "conflicting_id"

    def test_identical_rows_without_ids_are_kept(self):
        kept, findings = without_duplicates([event(id=None), event(id=None)])
        assert len(kept) == 2
        assert findings == []


class TestWindow:
    def test_parts(self):
        window = sla.Window(kind="maintenance", start=TIME, end="1970-01-01T02:00:00Z", scope="video", id="w")
        assert (window.kind, window.start_at, window.end_at, window.scope, window.id) == (
            "maintenance", HOUR, 2 * HOUR, "video", "w",
        )  # fmt: skip
        assert window.start.isoformat() == "1970-01-01T01:00:00+00:00"
        assert window.end.isoformat() == "1970-01-01T02:00:00+00:00"

    def test_open(self):
        window = sla.Window(kind="force_majeure", start=TIME)
        assert (window.end_at, window.end, window.scope) == (None, None, None)

    def test_empty(self):
        assert sla.Window(kind="m", start=TIME, end=TIME).end_at == HOUR

    def test_backwards(self):
        with pytest.raises(sla.InputError, match=r"^window `m` ends before it starts$"):
            sla.Window(kind="m", start=TIME, end="1970-01-01T00:59:59Z")
        with pytest.raises(sla.InputError, match=r"^window `w7` ends before it starts$"):
            sla.Window(kind="m", id="w7", start=TIME, end="1970-01-01T00:59:59Z")

    @pytest.mark.parametrize("kind", [None, "", 5])
    def test_kind(self, kind):
        with pytest.raises(sla.InputError, match=r"^window: kind must be text, found `"):
            sla.Window(kind=kind, start=TIME)

    @pytest.mark.parametrize("name", ["scope", "id"])
    def test_scope_and_id(self, name):
        with pytest.raises(sla.InputError, match=f"must be text, found `{5}`"):
            sla.Window(kind="m", start=TIME, **{name: 5})

    @pytest.mark.parametrize("name", ["start", "end"])
    @pytest.mark.parametrize("value", ["2026-03-02T14:00:00", "now", "2026-03-02", 5, datetime(2026, 3, 2)])
    def test_instants(self, name, value):
        with pytest.raises(sla.InputError, match=r"^window `m`: `"):
            sla.Window(**{"kind": "m", "start": TIME, name: value})

    def test_without_a_start(self):
        with pytest.raises(sla.InputError, match=r"^window `m`: `None` is not an instant"):
            sla.Window(kind="m", start=None)


def test_an_event_at_the_microsecond():
    assert event(time="1970-01-01T00:00:01.000001Z").at == SECOND + 1
