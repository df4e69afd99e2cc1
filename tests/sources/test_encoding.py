"""JSON text in and out: the same values, numbers to the last digit."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_rules import InputError
from sla_rules.sources.encoding import from_json, to_json

plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.decimals(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab é"), inner), max_leaves=8
)


@given(values)
def test_law_what_is_written_is_read_as_the_same(value: object) -> None:
    text = to_json(value)
    assert text.isascii()
    assert repr(from_json(text)) == repr(value)


@pytest.mark.parametrize("text", ["1.10", "1E+400", "0E-7", "-0.0", "12345678901234567890.123456789", "-3E-30"])
def test_a_number_keeps_every_digit(text: str) -> None:
    assert str(from_json(to_json(from_json(text)))) == str(Decimal(text))


@pytest.mark.parametrize("text", ["9" * 5_000, '{"n": "\\u00e9", "m": -' + "9" * 5_000 + "}"])
def test_an_integer_of_thousands_of_digits_is_a_number_like_others(text: str) -> None:
    read = from_json(text)
    assert from_json(to_json(read)) == read == from_json(text.encode())
    assert "9" * 5_000 in str(read)


@pytest.mark.parametrize("value", ["SL4", 3, True, None, [{"a": 1}], {"a": [None, "é"]}])
def test_it_is_what_python_writes(value: object) -> None:
    assert to_json(value) == json.dumps(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("NaN"), "NaN"),
        (Decimal("sNaN"), "NaN"),
        (Decimal("-Infinity"), "-Infinity"),
        (Decimal("Infinity"), "Infinity"),
        (float("nan"), "NaN"),
        (0.1, "0.1"),
        (Decimal(5), "5E+0"),
        (date(2026, 3, 2), '"2026-03-02"'),
        (datetime(2026, 3, 2, 14, tzinfo=UTC), '"2026-03-02T14:00:00+00:00"'),
        ((1, 2), "[1, 2]"),
        ("\ud800", '"\\ud800"'),
    ],
)
def test_what_json_has_no_word_for(value: object, text: str) -> None:
    assert to_json(value) == text


def test_what_cannot_be_written_is_refused() -> None:
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(InputError, match="too large or too deep"):
        to_json(deep)
    with pytest.raises(InputError, match="too large or too deep"):
        to_json(10**5_000)
    with pytest.raises(InputError, match=r"`b'x'`, a bytes, cannot be written"):
        to_json([b"x"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "^not JSON: "),
        (b"{", "^not JSON: "),
        (b'"\xff"', "^not UTF-8: byte 1$"),
        ('"\\ud800"', r"^half a character \(a lone surrogate\)$"),
        (b'{"\\ud800": 1}', r"^half a character \(a lone surrogate\)$"),
        ("[" * 100_000, "^not JSON: "),
        ("[1e99999999999999999999]", "^not JSON: `1e99999999999999999999` is too large a number$"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        from_json(text)
