"""Records that must carry certain fields, by the live evaluator."""

from collections.abc import Iterator, Mapping
from typing import Any

from sla_rules.evaluators.live.asking import Asker, Asking, Role
from sla_rules.evaluators.live.circumstances import (
    exemption_rules,
    exemptions,
    in_force,
    names,
    outcome,
    outcome_rules,
    period_of,
)
from sla_rules.evaluators.live.engine import Rules, There
from sla_rules.evaluators.live.world import World
from sla_rules.events import Event
from sla_rules.language.conditions import read_item
from sla_rules.language.policies import NamedField, RequiredFields
from sla_rules.verdict import Outcome, Terms, Verdict

OUTCOMES = {
    Outcome.EXEMPT: {"exempt": 1},
    Outcome.BREACHED: {"exempt": 0, "wrong": 1},
    Outcome.MET: {"exempt": 0, "wrong": 0},
}


def required_fields_rules(policy: RequiredFields) -> Rules:
    """Return which events are records, and which field one, or an item of its list, lacks."""
    return {
        **Role("record", policy.record, policy.applies).rules(),
        **lack_rules("fields", policy.fields),
        **lack_rules("item", policy.each_fields),
        **exemption_rules(policy),
        **outcome_rules(OUTCOMES, policy),
    }


def lack_rules(of: str, required: tuple[NamedField, ...]) -> Rules:
    """Return when a record lacks each of some fields."""
    return {
        f"{of} lack: {field.name} {place}": (There("e", {"as": of, "which": place, "there": 0, "asked": 1}),)
        for place, field in enumerate(required)
    }


def required_fields(asker: Asker[RequiredFields], terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge every record by its own data."""
    policy, role = asker.policy, Role("record", asker.policy.record, asker.policy.applies)
    for case in world.cases(policy.match).values():
        for event in case.events:
            with asker.about(case) as asking:
                if not asking.hears(role, event) or not in_force(policy, event, world):
                    continue
                lacking = tuple(absent(asking, event))
                exempted_by, grounds = exemptions(asking, event, event.at)
                became = outcome(asking, exempt=bool(exempted_by), wrong=bool(lacking))
            yield Verdict(
                terms,
                event.subject,
                case.key,
                became,
                start_at=event.at,
                period=period_of(policy, case, event, event.at),
                exempted_by=exempted_by,
                evidence=names((event, *grounds)),
                detail=lacking,
            )


def absent(asking: Asking[RequiredFields], event: Event) -> Iterator[str]:
    """Yield the name of each required field that the record, or an item of its list, lacks."""
    policy = asking.policy
    yield from lacked_by(asking, "fields", event.data, policy.fields)
    if policy.each is None:
        return
    items = event.data.get(policy.each)
    if not items:
        message = f"{policy.id}: {event.type} of {event.subject} has no `{policy.each}`"
        asking.case.world.remark("no_items", message, event, policy.id)
        return
    for number, item in enumerate(items, 1):
        record = read_item(item, item) if isinstance(item, Mapping) else {}
        for name in lacked_by(asking, "item", record, policy.each_fields):
            yield f"{policy.each}[{number}].{name}"


def lacked_by(
    asking: Asking[RequiredFields], of: str, record: Mapping[str, Any], required: tuple[NamedField, ...]
) -> list[str]:
    """Return the fields that are missing, null or empty; zero and false are there."""
    lacking: list[str] = []
    for place, field in enumerate(required):
        value = record.get(field.name)
        there = value is not None and value not in ("", [], {}, ())
        asked = field.when is None or field.when.holds(record)
        if asking.tell({"as": of, "which": place, "there": int(there), "asked": int(asked)}):
            lacking.append(field.name)
    return lacking
