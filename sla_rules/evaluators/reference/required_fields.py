"""Records that must carry certain fields, by the reference evaluator."""

from collections.abc import Iterator, Mapping
from typing import Any

from sla_rules.evaluators.reference.cases import names
from sla_rules.evaluators.reference.circumstances import (
    Instance,
    applies,
    exemptions,
    first_that_holds,
    in_force,
    period_of,
    view,
)
from sla_rules.evaluators.reference.world import World
from sla_rules.events import Event
from sla_rules.language.conditions import read_item
from sla_rules.language.policies import NamedField, RequiredFields
from sla_rules.verdict import Outcome, Terms, Verdict


def required_fields(policy: RequiredFields, terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge every record by its own data."""
    for case in world.cases(policy.match):
        for event in case.chosen(policy.record):
            if not applies(policy, case, event) or not in_force(policy, event, world):
                continue
            now = view(policy, case, Instance(event), event.at)
            exempted_by, grounds = exemptions(now)
            lacking = tuple(absent(policy, event, world))
            yield Verdict(
                terms,
                event.subject,
                case.key,
                first_that_holds(exempted_by, None, Outcome.BREACHED if lacking else Outcome.MET),
                start_at=event.at,
                period=period_of(now),
                exempted_by=exempted_by,
                evidence=names((event, *grounds)),
                detail=lacking,
            )


def absent(policy: RequiredFields, event: Event, world: World) -> Iterator[str]:
    """Yield the name of each required field that the record, or an item of its list, lacks."""
    yield from lacked_by(event.data, policy.fields)
    if policy.each is None:
        return
    items = event.data.get(policy.each)
    if not items:
        message = f"{policy.id}: {event.type} of {event.subject} has no `{policy.each}`"
        world.remark("no_items", message, event, policy.id)
        return
    for number, item in enumerate(items, 1):
        record = read_item(item, item) if isinstance(item, Mapping) else {}
        yield from (f"{policy.each}[{number}].{name}" for name in lacked_by(record, policy.each_fields))


def lacked_by(record: Mapping[str, Any], fields: tuple[NamedField, ...]) -> Iterator[str]:
    """Yield the fields that are missing, null or empty; zero and false are there."""
    for field in fields:
        if field.when is None or field.when.holds(record):
            value = record.get(field.name)
            if value is None or value in ("", [], {}, ()):
                yield field.name
