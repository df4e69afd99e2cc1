"""Recorded values that must be those of a decision table, by the live evaluator."""

from collections.abc import Iterator

from sla_rules.counting.causes import NO_ROW, missing
from sla_rules.evaluators.live.asking import Asker, Asking, Role
from sla_rules.evaluators.live.cases import Case
from sla_rules.evaluators.live.circumstances import (
    RECORD_OUTCOMES,
    exemption_rules,
    exemptions,
    in_force,
    names,
    outcome,
    outcome_rules,
    period_of,
)
from sla_rules.evaluators.live.engine import NotThere, Rules, There
from sla_rules.evaluators.live.world import World
from sla_rules.events import Event
from sla_rules.language.base import written
from sla_rules.language.policies import Classification
from sla_rules.verdict import Terms, Verdict


def classification_rules(policy: Classification) -> Rules:
    """Return which events are classified, and which row of the decision table is the first that holds."""
    once = (NotThere({"is": "classified"}),) if policy.occurrence == "first" else ()
    rows: Rules = {}
    for place, row in enumerate(policy.table):
        earlier = {f"row{number}": 0 for number in range(place)}
        rows[f"row {place + 1}: {row.value}"] = (There("e", {"as": "facts", **earlier, f"row{place}": 1}),)
    return {
        **Role("start", policy.start, policy.applies).rules(*once),
        **rows,
        **exemption_rules(policy),
        **outcome_rules(RECORD_OUTCOMES, policy),
    }


def classification(asker: Asker[Classification], terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge each start by its own data; one that has none of the facts that the table reads is not judged."""
    policy = asker.policy
    for case in world.cases(policy.match).values():
        for start in starts(asker, case):
            if policy.facts & start.data.keys() and in_force(policy, start, world):
                yield decide(asker, terms, case, start)


def starts(asker: Asker[Classification], case: Case) -> list[Event]:
    """Return the events of a case that are classified."""
    role, found = Role("start", asker.policy.start, asker.policy.applies), []
    with asker.about(case) as asking:
        for event in case.events:
            if asking.hears(role, event):
                found.append(event)
                asking.tell({"is": "classified"})
    return found


def row_of(asking: Asking[Classification], start: Event) -> int | None:
    """Return the place of the row that the facts of a start lead to; None where they lead to none."""
    rows = enumerate(asking.policy.table)
    holds = {f"row{place}": int(row.when is None or row.when.holds(start.data)) for place, row in rows}
    said = asking.tell({"as": "facts", **holds})
    return int(said[0].rule.removeprefix("row ").partition(":")[0]) - 1 if said else None


def decide(asker: Asker[Classification], terms: Terms, case: Case, start: Event) -> Verdict:
    """Compare what was recorded with what the table says."""
    policy, recorded = asker.policy, start.data.get(asker.policy.value)
    with asker.about(case) as asking:
        row = row_of(asking, start)
        expected = None if row is None else policy.table[row].value
        exempted_by, grounds = exemptions(asking, start, start.at)
        cause = None
        if expected is None:
            cause = NO_ROW
        elif recorded is None:
            cause = missing(policy.value)
        same = recorded == expected
        became = outcome(asking, exempt=bool(exempted_by), known=cause is None, wrong=not same)
    return Verdict(
        terms,
        start.subject,
        case.key,
        became,
        start_at=start.at,
        period=period_of(policy, case, start, start.at),
        exempted_by=exempted_by,
        evidence=names((start, *grounds)),
        basis=tuple((name, start.data[name]) for name in sorted(policy.facts & start.data.keys())),
        cause=cause,
        detail=() if cause else (str(written(recorded)), str(written(recorded if same else expected))),
    )
