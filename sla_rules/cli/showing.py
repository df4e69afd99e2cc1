"""What was tried of agreements, on standard output: tables on a terminal, the lines of its text anywhere else."""

from typing import TYPE_CHECKING

from sla_rules.screen import Part, Screen

if TYPE_CHECKING:
    from sla_rules.testing.certification import Certificate
    from sla_rules.testing.compare import Comparison
    from sla_rules.testing.mutants import MutationReport

_CHANGES = {"same": "dim", "stricter": "red", "looser": "green", "incomparable": "yellow", "different": "yellow"}


def show_certificate(certificate: "Certificate") -> None:
    """Print a certificate: a row a clause, what failed, and the sum."""
    from sla_rules.testing.certification import SHORT

    screen, text = Screen(), certificate.to_text()
    if screen.plain:
        print(text, end="")
        return
    rows: list[tuple[Part, ...]] = []
    for clause, checks in certificate.by_clause().items():
        tried = {check.means: str(check.tried) for check in checks}
        failed = sum(check.failed for check in checks)
        cases = str(sum(check.tried for check in checks))
        rows.append((_mark(not failed), clause, *(tried.get(means, "") for means in SHORT), cases, str(failed)))
    screen.table(("", "clause", *SHORT, "all cases", "failed"), rows)
    for check in certificate.checks:
        for failure in check.failures:
            screen.say((check.clause, "bold red"), f" {check.means}: {failure}")
    if certificate.silent:
        screen.say(("no scenario", "bold red"), f" for {', '.join(certificate.silent)}")
    screen.say(text.splitlines()[-1])


def show_mutants(report: "MutationReport") -> None:
    """Print what came of mutants: a row a policy, what survives and why the equivalent ones may, and the sum."""
    from sla_rules.testing.mutants import report_text

    screen, text = Screen(), report_text(report)
    if screen.plain:
        print(text, end="")
        return
    rows = [
        (
            _mark(not group.surviving),
            name,
            *map(str, (group.noticed, group.refused, len(group.equivalent), len(group.surviving))),
        )
        for name, group in report.groups.items()
    ]
    screen.table(("", "mutants of", "noticed", "refused when loaded", "equivalent", "surviving"), rows)
    for group in report.groups.values():
        for mutant, why in group.equivalent:
            screen.say(("equivalent", "dim"), f" {mutant.what}: {why}")
        for mutant in group.surviving:
            screen.say(("survives", "bold red"), f" {mutant.what} ", (f"(id: {mutant.id})", "dim"))
    for sentence in report.wrong:
        screen.say(_mark(False), f" {sentence}")
    screen.say(text.splitlines()[-1])


def show_comparison(comparison: "Comparison") -> None:
    """Print what became of each policy, and the witnesses as scenarios to copy."""
    from sla_rules.testing.compare import tried

    screen = Screen()
    if screen.plain:
        print(comparison.to_text(), end="")
        return
    changes = comparison.policies.values()
    rows = [(each.policy, (each.kind, _CHANGES.get(each.kind, "")), tried(each)) for each in changes]
    screen.table(("policy", "change", "found by"), rows)
    for change in changes:
        for title, text in comparison.witnesses(change):
            screen.say((change.policy, "bold"), f", {title}:")
            print(text)


def _mark(good: bool) -> Part:
    return ("good", "green") if good else ("FAIL", "bold red")
