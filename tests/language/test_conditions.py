"""Conditions: what each operator means of a field that is there, missing, null, or compared with another field."""

from decimal import Decimal

import pytest

from sla_rules.language.conditions import Condition, fields_of


def holds(condition: dict, **values: object) -> bool:
    return Condition.model_validate(condition).holds(values)


@pytest.mark.parametrize(
    ("test", "five", "seven", "nine"),
    [
        (7, False, True, False),
        ({"eq": 7}, False, True, False),
        ({"ne": 7}, True, False, True),
        ({"lt": 7}, True, False, False),
        ({"le": 7}, True, True, False),
        ({"gt": 7}, False, False, True),
        ({"ge": 7}, False, True, True),
        ({"in": [5, 7]}, True, True, False),
        ({"not_in": [5, 7]}, False, False, True),
        ({"exists": True}, True, True, True),
        ({"exists": False}, False, False, False),
        ({"gt": 5, "lt": 9}, False, True, False),
        ({"ge": 5, "ne": 7}, True, False, True),
    ],
)
def test_operators_on_a_value(test, five, seven, nine):
    assert [holds({"n": test}, n=n) for n in (5, 7, 9)] == [five, seven, nine]


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (7, False),
        ({"eq": 7}, False),
        ({"ne": 7}, True),
        ({"lt": 7}, False),
        ({"le": 7}, False),
        ({"gt": 7}, False),
        ({"ge": 7}, False),
        ({"in": [5, 7]}, False),
        ({"in": []}, False),
        ({"not_in": [5, 7]}, True),
        ({"not_in": []}, True),
        ({"exists": True}, False),
        ({"exists": False}, True),
        ({"any_item": {"a": 1}}, False),
        ({"any_item": {"a": {"exists": False}}}, False),
        ({"field": "other"}, False),
        ({"eq": {"field": "other"}}, False),
        ({"ne": {"field": "other"}}, True),
        ({"lt": {"field": "other"}}, False),
        ({"in": [{"field": "other"}]}, False),
        ({"not_in": [{"field": "other"}]}, True),
    ],
)
def test_operators_on_a_missing_field(test, expected):
    assert holds({"n": test}, other=7) is expected
    assert holds({"n": test}, other=7, n=None) is expected
    assert holds({"n": test}) is expected
    assert holds({"n": test}, other=None, n=None) is expected


@pytest.mark.parametrize(
    ("op", "less", "same", "more", "missing"),
    [
        ("eq", False, True, False, False),
        ("ne", True, False, True, True),
        ("lt", True, False, False, False),
        ("le", True, True, False, False),
        ("gt", False, False, True, False),
        ("ge", False, True, True, False),
    ],
)
def test_operators_against_another_field(op, less, same, more, missing):
    condition = {"n": {op: {"field": "other"}}}
    assert [holds(condition, n=n, other=7) for n in (5, 7, 9)] == [less, same, more]
    assert holds(condition, n=7) is missing
    assert holds(condition, n=7, other=None) is missing


def test_a_bare_reference_is_an_equality():
    assert holds({"n": {"field": "other"}}, n=7, other=7)
    assert not holds({"n": {"field": "other"}}, n=7, other=8)


@pytest.mark.parametrize(("op", "among"), [("in", True), ("not_in", False)])
def test_in_with_references(op, among):
    condition = {"n": {op: [1, {"field": "a"}, {"field": "b"}]}}
    assert holds(condition, n=1) is among
    assert holds(condition, n=2, a=2) is among
    assert holds(condition, n=3, a=2, b=3) is among
    assert holds(condition, n=4, a=2, b=3) is not among
    assert holds(condition, n=4) is not among
    assert holds(condition, n=None, a=None) is not among


@pytest.mark.parametrize(
    ("value", "other"),
    [(True, 1), (False, 0), (1, True), (0, False), (Decimal(1), True), ("1", 1), ("true", True), ("", False)],
)
def test_values_of_different_kinds_are_different(value, other):
    assert not holds({"x": {"eq": other}}, x=value)
    assert not holds({"x": other}, x=value)
    assert not holds({"x": {"in": [other]}}, x=value)
    assert holds({"x": {"ne": other}}, x=value)
    assert holds({"x": {"not_in": [other]}}, x=value)
    assert not holds({"x": {"field": "y"}}, x=value, y=other)


@pytest.mark.parametrize(
    ("value", "other"), [(1, Decimal("1.0")), (Decimal("2.50"), Decimal("2.5")), (True, True), ("a", "a")]
)
def test_values_that_are_equal(value, other):
    assert holds({"x": {"eq": other}}, x=value)
    assert not holds({"x": {"ne": other}}, x=value)


def test_numbers_are_exact():
    assert holds({"x": {"le": Decimal("0.3")}}, x=Decimal("0.1") + Decimal("0.2"))
    assert not holds({"x": {"lt": Decimal("0.3")}}, x=Decimal("0.3"))


def test_every_line_must_hold():
    condition = {"a": 1, "b": {"gt": 2}}
    assert holds(condition, a=1, b=3)
    assert not holds(condition, a=1, b=2)
    assert not holds(condition, a=2, b=3)


def test_nothing_said_holds():
    assert holds({})
    assert holds({}, a=1)


@pytest.mark.parametrize(
    ("a", "b", "all_", "any_", "not_"),
    [(1, 1, True, True, False), (1, 0, False, True, True), (0, 1, False, True, True), (0, 0, False, False, True)],
)
def test_all_any_not(a, b, all_, any_, not_):
    parts = [{"a": 1}, {"b": 1}]
    assert holds({"all": parts}, a=a, b=b) is all_
    assert holds({"any": parts}, a=a, b=b) is any_
    assert holds({"not": {"a": 1, "b": 1}}, a=a, b=b) is not_


def test_all_and_any_of_nothing():
    assert holds({"all": []})
    assert not holds({"any": []})
    assert not holds({"not": {}})


def test_groups_and_fields_stand_side_by_side():
    condition = {"a": 1, "any": [{"b": 1}, {"c": 1}], "not": {"d": 1}, "all": [{"e": {"exists": True}}]}
    assert holds(condition, a=1, c=1, e=0)
    assert not holds(condition, a=2, c=1, e=0)
    assert not holds(condition, a=1, e=0)
    assert not holds(condition, a=1, c=1, e=0, d=1)
    assert not holds(condition, a=1, c=1)


def test_nesting():
    condition = {"not": {"any": [{"a": 1}, {"all": [{"b": 1}, {"not": {"c": 1}}]}]}}
    assert holds(condition, b=1, c=1)
    assert not holds(condition, b=1)
    assert not holds(condition, a=1, b=1, c=1)
    assert holds(condition)


def test_not_of_a_missing_field():
    assert holds({"not": {"n": {"gt": 5}}})
    assert not holds({"not": {"n": {"ne": 5}}})


class TestAnyItem:
    def test_some_item(self):
        condition = {"lines": {"any_item": {"kind": "fee", "amount": {"gt": 10}}}}
        assert holds(condition, lines=[{"kind": "fee", "amount": 5}, {"kind": "fee", "amount": 11}])
        assert not holds(condition, lines=[{"kind": "fee", "amount": 5}, {"kind": "tax", "amount": 11}])
        assert not holds(condition, lines=[])

    def test_the_condition_reads_the_item_alone(self):
        assert not holds({"lines": {"any_item": {"a": 1}}}, lines=[{"b": 2}], a=1)
        assert holds({"lines": {"any_item": {"a": {"field": "b"}}}}, lines=[{"a": 1, "b": 2}, {"a": 3, "b": 3}])

    def test_no_list_and_items_that_are_no_records(self):
        assert not holds({"lines": {"any_item": {"a": 1}}}, lines={"a": 1})
        assert not holds({"lines": {"any_item": {"a": {"exists": False}}}}, lines=["a", 1, None])

    def test_lists_within_lists(self):
        condition = {"lines": {"any_item": {"parts": {"any_item": {"n": 2}}}}}
        assert holds(condition, lines=[{"parts": [{"n": 1}]}, {"parts": [{"n": 2}]}])

    def test_floats_of_items_are_the_numbers_that_they_show(self):
        assert holds({"lines": {"any_item": {"a": Decimal("0.1")}}}, lines=[{"a": 0.1}])
        assert not holds({"lines": {"any_item": {"a": {"gt": Decimal("0.1")}}}}, lines=[{"a": 0.1}])
        assert not holds({"lines": {"any_item": {"a": {"gt": 0}}}}, lines=[{"a": float("nan")}])

    def test_items_of_another_kind_do_not_compare(self):
        assert not holds({"lines": {"any_item": {"a": {"gt": 3}}}}, lines=[{"a": "x"}, {"a": [1]}, {"a": None}])


def test_fields_of():
    condition = {
        "a": 1,
        "b": {"in": [1, {"field": "c"}]},
        "all": [{"d": {"gt": {"field": "e"}}}],
        "any": [{"not": {"f": {"exists": True}}}],
        "lines": {"any_item": {"inside": 1}},
    }
    assert fields_of(Condition.model_validate(condition)) == {"a", "b", "c", "d", "e", "f", "lines"}
