"""Directed histories: generated systematically from an agreement's own numbers, the same ones every time.

Of any agreement, `directed` reads the declarations and the policies and writes little histories aimed at everything
that they say: both sides of every limit by the microsecond, each row changing into each other one, every exemption,
every end of a procedure, as many instances as an objective just allows. The due instants come from the calendar's own
arithmetic and from no evaluator, so that the histories can hold any implementation against any other:

    from sla_rules.testing.directed import directed

    for history in directed(agreement, "support.*"):
        judge_a(agreement, history.events, as_of=moment(history.as_of), windows=history.windows)

What a history should come to is not said: that is for two implementations, or for a law, to tell.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sla_rules.agreement import Agreement
from sla_rules.language.policies import (
    Availability,
    Classification,
    Deadline,
    Never,
    NoOverlap,
    Policy,
    Procedure,
    RequiredFields,
)
from sla_rules.testing.directed import (
    circumstances,
    deadlines,
    deferrals,
    overlaps,
    prohibitions,
    records,
    shares,
    steps,
    uptimes,
    windows,
)
from sla_rules.testing.directed.history import Draft as Draft
from sla_rules.testing.directed.history import History as History
from sla_rules.testing.directed.history import woven, written_down
from sla_rules.testing.directed.stage import Stage
from sla_rules.testing.directed.values import Values

__all__ = ["History", "directed"]

Play = Callable[[Stage[Any]], Iterator[Draft]]

ALL_KINDS: tuple[Play, ...] = (
    circumstances.plain,
    circumstances.exempting,
    circumstances.applying,
    circumstances.neighbouring,
    circumstances.starting,
    circumstances.in_force,
    shares.objective,
    shares.without_period,
)
"""What any kind of policy but an availability can have."""

KINDS: dict[type[Policy], tuple[Play, ...]] = {
    Deadline: (deadlines.deadline, windows.excluded, deferrals.deferred, *ALL_KINDS),
    Never: (prohibitions.never, *ALL_KINDS),
    NoOverlap: (overlaps.no_overlap, *ALL_KINDS),
    Procedure: (steps.procedure, *ALL_KINDS),
    RequiredFields: (records.required_fields, *ALL_KINDS),
    Classification: (records.classification, *ALL_KINDS),
    Availability: (uptimes.availability,),
}
"""What is played for each kind of policy."""


def directed(agreement: Agreement, *policies: str) -> Iterator[History]:
    """Yield the directed histories of an agreement's policies.

    The first history of every policy comes first, then the second of each, so that a beginning of any length touches
    all of them. Every call yields the same histories.

    Args:
        agreement: any agreement; of an amended one each version is played while it is in force.
        policies: ids or patterns as for `Agreement.only`; all policies unless said.

    Raises:
        SlaError: a pattern matches no policy.
    """
    chosen = agreement.only(*policies) if policies else agreement
    return woven(
        [
            of_policy(version, policy, Values(version))
            for version in chosen.versions
            for policy in version.document.policies
        ]
    )


def of_policy(version: Agreement, policy: Policy, values: Values) -> Iterator[History]:
    """Yield the histories of one policy of one version of an agreement, each with a name of its own."""
    stage: Stage[Any] = Stage(version, policy, values)
    of = policy.id if version.version is None else f"{policy.id} of {version.version}"
    used: Counter[str] = Counter()
    for draft in woven([each(stage) for each in KINDS[type(policy)]]):
        used[draft.name] += 1
        name = draft.name if used[draft.name] == 1 else f"{draft.name} ({used[draft.name]})"
        yield written_down(policy.id, draft._replace(name=f"{of}: {name}"))
