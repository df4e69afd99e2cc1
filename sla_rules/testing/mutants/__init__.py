"""Mutants: every number, comparison, unit, event name, condition, exemption, objective and calendar entry changed.

Each mutant is an agreement with one change. The scenarios that stand beside the agreement should notice it: one that
nobody notices is a place where the agreement could say something else and no test would tell.

    report = survivors(load("intercall"), judge)
    print(report_text(report))

A change that cannot make a difference is listed in a scenario file with the reason, by the id that the report gives:

    equivalent_mutants:
      - {mutant: policies.escalation.path.complete = true, why: It has no declared end at which to be complete.}

Mutants are systematic, not random: the same agreement always has the same ones, under the same ids. Left alone is what
no verdict shows: `warn_at`, clauses with their texts, strengths and figures, titles, names of holidays and policies.
"""

from sla_rules.testing.mutants.changes import Mutant
from sla_rules.testing.mutants.report import Group, MutationReport, report_text
from sla_rules.testing.mutants.running import survivors
from sla_rules.testing.mutants.whole import mutants

__all__ = ["Group", "Mutant", "MutationReport", "mutants", "report_text", "survivors"]
