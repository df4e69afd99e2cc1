"""The ways to count business hours that are measured side by side give the same, but for the one that cannot."""

import importlib.util

import numpy as np
import pytest

from benchmarks import hours
from sla_rules.calendar import Calendar
from sla_rules.instants import HOUR, moment, span_micros

MODULES = {"custom_business_hour": "pandas"}
COARSE = "custom_business_hour"


def test_the_closed_form_is_counted_time():
    calendar = Calendar(timezone="UTC", week={"mon-fri": ["09:00-17:00"]})
    starts, ends = hours.pairs(300)
    counted = [span_micros(calendar.elapsed(moment(int(s)), moment(int(e)))) for s, e in zip(starts, ends, strict=True)]
    assert hours.numpy(300)().tolist() == counted
    assert max(counted) > 100 * HOUR


@pytest.mark.parametrize("library", hours.LIBRARIES)
def test_every_library_counts_the_same(library):
    if importlib.util.find_spec(MODULES.get(library, library)) is None:
        pytest.skip(f"{library} is not installed")
    off = np.abs(hours.LIBRARIES[library][0](60)() - hours.numpy(60)())
    assert off.max() == 0 if library != COARSE else 0 < off.max() <= HOUR


def test_what_is_wrong_is_said():
    assert hours.judged("sla_rules", 50)() == {"wrong": 0.0, "hours": 0.0}
    if importlib.util.find_spec("pandas") is not None:
        assert hours.judged(COARSE, 20)()["wrong"] > 0
