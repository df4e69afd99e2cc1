"""Histories of records that must be complete, and of values that must be those of a decision table."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from sla_rules.language.declarations import FieldDeclaration
from sla_rules.language.policies import Classification, NamedField, RequiredFields
from sla_rules.testing.directed.history import Draft
from sla_rules.testing.directed.stage import Stage
from sla_rules.testing.directed.values import Facts, Wish, item_for

EMPTY: tuple[tuple[Any, str], ...] = (
    (None, "null"), ("", "empty"), ([], "an empty list"), ({}, "an empty mapping"),
    (0, "zero"), (False, "false"), (" ", "a blank"),
)  # fmt: skip


def required_fields(stage: Stage[RequiredFields]) -> Iterator[Draft]:
    """Yield a complete record, and the same with each field, and each field of an item, missing or empty."""
    at = stage.base
    for selector in stage.policy.record:
        facts = stage.facts(at, start=selector)
        if facts is None:
            continue
        told = stage.begin("S1", at, facts, selector)
        data = complete_data(stage, told[-1].data)
        if data is None:
            continue
        for name, changed in (("complete", data), *lacking(stage, data), *items(stage, data)):
            yield Draft(name, [*told[:-1], told[-1]._replace(data=changed)])
        yield Draft("complete, twice", [*told[:-1], *[told[-1]._replace(data=data)] * 2])


def complete_data(stage: Stage[RequiredFields], data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a record's data with every required field, and items that have all of theirs."""
    policy, at = stage.policy, stage.base
    whole = dict(data)
    for field in policy.fields:
        if field.name not in whole and (field.when is None or field.when.holds(whole)):
            value = next((each for each in stage.values.candidates(field.name, at) if each not in ("", [], {})), None)
            whole[field.name] = stage.values.raw(field.name, value)
    if policy.each is not None and not whole.get(policy.each):
        whole[policy.each] = [complete_item(policy.each_fields, holds) for holds in (True, False)]
    return whole


def complete_item(fields: tuple[NamedField, ...], holds: bool) -> dict[str, Any]:
    """Return an item with every field that it needs, with the conditions of its fields holding or not."""
    item: dict[str, Any] = {}
    for field in fields:
        if field.when is not None:
            item |= item_for(field.when, holds) or {}
    for field in fields:
        if field.name not in item and (field.when is None or field.when.holds(item)):
            item[field.name] = f"{field.name} 1"
    return item


def lacking(stage: Stage[RequiredFields], data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the data without each of its required fields, and with each of them empty."""
    for field in stage.policy.fields:
        name = field.name
        yield f"{name} missing", {key: value for key, value in data.items() if key != name}
        for value, what in EMPTY:
            yield f"{name} {what}", {**data, name: value}


def items(stage: Stage[RequiredFields], data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the data with each field of an item missing or empty, and with odd lists."""
    name = stage.policy.each
    if name is None:
        return
    fields = stage.policy.each_fields
    for holds in (True, False):
        item = complete_item(fields, holds)
        said = "" if holds else ", condition off"
        for field in fields:
            without = {key: value for key, value in item.items() if key != field.name}
            yield f"{name}: {field.name} missing{said}", {**data, name: [complete_item(fields, True), without]}
            for value, what in EMPTY[:5]:
                yield f"{name}: {field.name} {what}{said}", {**data, name: [{**item, field.name: value}]}
    for odd, what in (([], "empty"), (None, "null"), ("none", "no list"), ([7], "of numbers"), ([{}], "of nothing")):
        yield f"{name} {what}", {**data, name: odd}
    yield f"{name} missing", {key: value for key, value in data.items() if key != name}


def classification(stage: Stage[Classification]) -> Iterator[Draft]:
    """Yield every row of the decision table with its value, with every other, with none and with a wrong one."""
    at, policy = stage.base, stage.policy
    for selector in policy.start:
        for number in range(len(policy.table)):
            right = recorded(stage, number, "S1", at, {"start": selector}, right=True)
            if right is None:
                continue
            name = f"row {number + 1}"
            told = stage.begin("S1", at, right, selector)
            yield Draft(f"{name}: as the table says", told)
            for value in others(stage, right[policy.value]):
                wrong = stage.begin("S1", at, {**right, policy.value: value}, selector)
                yield Draft(f"{name}: {value} recorded", wrong)
            event = told[-1]
            unsaid = {key: value for key, value in event.data.items() if key != policy.value}
            yield Draft(f"{name}: no value recorded", [*told[:-1], event._replace(data=unsaid)])
            odd = {**event.data, policy.value: ["odd"]}
            yield Draft(f"{name}: a value of the wrong kind", [*told[:-1], event._replace(data=odd)])
            yield Draft(f"{name}: twice", [*told, event._replace(at=at + 1, data=unsaid)])
    yield from several_rows(stage)
    yield from unclassified(stage)


def several_rows(stage: Stage[Classification]) -> Iterator[Draft]:
    """Yield facts that two rows fit, with the value of the first recorded, and with that of the second."""
    at, table = stage.base, stage.policy.table
    for first, second in combinations(range(len(table)), 2):
        other = table[second].when
        if other is None:
            continue
        for number in (first, second):
            wishes = [Wish(other)]
            facts = recorded(stage, first, "S1", at, {}, right=True, besides=wishes)
            if facts is not None:
                told = stage.begin("S1", at, {**facts, stage.policy.value: table[number].value})
                yield Draft(f"rows {first + 1} and {second + 1} fit: as row {number + 1} says", told)


def unclassified(stage: Stage[Classification]) -> Iterator[Draft]:
    """Yield a start without any of the facts, and one that no row of the table fits."""
    at, policy = stage.base, stage.policy
    without = stage.facts(at, fixed=dict.fromkeys(policy.facts - {policy.value}))
    if without is not None:
        yield Draft("none of the facts", stage.begin("S1", at, without))
    if all(row.when is not None for row in policy.table):
        wishes = [Wish(row.when, False) for row in policy.table if row.when is not None]
        value = stage.values.candidates(policy.value, at)[0]
        known = facts_with_some(stage, wishes, {policy.value: value}, {})
        if known is not None:
            yield Draft("no row fits", stage.begin("S1", at, known))


def recorded(
    stage: Stage[Classification],
    row: int,
    subject: str,
    at: int,
    how: Mapping[str, Any],
    *,
    right: bool,
    besides: Sequence[Wish] = (),
) -> Facts | None:
    """Return facts that a row of the decision table is the first to fit, with its value recorded or another."""
    policy = stage.policy
    wishes = [*besides, *(Wish(each.when, False) for each in policy.table[:row] if each.when is not None)]
    own = policy.table[row]
    if own.when is not None:
        wishes.append(Wish(own.when))
    values = [own.value] if right else others(stage, own.value)
    for value in values:
        fixed = {policy.value: value, **(how.get("fixed") or {})}
        facts = facts_with_some(stage, wishes, fixed, {**how, "subject": subject, "at": at})
        if facts is not None:
            return facts
    return None


def facts_with_some(
    stage: Stage[Classification], wishes: list[Wish], fixed: Mapping[str, Any], how: Mapping[str, Any]
) -> Facts | None:
    """Return facts as wished, with at least one of those that the table reads: without any, nothing is judged."""
    given = {key: value for key, value in how.items() if key not in ("fixed", "at")}
    at = how.get("at", stage.base)
    found = stage.facts(at, wishes=wishes, fixed=fixed, **given)
    if found is not None and stage.policy.facts & found.keys():
        return found
    for name in sorted(stage.policy.facts):
        for value in stage.values.candidates(name, at):
            found = stage.facts(at, wishes=wishes, fixed={**fixed, name: value}, **given)
            if found is not None:
                return found
    return None


def others(stage: Stage[Classification], value: Any) -> list[Any]:
    """Return the other values that a start could record."""
    name = stage.policy.value
    field: FieldDeclaration = stage.agreement.events[stage.policy.start[0].type].fields[name]
    known = [row.value for row in stage.policy.table] + stage.values.candidates(
        name, stage.base, stage.policy.start[0].type
    )
    return [each for each in dict.fromkeys(known) if each != value and (field.allowed is None or each in field.allowed)]
