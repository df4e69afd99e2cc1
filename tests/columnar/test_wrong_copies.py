"""Wrong copies of the columnar evaluator's own rules: the comparison with the reference notices each of them."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.evaluators.columnar.judging import KINDS
from sla_rules.instants import moment
from sla_rules.verdict import Verdicts
from tests.columnar.ties import FAMILIES, TIES, WRITTEN, at, tied_history
from tests.columnar.tools import as_rows, with_json
from tests.comparing import apart, expected_of
from tests.wrong_copies import Copy, put

HOME = "sla_rules.evaluators.columnar"
SIZES = (30, 22, 14)
"""How many events the random histories have: of each family of types one of each size, always the same ones."""


def written(*told: tuple[int, str, str, dict[str, Any]]) -> list[sla.Event]:
    """A history of events by slot, type, subject and data, with ids in the order of writing."""
    return [
        sla.Event(id=f"{number:02}", type=type, subject=subject, time=moment(at(slot)), data=data)
        for number, (slot, type, subject, data) in enumerate(told)
    ]


MEMBER = {"customer": "acme", "initial": True, "level": "P1"}
RELEASE, ROOM = {"carried": "release"}, {"room": "A", "begin": WRITTEN[1], "end": WRITTEN[3]}
DIRECTED = [
    written(
        (0, "opened", "S", {"level": "P1", "sites": 4}),
        (1, "deferred", "S", {"to": "release"}),
        (1, "published", "T", RELEASE),
        (3, "published", "T", RELEASE),
        (3, "closed", "S", {}),
    ),
    written(
        *((0, "opened", subject, MEMBER) for subject in ("S", "T")),
        *((1, "closed", subject, {}) for subject in ("S", "T")),
        (1, "opened", "U", MEMBER),
    ),
    written((0, "opened", "S", {"level": "P1"}), (1, "closed", "S", {}), (2, "warned", "S", {})),
    written((0, "opened", "S", {}), (1, "closed", "S", {}), (1, "warned", "S", {})),
    written((0, "booked", "S", ROOM), (0, "released", "S", {}), (1, "booked", "T", ROOM)),
]
"""What random ones hardly ever come to."""


DEADLINES = ("plain", "strict", "table", "paused", "deferred")
NEVERS = ("never", "never-first", "never-each", "overrun")
ROOMS = ("rooms", "kept-rooms")
STEPS = ("steps", "steps-each", "path")

COPIES = {
    "a stop at the due instant is late": Copy(
        "deadline.decide", "(view.at <= due.at)", "(view.at < due.at)", DEADLINES
    ),
    "a strict limit is as good as another": Copy("due.due_of", "reached - view.policy.strict", "reached", ("strict",)),
    "the limit is that of the start": Copy(
        "deadline.deadline", "np.where(ended, end, cases.last[start])", "start", ("table", "deferred")
    ),
    "a start ends what it begins": Copy(
        "machine._Machine.step", "(end[here], start[here])", "(end[here],)", ("by-customer",)
    ),
    "events with a role come in the order of their ids too": Copy(
        "cases.Cases._of_tied_cases", "self.of_types(roles)[rows], ", "", ("table", "by-site", "never-first")
    ),
    "a start comes among its instant as any event": Copy(
        "cases.Cases.attribute", "np.where(own, start, row)", "np.where(own, row, row)", ("table", "steps", "by-site")
    ),
    "overlapping pauses count twice": Copy(
        "clock.Clock.elapsed",
        "np.maximum(self.own.start[place[active]], covered[active])",
        "self.own.start[place[active]]",
        ("paused",),
    ),
    "a window holds its last instant too": Copy(
        "clock.Clock.__init__",
        "(each.start_at, each.end_at or 0)",
        "(each.start_at, (each.end_at or 0) + 1)",
        ("paused",),
    ),
    "a deferral counts after the limit": Copy(
        "due.defer", "(row >= 0) & (cases.at[row] <= until[here])", "row >= 0", ("deferred",)
    ),
    "a publication at the instant of the deferral counts": Copy(
        "due.defer", 'side="right"', 'side="left"', ("deferred",)
    ),
    "a backlog of just so many members exempts": Copy(
        "backlogs.until_by_owner", "number > backlog.more_than", "number >= backlog.more_than", ("table", "lines")
    ),
    "a backlog is done before the next member comes at that instant": Copy(
        "backlogs.until_by_owner", "all_done < following", "all_done <= following", ("table", "lines")
    ),
    "what comes after the stop exempts": Copy(
        "circumstances.Judging.exemptions",
        "(ground >= 0) & (self.cases.at[ground] <= until)",
        "ground >= 0",
        ("table", "steps"),
    ),
    "a period is decided before it is over": Copy(
        "judging.periods", "over and at_best == at_worst", "at_best == at_worst", ("plain", "never")
    ),
    "an event without a field of the match is of no case": Copy(
        "world.World._cases", "general = events[~whole]", "general = events[:0]", ("by-site", "overrun")
    ),
    "the first row after a bound is the second": Copy(
        "seen.following", "np.searchsorted(rows, low)", 'np.searchsorted(rows, low, side="right")', NEVERS
    ),
    "an end of a prohibition leaves no time for a violation": Copy(
        "never.last_rows", "np.minimum(high, cases.end[found])", "np.minimum(high, cases.begin[found] - 1)", NEVERS
    ),
    "a violation belongs to the first start": Copy(
        "never.last_rows", "high[:-1][related] = begin[1:][related] - 1", "pass", NEVERS
    ),
    "a missing field is not unequal": Copy(
        "conditions._test",
        '~_test("eq", column, operand, fields)',
        'column.present & ~_test("eq", column, operand, fields)',
        (*NEVERS, "steps"),
    ),
    "bookings that touch overlap": Copy("no_overlap.rivals", "end[made]", "end[made] + 1", ROOMS),
    "a booking that is made anew stands on": Copy(
        "no_overlap.lifetimes", "gone[again] = place[again + 1]", "pass", ROOMS
    ),
    "a release at the instant of the booking releases nothing": Copy(
        "no_overlap.lifetimes",
        "np.flatnonzero(released_at_once(rows, blocks, releases, cases))",
        "np.zeros(0, np.int64)",
        ROOMS,
    ),
    "one step may be skipped": Copy(
        "progress.Progress._follow", "place > self._before + 1", "place > self._before + 2", STEPS
    ),
    "what is reached must be complete": Copy(
        "progress.Progress.__init__",
        "courses.closed & (wrong == NOTHING)",
        "(courses.end >= 0) & (wrong == NOTHING)",
        STEPS,
    ),
    "the last row of a decision table counts": Copy(
        "classification.row_of", "np.flatnonzero(found < 0)", "np.arange(len(found))", ("severity", "first-severity")
    ),
    "zero is missing": Copy("required_fields.lacked_by", "value in EMPTY", "not value", ("lines",)),
    "a field is demanded of every item": Copy(
        "required_fields.lacked_by", "if field.when is not None:", "if field is None:", ("lines",)
    ),
    "excluded time is taken out twice": Copy(
        "availability.availability", "months.start - left_out", "months.start - 2 * left_out", ("video",)
    ),
    "an outage counts in excluded time": Copy(
        "availability.availability", "out.before(months.end, excluded)", "out.before(months.end)", ("video",)
    ),
    "events with the id of another stay": Copy(
        "framing.repeated_ids", "for each in again", "for each in []", DEADLINES
    ),
    "events without ids come first": Copy(
        "framing.Named.order", "nulls_last=True", "nulls_last=False", ("table", "first-severity")
    ),
    "a value that is not allowed counts": Copy(
        "reading._allowed", "column.present & inside", "column.present", ("table",)
    ),
}
"""By what is wrong: the copy."""


@cache
def agreement_of(policies: tuple[str, ...]) -> sla.Agreement:
    return TIES.only(*policies)


@cache
def histories() -> list[list[sla.Event]]:
    return [*DIRECTED, *(tied_history(family, size) for size in SIZES for family in range(len(FAMILIES)))]


@cache
def expected(policies: tuple[str, ...], number: int) -> Verdicts:
    return expected_of(agreement_of(policies), histories()[number], None)


def differences(policies: tuple[str, ...], number: int) -> list[str]:
    """How the evaluator differs from the reference on one history."""
    found = sla.evaluate(agreement_of(policies), with_json(as_rows(histories()[number])))
    return apart(expected(policies, number), found)


def noticing(policies: tuple[str, ...]) -> Iterator[int]:
    """The histories on which the evaluator differs."""
    types = {type for id in policies for type in TIES.policies[id].roles}
    for number, history in enumerate(histories()):
        if types & {event.type for event in history} and differences(policies, number):
            yield number


def put_copy(monkeypatch: pytest.MonkeyPatch, copy: Copy) -> None:
    original, wrong = put(monkeypatch, HOME, copy)
    for kind, judging in list(KINDS.items()):
        if judging is original:
            monkeypatch.setitem(KINDS, kind, wrong)


@pytest.mark.parametrize("name", COPIES)
def test_a_wrong_copy_is_noticed(name: str) -> None:
    copy = COPIES[name]
    with pytest.MonkeyPatch.context() as monkeypatch:
        put_copy(monkeypatch, copy)
        number = next(noticing(copy.policies), None)
    assert number is not None
    assert differences(copy.policies, number) == []


def test_the_copies_are_of_every_kind_of_policy() -> None:
    judged = {id for copy in COPIES.values() for id in copy.policies}
    assert {TIES.policies[id].kind for id in judged} == {policy.kind for policy in TIES.policies.values()}
