"""What concerns more than one subject, and so cannot be judged on a part of the subjects alone."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.needs import families, types_behind
from sla_rules.language.policies import Availability, Deadline, NoOverlap, Policy
from sla_rules.language.selectors import Selector
from sla_rules.language.windows import DeclaredWindow, PlannedWindow


class Shared(NamedTuple):
    """What needs to be known of all subjects at once.

    Attributes:
        policies: the ids of those that are judged on all subjects together.
        types: the types of the events that they, windows, publications and backlogs rest on.
        fields: the fields of those events that matter.
    """

    policies: frozenset[str]
    types: frozenset[str]
    fields: frozenset[str]


def shared(agreement: Agreement) -> Shared:
    """Return what a version of an agreement needs to know of all subjects at once."""
    wide = wide_policies(agreement)
    types = frozenset().union(*families(agreement, wide).values()) if wide else frozenset[str]()
    selectors, models = tables(agreement)
    types |= types_behind(selectors, agreement.events)
    models += [agreement.policies[id] for id in wide]
    declared = {name for each in agreement.events.values() for name in each.fields}
    named = {word for model in models for word in words(model)} & declared
    bounded = {word for type in types for pair in agreement.events[type].bounded for word in pair}
    return Shared(wide, types, frozenset(named | bounded))


def wide_policies(agreement: Agreement) -> frozenset[str]:
    """Return the policies whose cases, or the bookings beside them, span subjects.

    A stop is a finding only where no policy makes use of it, so those that share a type of stop stay together.
    """
    policies = agreement.policies
    wide = {
        id
        for id, policy in policies.items()
        if "subject" not in policy.match or isinstance(policy, (NoOverlap, Availability))
    }
    while True:
        stops = {type for id in wide for type in stop_types(policies[id])}
        more = {id for id, policy in policies.items() if stop_types(policy) & stops} - wide
        if not more:
            return frozenset(wide)
        wide |= more


def stop_types(policy: Policy) -> frozenset[str]:
    """Return the types of a deadline's stops; none of another policy."""
    return policy.stop_types if isinstance(policy, Deadline) else frozenset()


def tables(agreement: Agreement) -> tuple[list[Selector], list[BaseModel]]:
    """Return the selectors of windows, publications and backlogs, and where they stand."""
    selectors: list[Selector] = []
    models: list[BaseModel] = []
    for policy in agreement.policies.values():
        if isinstance(policy, (Deadline, Availability)):
            for source in (agreement.windows[kind] for kind in policy.exclude):
                models.append(source)
                if isinstance(source, PlannedWindow):
                    selectors += (*source.announcing, *(source.cancelled_by or ()))
                elif isinstance(source, DeclaredWindow):
                    selectors += (*source.from_, *source.to)
        if isinstance(policy, Deadline) and policy.deferral is not None:
            models.append(policy.deferral)
            selectors += policy.deferral.until
        for backlog in (exemption.backlog for exemption in policy.exemptions):
            if backlog is not None:
                models.append(backlog)
                selectors += (*backlog.members, *backlog.until)
    return selectors, models


def words(value: Any) -> Iterator[str]:
    """Yield every text in a part of an agreement, names of fields among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        yield from words(dict(value))
        yield from words(value.__pydantic_extra__ or {})
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from words(key)
            yield from words(part)
    elif isinstance(value, (tuple, list, frozenset, set)):
        for part in value:
            yield from words(part)
