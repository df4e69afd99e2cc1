"""`assert_agrees`: a vendor's own timers against an agreement."""

from datetime import datetime, timedelta

import pytest

import sla_rules as sla
from sla_rules.testing.vendors import assert_agrees

LIMITS = {
    "SL1": timedelta(minutes=30),
    "SL2": timedelta(minutes=30),
    "SL3": timedelta(minutes=15),
    "SL4": timedelta(minutes=10),
}


def outcome(events: list[sla.Event], as_of: datetime, *, inclusive: bool, cancels: bool) -> str | None:
    """A vendor's timer of one ticket: whatever comes first after opening, by the severity at that time."""
    opened = next((event for event in events if event.type == "ticket.opened"), None)
    if opened is None:
        return None
    ends = ("ticket.responded", "ticket.cancelled") if cancels else ("ticket.responded",)
    rank = {"ticket.responded": 0, "ticket.cancelled": 1}
    later = [event for event in events if event.type in ends and event.at >= opened.at]
    end = min(later, key=lambda event: (event.at, rank[event.type]), default=None)
    at = end.time if end else as_of
    severity = opened.data.get("severity")
    for event in events:
        if event.type == "ticket.severity_changed" and opened.at < event.at and event.time <= at:
            severity = event.data.get("severity", severity)
    if severity not in LIMITS:
        return "void" if end and end.type == "ticket.cancelled" else "undetermined"
    late = at - opened.time
    if late > LIMITS[severity] or (late == LIMITS[severity] and not inclusive):
        return "breached"
    return "pending" if end is None else "met" if end.type == "ticket.responded" else "void"


def timer(*, inclusive: bool = True, cancels: bool = True):
    def implementation(events: list[sla.Event], as_of: datetime) -> dict[tuple[str, str], str]:
        found = {}
        for subject in dict.fromkeys(event.subject for event in events):
            own = [event for event in events if event.subject == subject]
            said = outcome(own, as_of, inclusive=inclusive, cancels=cancels)
            if said is not None:
                found["support.response", subject] = said
        return found

    return implementation


def test_a_right_timer_agrees_on_every_boundary_case(intercall: sla.Agreement) -> None:
    assert assert_agrees(intercall, timer(), "support.response") > 20


def test_a_timer_that_is_strict_is_caught_with_the_smallest_history(intercall: sla.Agreement) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_agrees(intercall, timer(inclusive=False), "support.response")
    told = str(caught.value)
    assert "breached in place of" in told
    assert told.count("type") <= 2 + told.splitlines()[1].count("type")
    assert "  expect:" in told


def test_a_timer_that_forgets_cancels_is_caught(intercall: sla.Agreement) -> None:
    with pytest.raises(AssertionError, match="in place of void"):
        assert_agrees(intercall, timer(cancels=False), "support.response")


def test_an_implementation_without_as_of_is_asked_of_what_ends_at_its_latest_event(intercall: sla.Agreement) -> None:
    right = timer()

    def implementation(events: list[sla.Event]) -> dict[tuple[str, str], str]:
        return right(events, max(event.time for event in events))

    asked_all = assert_agrees(intercall, right, "support.response")
    assert 0 < assert_agrees(intercall, implementation, "support.response") < asked_all


def test_an_implementation_that_raises_differs(intercall: sla.Agreement) -> None:
    def raising(events: list[sla.Event], as_of: datetime) -> dict[tuple[str, str], str]:
        raise KeyError("severity")

    with pytest.raises(AssertionError, match="the implementation raised KeyError: 'severity'") as caught:
        assert_agrees(intercall, raising, "support.response")
    assert "- name:" in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "returned `None`, expected outcomes by"),
        ({"p": "met"}, "returned the key `p`"),
        ({("p", 1): "met"}, "returned the key"),
        ({("support.response", "S1"): None}, "returned the outcome `None`"),
    ],
)
def test_an_answer_that_is_none_is_refused(intercall: sla.Agreement, answer: object, said: str) -> None:
    with pytest.raises(sla.SlaError, match=said):
        assert_agrees(intercall, lambda events, as_of: answer, "support.response")


def test_nothing_compared_is_not_agreement(intercall: sla.Agreement) -> None:
    with pytest.raises(sla.SlaError, match="nothing was compared"):
        assert_agrees(sla.load({"agreement": "empty"}), timer())
    with pytest.raises(sla.SlaError, match="is not an implementation"):
        assert_agrees(intercall, {}, "support.response")
