"""Every rule of the compiled InterCall agreement is needed: without it a history comes to another verdict."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

import sla_rules as sla
from sla_rules.evaluators.live.judging import Compiled, judge_known, rules_of
from sla_rules.instants import LAST, moment
from sla_rules.known import checked_windows
from sla_rules.language.selectors import types_of
from sla_rules.testing.scenarios import as_of, history
from sla_rules.verdict import Verdicts
from tests.scenarios import AGREEMENTS, scenarios_beside

INTERCALL = AGREEMENTS["intercall"]
SCENARIOS = [scenario for _, scenario in scenarios_beside("intercall")]


class Told(NamedTuple):
    """A history to judge."""

    events: list[sla.Event]
    as_of: object
    windows: list[sla.Window]


def histories(id: str) -> Iterator[Told]:
    """The histories of a policy: those of its scenarios, and their starts at the end of time."""
    beginning = types_of(INTERCALL.policies[id].beginnings)
    for scenario in SCENARIOS:
        if id in scenario.judged:
            windows = [
                sla.Window(
                    kind=each.kind,
                    start=moment(each.start),
                    end=None if each.end is None else moment(each.end),
                    scope=each.scope,
                )
                for each in scenario.windows
            ]
            events = list(history(scenario))
            yield Told(events, as_of(scenario), windows)
            starts = [each for each in events if each.type in beginning]
            yield from (Told([at_the_end(start)], None, []) for start in starts[:3])


def at_the_end(event: sla.Event) -> sla.Event:
    """The same event with its instants at the last one that there is: no limit ends after it."""
    fields = INTERCALL.events[event.type].fields
    end = moment(LAST)
    data = {
        name: end.isoformat() if name in fields and fields[name].kind == "instant" else value
        for name, value in event.data.items()
    }
    return sla.Event(id=event.id, type=event.type, subject=event.subject, time=end, data=data)


def judged(compiled: Compiled, agreement: sla.Agreement, told: Told) -> Verdicts:
    windows = checked_windows(told.windows, agreement)
    return judge_known([compiled], agreement, told.events, told.as_of, windows)


def needed(id: str) -> dict[str, bool]:
    """By each rule of a policy: whether a history comes to other verdicts without it, or to none at all."""
    agreement = INTERCALL.only(id)
    rules = rules_of(agreement.policies[id])
    every = sorted(histories(id), key=lambda told: len(told.events))
    whole = Compiled(agreement)
    expected = cache(lambda number: judged(whole, agreement, every[number]))

    def differs(without: Compiled, number: int) -> bool:
        try:
            return judged(without, agreement, every[number]) != expected(number)
        except sla.SlaError:
            return True

    found: dict[str, bool] = {}
    for name in rules:
        left = {other: rule for other, rule in rules.items() if other != name}
        without = Compiled(agreement, lambda _, left=left: left)
        found[name] = any(differs(without, number) for number in range(len(every)))
    return found


@pytest.mark.parametrize("id", INTERCALL.policies)
def test_without_any_one_rule_a_verdict_is_another(id: str) -> None:
    assert [name for name, noticed in needed(id).items() if not noticed] == []


def test_a_table_without_the_rule_that_would_hold_is_an_error() -> None:
    agreement = INTERCALL.only("helpdesk.hours")
    without = Compiled(agreement, lambda policy: {"violate": rules_of(policy)["violate: helpdesk.closed"]})
    closed = sla.Event(id="1", type="helpdesk.closed", subject="H", time="2026-03-02T14:00:00Z")
    with pytest.raises(sla.SlaError, match=r"helpdesk\.hours: one rule must say the outcome, none does"):
        judged(without, agreement, Told([closed], None, []))
