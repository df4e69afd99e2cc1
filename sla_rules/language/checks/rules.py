"""That rules name what is there, each of them may hold, and none rests on itself."""

from itertools import islice

from sla_rules.errors import quoted
from sla_rules.language.checks.conditions import check_condition, check_selectors
from sla_rules.language.checks.names import Names, Path
from sla_rules.language.rules import ChainedRule, EventFact, Fact, RuleFact, VerdictFact, cycles, includes

MOST_CYCLES = 20
"""Of rules; more of them would take long to find, and nobody reads them."""


def check_rules(names: Names) -> None:
    """Check each rule, then that none rests on itself."""
    rules = names.document.rules
    names.once(("rules",), (rule.id for rule in rules))
    for index, rule in enumerate(rules):
        _rule(names, ("rules", index), rule)
    places = {rule.id: index for index, rule in enumerate(rules)}
    for cycle in islice(cycles(rules), MOST_CYCLES):
        ring = [*cycle, cycle[0]]
        shown = [*map(quoted, ring[:5]), "…", quoted(ring[-1])] if len(ring) > 7 else map(quoted, ring)
        path = _naming(("rules", places[ring[0]]), rules[places[ring[0]]], ring[1])
        names.problem(path, f"a rule cannot rest on itself: {' → '.join(shown)}")


def _naming(path: Path, rule: ChainedRule, other: str) -> Path:
    """Return the path to where a rule first names another."""
    facts = ((role, index, fact) for role in ("on", "unless") for index, fact in enumerate(getattr(rule, role)))
    role, index = next((role, index) for role, index, fact in facts if fact == RuleFact(rule=other))
    return (*path, role, index, "rule")


def _rule(names: Names, path: Path, rule: ChainedRule) -> None:
    if rule.id in names.policy_ids:
        names.problem((*path, "id"), f"{quoted(rule.id)} is a policy already, and a rule needs an id of its own")
    names.known((*path, "clause"), "clause", rule.clause, [clause.id for clause in names.document.clauses])
    for role in ("on", "unless"):
        for index, fact in enumerate(getattr(rule, role)):
            _fact(names, (*path, role, index), fact)
    check_condition(names, (*path, "when"), rule.when)
    for index, fact in enumerate(rule.unless):
        if any(includes(fact, other) for other in rule.on):
            names.problem((*path, "unless", index), "holds whenever `on` does, so the rule would never alert")


def _fact(names: Names, path: Path, fact: Fact) -> None:
    if isinstance(fact, EventFact):
        check_selectors(names, (*path, "event"), fact.event, stops=True)
        for index, selector in enumerate(fact.event):
            if selector.when is not None:
                names.problem((*path, "event", index, "when"), "write `where`, or the `when` of the rule")
    elif isinstance(fact, VerdictFact):
        for index, id in enumerate(fact.verdict):
            names.known((*path, "verdict", index), "policy", id, names.policy_ids)
    else:
        names.known((*path, "rule"), "rule", fact.rule, names.rule_ids)
