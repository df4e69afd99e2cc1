"""What policies of all kinds share: clause, match, conditions, exemptions and objective."""

from sla_rules.errors import quoted
from sla_rules.language.checks.conditions import check_condition, check_selectors
from sla_rules.language.checks.kinds import KINDS
from sla_rules.language.checks.names import Names, Path
from sla_rules.language.declarations import KEY_KINDS
from sla_rules.language.exemptions import Exemption
from sla_rules.language.policies import Policy


def check_policies(names: Names) -> None:
    """Check each policy: what all kinds share, then what its kind adds."""
    for index, policy in enumerate(names.document.policies):
        path = ("policies", index)
        _policy(names, path, policy)
        KINDS[policy.kind](names, path, policy)


def _policy(names: Names, path: Path, policy: Policy) -> None:
    clauses = {clause.id: clause for clause in names.document.clauses}
    known = names.known((*path, "clause"), "clause", policy.clause, clauses)
    if known and clauses[policy.clause].status == "descriptive":
        names.problem((*path, "clause"), f"clause {quoted(policy.clause)} is descriptive, so no policy encodes it")
    for index, name in enumerate(policy.match):
        if name in policy.match[:index]:
            names.problem((*path, "match", index), f"{quoted(name)} stands there twice")
        elif name != "subject":
            names.field((*path, "match", index), name, KEY_KINDS)
    check_condition(names, (*path, "applies"), policy.applies)
    for index, exemption in enumerate(policy.exemptions):
        _exemption(names, (*path, "exemptions", index), exemption)
    if policy.objective is not None and policy.objective.of is not None:
        names.field((*path, "objective", "of"), policy.objective.of, ("instant", "date"))


def _exemption(names: Names, path: Path, exemption: Exemption) -> None:
    if exemption.clause is not None:
        names.known((*path, "clause"), "clause", exemption.clause, [clause.id for clause in names.document.clauses])
    check_condition(names, (*path, "when"), exemption.when)
    check_selectors(names, (*path, "preceded_by"), exemption.preceded_by)
    if exemption.backlog is not None:
        at = (*path, "backlog")
        check_selectors(names, (*at, "members"), exemption.backlog.members)
        check_selectors(names, (*at, "until"), exemption.backlog.until)
        names.own_field((*at, "by"), exemption.backlog.by, exemption.backlog.members, KEY_KINDS)
