"""The clause table: every clause of an agreement, what measures it, or why nothing can."""

from collections import Counter

from sla_rules.agreement import Agreement
from sla_rules.lang import in_language
from sla_rules.language.document import Clause
from sla_rules.reason import percent
from sla_rules.report.markdown import table
from sla_rules.testing.scenarios import read_scenarios, scenario_files

HEADER = ("clause", "section", "what it says", "strength", "policies", "scenarios", "reading, or why not evaluated")


def clause_table(agreement: Agreement) -> str:
    """Return the clause table of an agreement as Markdown."""
    title = in_language(agreement.title) or agreement.id
    scenarios = scenario_counts(agreement)
    rows = [_row(clause, agreement, scenarios[clause.id]) for clause in agreement.clauses.values()]
    evaluable = sum(clause.status == "evaluable" for clause in agreement.clauses.values())
    counts = (
        f"{len(agreement.clauses)} clauses, {evaluable} of them evaluated by {len(agreement.policies)} policies "
        f"and {sum(scenarios.values())} scenarios."
    )
    return f"# {title}\n\n{counts}\n\n{table(HEADER, rows)}\n"


def scenario_counts(agreement: Agreement) -> Counter[str]:
    """Return how many scenarios test each clause."""
    files = [] if agreement.source is None else scenario_files(agreement.source)
    return Counter(
        clause for file in files for scenario in read_scenarios(file, agreement) for clause in scenario.clause
    )


def _row(clause: Clause, agreement: Agreement, scenarios: int) -> tuple[str, ...]:
    by = [policy.id for policy in agreement.policies.values() if policy.clause == clause.id]
    exempting = [
        f"exempts {policy.id}"
        for policy in agreement.policies.values()
        if any(exemption.clause == clause.id for exemption in policy.exemptions)
    ]
    descriptive = clause.status == "descriptive"
    notes = (clause.reading, clause.why if descriptive else None, _figures(clause))
    return (
        f"`{clause.id}`",
        clause.section,
        in_language(clause.summary),
        "" if descriptive else clause.strength,
        ", ".join(f"`{id}`" for id in by) or ", ".join(exempting) or "none: descriptive",
        str(scenarios) if scenarios else "",
        " ".join(note for note in notes if note),
    )


def _figures(clause: Clause) -> str:
    said = ", ".join(f"{name} {percent(share)}" for name, share in clause.figures.items())
    return f"Published: {said}." if said else ""
