"""What no single model can see: that names are declared, values possible, tables total and tiers free of overlap.

Each module checks what its namesake in `sla_rules.language` reads; `kinds` is what each kind of policy adds, and
`names` what is declared, and where all of them note what is wrong.
"""

from sla_rules.language.checks.calendars import check_calendars
from sla_rules.language.checks.declarations import check_declarations
from sla_rules.language.checks.names import Found, Names
from sla_rules.language.checks.policies import check_policies
from sla_rules.language.checks.rules import check_rules
from sla_rules.language.checks.windows import check_windows
from sla_rules.language.document import AgreementFile


def check(document: AgreementFile) -> Found:
    """Return what is wrong in an agreement, each with the path to it."""
    names = Names(document)
    names.once(("clauses",), (clause.id for clause in document.clauses))
    names.once(("policies",), (policy.id for policy in document.policies))
    for index, policy in enumerate(document.policies):
        names.once(("policies", index, "exemptions"), (exemption.id for exemption in policy.exemptions))
    check_declarations(names)
    check_calendars(names)
    check_windows(names)
    check_policies(names)
    check_rules(names)
    return names.found
