"""Values as a file writes them and as they are read: durations, shares, YAML 1.2, exact numbers."""

from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic_core import PydanticCustomError

import sla_rules as sla
from sla_rules.instants import HOUR, MINUTE, SECOND
from sla_rules.language.base import read_duration, read_percent
from sla_rules.language.objectives import Objective
from sla_rules.language.reading import read_yaml
from tests.conftest import agreement

EVENTS = {"opened": {"weight": {"kind": "decimal"}, "answer": {"kind": "text"}}, "stopped": {}}


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30 min", 30 * MINUTE),
        ("30min", 30 * MINUTE),
        (" 30 min ", 30 * MINUTE),
        ("1 h 30 min", 90 * MINUTE),
        ("1h30min", 90 * MINUTE),
        ("1.5 h", 90 * MINUTE),
        ("0.5 ms", 500),
        ("0.1 s", 100_000),
        ("60 s", MINUTE),
        ("1 µs", 1),
        ("1 us", 1),
        ("90 seconds", 90 * SECOND),
        ("2 hours 1 minute", 121 * MINUTE),
        ("24 h", 24 * HOUR),
        ("0 min", 0),
        ("PT1H30M", 90 * MINUTE),
        ("PT30M", 30 * MINUTE),
        ("PT0.5S", 500_000),
        ("PT36H", 36 * HOUR),
    ],
)
def test_durations(text, length):
    assert read_duration(text) == length
    assert isinstance(read_duration(text), int)


@pytest.mark.parametrize(
    "value", ["1 day", "P2D", "P12M4M", "30", 30, 30.0, True, "1 fortnight", "0.1 µs", "", None, [], {}]
)
def test_no_durations(value):
    with pytest.raises(PydanticCustomError):
        read_duration(value)


@pytest.mark.parametrize(
    ("text", "share"),
    [("95 %", Fraction(19, 20)), ("99.5%", Fraction(199, 200)), ("0 %", Fraction(0)), ("100 %", Fraction(1))],
)
def test_shares_are_exact_fractions(text, share):
    assert read_percent(text) == share


@pytest.mark.parametrize("value", ["95", 95, 0.95, "100.001 %", "101 %", "-1 %", "%", "", None, "1e1 %"])
def test_no_shares(value):
    with pytest.raises(PydanticCustomError):
        read_percent(value)


@pytest.mark.parametrize(
    ("stated", "met", "breached", "kept"),
    [
        ({"at_least": "80 %"}, 4, 1, True),
        ({"at_least": "80 %"}, 79, 21, False),
        ({"at_least": "80 %"}, 0, 0, True),
        ({"breached_less_than": "3 %"}, 97, 3, False),
        ({"breached_less_than": "3 %"}, 98, 2, True),
        ({"breached_less_than": "0 %"}, 0, 0, True),
        ({"breached_at_most": "1 %"}, 99, 1, True),
        ({"breached_at_most": "1 %"}, 98, 2, False),
        ({"at_least": "33.333333333333 %"}, 1, 2, True),
        ({"at_least": "33.333333333334 %"}, 1, 2, False),
    ],
)
def test_objectives_are_compared_as_integers(stated, met, breached, kept):
    objective = Objective.model_validate({**stated, "per": "month"})
    assert objective.kept(met, breached) is kept


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("Yes", "Yes"),
        ("off", "off"),
        ("y", "y"),
        ("10:00", "10:00"),
        ("22:30:15", "22:30:15"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("1_000", "1_000"),
        ("_", "_"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-12", -12),
        ("+12", 12),
        ("012", 12),
        ("0o14", 12),
        ("0xC", 12),
        ("1.5", Decimal("1.5")),
        ("0.1", Decimal("0.1")),
        ("1e3", Decimal("1e3")),
        ('"12"', "12"),
        ("'true'", "true"),
        ("! 12", "12"),
    ],
)
def test_yaml_1_2(text, value):
    read = read_yaml(f"key: {text}\n", "a.yaml")[0]["key"]
    assert read == value
    assert type(read) is type(value)


def test_a_number_in_a_file_is_exact(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(
        "agreement: a\nclauses: [{id: c}]\nevents: {opened: {weight: {kind: decimal}}}\n"
        "policies: [{id: p, clause: c, kind: never, violated_by: {type: opened, where: {weight: {gt: 0.1}}}}]\n"
    )
    where = sla.load(file).policies["p"].violated_by[0].where
    assert not where.holds({"weight": Decimal("0.1")})
    assert where.holds({"weight": Decimal("0.1") + Decimal("1e-20")})


def test_a_float_in_a_mapping_becomes_the_decimal_that_it_shows():
    policy = {"start": "opened", "stop": "stopped", "limit": "1 h", "applies": {"weight": 0.1}}
    condition = agreement(policy, events=EVENTS).policies["p"].applies
    assert condition.holds({"weight": Decimal("0.1")})
    assert not condition.holds({"weight": Decimal.from_float(0.1)})


def test_words_of_yaml_1_1_are_text():
    policy = {"start": "opened", "stop": "stopped", "limit": "1 h", "applies": {"answer": {"in": ["no", "10:00"]}}}
    condition = agreement(policy, events=EVENTS).policies["p"].applies
    assert condition.holds({"answer": "no"})
    assert condition.holds({"answer": "10:00"})


def test_values_of_conditions_are_read_as_their_fields_are():
    events = {"opened": {"due": {"kind": "instant"}, "weight": {"kind": "decimal"}}, "stopped": {}}
    policy = {
        "start": "opened",
        "stop": "stopped",
        "limit": "1 h",
        "applies": {"not": {"due": {"lt": "1970-01-01T00:00:01Z"}}, "all": [{"weight": {"in": [1, 2.5]}}]},
    }
    condition = agreement(policy, events=events).policies["p"].applies
    assert condition.holds({"due": SECOND, "weight": Decimal(1)})
    assert not condition.holds({"due": SECOND - 1, "weight": Decimal(1)})
    assert not condition.holds({"due": SECOND, "weight": Decimal(2)})


def test_values_of_conditions_of_windows_are_read_too():
    where = {"due": {"ge": "1970-01-01T00:00:01Z"}}
    windows = {"frozen": {"from": {"type": "opened", "where": where}, "to": "stopped"}}
    events = {"opened": {"due": {"kind": "instant"}}, "stopped": {}}
    policy = {"start": "opened", "stop": "stopped", "limit": "1 h"}
    source = agreement(policy, events=events, windows=windows).windows["frozen"]
    assert source.from_[0].where.holds({"due": SECOND})
    assert not source.from_[0].where.holds({"due": SECOND - 1})


def test_holidays_have_names_or_none(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("agreement: a\ncalendars: {office: {holidays: {dates: {2026-05-15: Bridge, 2026-05-16: }}}}\n")
    document = sla.load(file).document
    assert list(document.calendars["office"].holidays.dates.values()) == ["Bridge", ""]
