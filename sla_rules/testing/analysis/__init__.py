"""What in an agreement its author should look at: gaps, overlaps, and what can never come into play.

The loader refuses what contradicts itself. What is found here is allowed, and mostly a slip: a value that no row
covers, two policies that judge the same case, an exemption that can never apply, a limit that can never be reached.
Each remark shows the values that prove it. Values are enumerated, not reasoned about (see `space`); where there are
too many combinations to try, a remark of the kind `cut off` says so.
"""

from collections.abc import Iterator

from sla_rules.agreement import Agreement
from sla_rules.language.policies import Availability, Classification, Deadline, Policy, Procedure
from sla_rules.testing.analysis import promises, tables
from sla_rules.testing.analysis.conditions import conditions, siblings
from sla_rules.testing.analysis.exemptions import exemptions
from sla_rules.testing.analysis.remarks import Remark

__all__ = ["Remark", "analyse"]


def analyse(agreement: Agreement) -> list[Remark]:
    """Return what is remarkable about an agreement, of an amended one about each of its versions, each thing once."""
    found: list[Remark] = []
    for version in agreement.versions:
        for policy in version.policies.values():
            found += [remark for remark in of_policy(policy, version) if remark not in found]
        found += [remark for remark in siblings(version) if remark not in found]
    return found


def of_policy(policy: Policy, agreement: Agreement) -> Iterator[Remark]:
    """Yield what is remarkable about one policy."""
    yield from promises.strangers(policy, agreement)
    yield from conditions(policy, agreement)
    yield from exemptions(policy, agreement)
    yield from promises.objectives(policy)
    match policy:
        case Deadline():
            yield from of_deadline(policy, agreement)
        case Classification():
            yield from tables.decision_table(policy, agreement)
        case Procedure():
            yield from promises.procedures(policy, agreement)
        case Availability():
            yield from promises.exclusions(policy, agreement)


def of_deadline(policy: Deadline, agreement: Agreement) -> Iterator[Remark]:
    """Yield what is remarkable about a deadline."""
    yield from tables.limit_table(policy, agreement)
    yield from promises.limits(policy, agreement)
    yield from promises.warnings(policy)
    yield from promises.events(policy, agreement)
    yield from promises.deferrals(policy, agreement)
    yield from promises.exclusions(policy, agreement)
