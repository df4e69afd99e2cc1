"""What concerns more than one subject, and so cannot be judged on a part of the subjects alone."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.needs import families, fields_read, types_behind
from sla_rules.language.exemptions import Backlog
from sla_rules.language.policies import Availability, Deadline, NoOverlap, Policy
from sla_rules.language.selectors import Selector
from sla_rules.language.windows import DeclaredWindow, PlannedWindow

SUBJECT = ("subject",)
EVERYTHING = ()


class Needs(NamedTuple):
    """What of the events something rests on.

    Attributes:
        types: the types of those events.
        fields: the fields of them that matter.
    """

    types: frozenset[str]
    fields: frozenset[str]


class Keyed(NamedTuple):
    """Policies that can be judged on a part of the events, chosen by a key other than the subject.

    Attributes:
        key: the fields of the key, which the events themselves carry.
        policies: their ids.
        whole_subjects: whether the other events of a subject belong wherever one of them does.
        needs: what the policies rest on, windows and publications aside.
    """

    key: tuple[str, ...]
    policies: frozenset[str]
    whole_subjects: bool
    needs: Needs


class Shared(NamedTuple):
    """What a version of an agreement needs to know of more than one subject.

    Attributes:
        everything: what windows, publications and the policies `of_all` rest on.
        of_all: the policies that are judged on all subjects together.
        keyed: those that are judged by keys of their own.
        backlogs: with what each rests on.
    """

    everything: Needs
    of_all: frozenset[str]
    keyed: tuple[Keyed, ...]
    backlogs: Mapping[Backlog, Needs]

    @property
    def apart(self) -> frozenset[str]:
        """The policies that are not judged subject by subject."""
        return self.of_all.union(*(each.policies for each in self.keyed))


def shared(agreement: Agreement) -> Shared:
    """Return what a version of an agreement needs to know of more than one subject."""
    by_key: dict[tuple[tuple[str, ...], bool], frozenset[str]] = {}
    for key, ids in groups(agreement):
        bookings = any(isinstance(agreement.policies[id], NoOverlap) for id in ids)
        by_key[key, bookings] = by_key.get((key, bookings), frozenset()) | ids
    of_all = frozenset[str]().union(*(ids for (key, _), ids in by_key.items() if key == EVERYTHING))
    backlogs = {each: each for policy in agreement.policies.values() for each in backlogs_of(policy)}
    return Shared(
        needs(agreement, of_all, *tables(agreement)),
        of_all,
        tuple(
            Keyed(key, ids, bookings, needs(agreement, ids))
            for (key, bookings), ids in by_key.items()
            if key not in (EVERYTHING, SUBJECT)
        ),
        {each: needs(agreement, (), (*each.members, *each.until), [each]) for each in backlogs},
    )


def needs(
    agreement: Agreement,
    ids: Iterable[str],
    selectors: Iterable[Selector] = (),
    models: Iterable[BaseModel] = (),
) -> Needs:
    """Return what some policies rest on, and selectors with the parts of the agreement in which they stand."""
    policies = [agreement.policies[id] for id in ids]
    types = types_behind(selectors, agreement.events).union(
        *families(agreement, [policy.id for policy in policies]).values(),
        *(keyed(policy, agreement) for policy in policies),
    )
    declared = {name for each in agreement.events.values() for name in each.fields}
    said = {word for model in (*models, *policies) for word in words(model)}
    said = said.union(*(fields_read(policy, agreement) for policy in policies))
    bounded = {word for type in types for pair in agreement.events[type].bounded for word in pair}
    return Needs(types, frozenset((said & declared) | bounded))


def together(needs: Iterable[Needs]) -> Needs:
    """Return what several needs come to."""
    needs = [Needs(frozenset(), frozenset()), *needs]
    return Needs(*(frozenset().union(*some) for some in zip(*needs, strict=True)))


def keyed(policy: Policy, agreement: Agreement) -> frozenset[str]:
    """Return the types whose events make a case of a match, by carrying fields of it that are not the subject."""
    names = set(policy.match) - set(SUBJECT)
    carry = any if "subject" in policy.match else all
    return frozenset(
        type for type, each in agreement.events.items() if names and carry(name in each.fields for name in names)
    )


def groups(agreement: Agreement) -> list[tuple[tuple[str, ...], frozenset[str]]]:
    """Return policies that must be judged together, with the key by which their events can be parted.

    A stop is a finding only where no policy makes use of it, so those that share a type of stop stay together.
    """
    found: list[tuple[tuple[str, ...], frozenset[str], frozenset[str]]] = []
    for id, policy in agreement.policies.items():
        key, ids, stops = key_of(policy), frozenset([id]), stop_types(policy)
        for other in [each for each in found if each[2] & stops]:
            found.remove(other)
            key = key if key == other[0] else EVERYTHING
            ids, stops = ids | other[1], stops | other[2]
        found.append((key, ids, stops))
    return [(key, ids) for key, ids, _ in found]


def key_of(policy: Policy) -> tuple[str, ...]:
    """Return the fields by which the events of a policy can be parted."""
    by_subject = "subject" in policy.match
    if isinstance(policy, Availability) or (isinstance(policy, NoOverlap) and not by_subject):
        return EVERYTHING
    if isinstance(policy, NoOverlap):
        return (policy.resource,)
    return SUBJECT if by_subject else policy.match


def wide_policies(agreement: Agreement) -> frozenset[str]:
    """Return the policies whose cases, or the bookings beside them, span subjects."""
    return frozenset().union(*(ids for key, ids in groups(agreement) if key != SUBJECT))


def stop_types(policy: Policy) -> frozenset[str]:
    """Return the types of a deadline's stops; none of another policy."""
    return policy.stop_types if isinstance(policy, Deadline) else frozenset()


def backlogs_of(policy: Policy) -> list[Backlog]:
    """Return the backlogs that exempt from a policy."""
    return [exemption.backlog for exemption in policy.exemptions if exemption.backlog is not None]


def tables(agreement: Agreement) -> tuple[list[Selector], list[BaseModel]]:
    """Return the selectors of windows and publications, and where they stand."""
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
