from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_rules.counting.uptime import Measured, allowed, length, measure, up_to, within
from sla_rules.events import Window

START, END = 100, 200


def stretch(start, end):
    return Window.between("down", start, end)


class TestUpTo:
    def test_cuts_what_lasts_or_ends_later_and_drops_what_begins_later(self):
        stretches = [stretch(30, None), stretch(10, 20), stretch(25, 90), stretch(50, 60)]
        assert up_to(50, stretches) == ((10, 20), (25, 50))


class TestMeasure:
    def test_excluded_time_is_neither_measured_nor_down(self):
        assert measure(START, END, ((120, 150),), ((140, 160),), END) == Measured(measured=80, excluded=20, down=20)

    def test_only_what_lies_in_the_month_counts(self):
        assert measure(START, END, ((50, 110), (190, 250)), ((0, 105),), 300) == Measured(95, 5, 15)

    def test_down_counts_up_to_now_while_the_whole_month_is_measured(self):
        assert measure(START, END, ((150, 190),), (), 160) == Measured(100, 0, 10)


class TestIntervals:
    def test_within_is_half_open(self):
        assert within(((0, START), (START, 110), (190, END), (END, 300)), START, END) == ((START, 110), (190, END))

    def test_length_is_the_sum(self):
        assert length(()) == 0
        assert length(((0, 3), (5, 9))) == 7


class TestAllowed:
    @pytest.mark.parametrize(("measured", "expected"), [(0, 0), (99, 0), (100, 1), (199, 1), (200, 2)])
    def test_is_rounded_down_to_a_microsecond_that_keeps_the_share(self, measured, expected):
        assert allowed(measured, Fraction(99, 100)) == expected

    @given(
        st.integers(0, 10**13),
        st.integers(1, 10**6).flatmap(lambda d: st.builds(Fraction, st.integers(0, d), st.just(d))),
    )
    def test_is_the_most_that_keeps_the_share(self, measured, share):
        most = allowed(measured, share)
        assert measured - most >= share * measured
        assert measured - most - 1 < share * measured
