"""Wrong copies of the live evaluator's rules, and of how cases are told to them: each is noticed."""

from collections.abc import Iterator
from functools import cache

import pytest

import sla_rules as sla
from sla_rules.evaluators.live.judging import KINDS, Compiled, Kind, judge_known
from sla_rules.verdict import Verdicts
from tests.columnar.test_wrong_copies import DEADLINES, DIRECTED, MEMBER, NEVERS, ROOMS, STEPS, written
from tests.columnar.ties import FAMILIES, TIES, tied_history
from tests.comparing import expected_of
from tests.live.tools import differing
from tests.wrong_copies import Copy, put

HOME = "sla_rules.evaluators.live"
HISTORIES = [
    *DIRECTED,
    written((0, "opened", "S", {}), (1, "step", "S", {"step": "one", "result": "voicemail"}), (2, "closed", "S", {})),
    written((0, "opened", "S", {"level": "P1"}), (1, "deferred", "S", {"to": "release"}), (3, "closed", "S", {})),
    written((0, "opened", "S", {"level": "P2"}), (3, "cancelled", "S", {})),
    written(
        *((0, "opened", subject, MEMBER) for subject in ("S", "T")),
        *((1, "closed", subject, {}) for subject in ("S", "T")),
        (2, "opened", "U", {**MEMBER, "initial": False}),
    ),
    *(tied_history(family, size) for size in (30, 22, 14) for family in range(len(FAMILIES))),
]

COPIES = {
    "a stop is a stop whether one has ended or not": Copy(
        "instances.instance_rules",
        '("stop", policy.stop).rules(OPEN, NOT_ENDED)',
        '("stop", policy.stop).rules(OPEN)',
        DEADLINES,
    ),
    "each start begins an obligation": Copy(
        "instances.beginning_rules", 'else NotThere({"is": "open"})', 'else NotThere({"is": "nothing"})', DEADLINES
    ),
    "a start stops what it begins": Copy(
        "instances.Course._open", "self.asking.case.number[id(self.found[-1].start)]", "-1", ("by-customer",)
    ),
    "a reopening needs no stop": Copy(
        "instances.Course._ended", '"stopped": int(stopped)', '"stopped": 1 - int(stopped)', ("paused", "deferred")
    ),
    "starts come before stops": Copy(
        "instances.Course.follow",
        "self._end(stops, cancels)\n        self._reopen(instant)\n",
        "self._reopen(instant)\n",
        DEADLINES,
    ),
    "a cancel after the due instant voids": Copy(
        "deadline.deadline_rules",
        "**outcome_rules(possible, policy)",
        '**outcome_rules({**possible, Outcome.VOID: {"exempt": 0, "cancelled": 1}, '
        'Outcome.BREACHED: {"exempt": 0, "in_time": 0, "cancelled": 0}}, policy)',
        ("strict", "table"),
    ),
    "a stop at the due instant is late": Copy("deadline.decide", "at <= due.at", "at < due.at", DEADLINES),
    "a deferral after the limit counts": Copy(
        "deferral.deferral_rules", '"until": Of("e", "at", "ge")', '"until": Of("e", "at", "ne")', ("deferred",)
    ),
    "a publication at the instant of the deferral counts": Copy(
        "deferral.deferral_rules", '"at": Of("e", "at", "lt")', '"at": Of("e", "at", "le")', ("deferred",)
    ),
    "an end of a prohibition leaves no time for a violation": Copy(
        "never.never_rules", '"until": Of("e", "at", "ge")', '"until": Of("e", "at", "gt")', NEVERS
    ),
    "a violation belongs to all starts": Copy(
        "never.never_rules", '"next": Of("e", "at", "gt")', '"next": Of("e", "at", "ne")', NEVERS
    ),
    "a start violates itself never": Copy("never.never_rules", "among=types_of(policy.for_each)", "among=()", NEVERS),
    "a released booking blocks": Copy(
        "bookings.booking_rules", '"ended": Of("e", "made", "gt")', '"ended": Of("e", "made", "ne")', ROOMS
    ),
    "a booking made later blocks too": Copy(
        "bookings.booking_rules", '"made": Of("e", "made", "lt")', '"made": Of("e", "made", "ne")', ROOMS
    ),
    "one step may be skipped": Copy(
        "procedure.Course._said_of", "progress.furthest + 1}", "progress.furthest + 2}", STEPS
    ),
    "what was asked for may wait": Copy("procedure.Course._said_of", "int(bool(progress.asked))", "0", STEPS),
    "the last row of a decision table counts": Copy(
        "classification.classification_rules",
        "for number in range(place)",
        "for number in range(place + 1, len(policy.table))",
        ("severity", "first-severity"),
    ),
    "a field is demanded of every item": Copy(
        "required_fields.lacked_by", "field.when is None or field.when.holds(record)", "True", ("lines",)
    ),
    "a backlog that is done exempts": Copy(
        "circumstances.exemption_rules",
        '"until": Of("e", "at", "gt")',
        '"until": Of("e", "at", "ne")',
        ("table", "lines"),
    ),
    "what comes after the stop exempts": Copy(
        "circumstances.exemptions", "if event.at <= at", "if event.at", ("table", "steps")
    ),
    "a pause ends as often as it likes": Copy(
        "spans.Ends.rules", "rules(last, NotThere(over))", "rules(last)", ("paused", "video")
    ),
    "a pause begins in a pause": Copy(
        "spans.Ends.rules", 'self.begins.rules(There("o", over))', "self.begins.rules()", ("paused", "video")
    ),
    "a period is decided before it is over": Copy(
        "judging.Compiled.period", "over and at_best == at_worst", "at_best == at_worst", ("plain", "never")
    ),
    "a month is judged when the outage is over": Copy(
        "availability.decide", "over=world.now >= end", "over=True", ("video",)
    ),
}
"""By what is wrong: the copy."""


@cache
def agreement_of(policies: tuple[str, ...]) -> sla.Agreement:
    return TIES.only(*policies)


@cache
def expected(policies: tuple[str, ...], number: int) -> Verdicts:
    return expected_of(agreement_of(policies), HISTORIES[number], None)


def noticing(policies: tuple[str, ...]) -> Iterator[int]:
    """The histories on which the evaluator, compiled anew, differs."""
    agreement = agreement_of(policies)
    compiled = Compiled(agreement)
    types = {type for id in policies for type in TIES.policies[id].roles}
    for number, history in enumerate(HISTORIES):
        if not types & {event.type for event in history}:
            continue
        try:
            found = judge_known([compiled], agreement, history, None, [])
        except (sla.SlaError, AssertionError):
            yield number
        else:
            if differing(expected(policies, number), found):
                yield number


@pytest.mark.parametrize("name", COPIES)
def test_a_wrong_copy_is_noticed(name: str) -> None:
    copy = COPIES[name]
    with pytest.MonkeyPatch.context() as monkeypatch:
        original, wrong = put(monkeypatch, HOME, copy)
        for kind, each in list(KINDS.items()):
            if original in each:
                monkeypatch.setitem(KINDS, kind, Kind(*(wrong if part is original else part for part in each)))
        assert next(noticing(copy.policies), None) is not None


def test_the_right_ones_are_not() -> None:
    assert list(noticing(tuple(TIES.policies))) == []


def test_the_copies_are_of_every_kind_of_policy() -> None:
    judged = {id for copy in COPIES.values() for id in copy.policies}
    assert {TIES.policies[id].kind for id in judged} == {policy.kind for policy in TIES.policies.values()}
