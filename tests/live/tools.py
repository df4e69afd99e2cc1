"""What the tests of the live evaluator share."""

from collections.abc import Iterable, Sequence
from dataclasses import fields

import sla_rules as sla
from sla_rules.evaluators.live import judging
from sla_rules.instants import moment
from sla_rules.judged import judged_of
from sla_rules.verdict import Verdict, Verdicts
from tests.comparing import apart, expected_of

PARTS = [each.name for each in fields(Verdict) if each.name != "terms"]


def differences(
    agreement: sla.Agreement, events: Iterable[sla.Event], as_of: int | None = None, windows: Sequence[sla.Window] = ()
) -> list[str]:
    """How the live evaluator differs from the reference, in every part of a verdict, sentence, finding and count."""
    history = list(events)
    expected = expected_of(agreement, history, as_of, windows)
    instant = None if as_of is None else moment(as_of)
    return differing(expected, judging.judge(agreement, history, as_of=instant, windows=windows))


def differing(expected: Verdicts, found: Verdicts) -> list[str]:
    """How verdicts differ from those expected: in their order and parts as they are, then in what the frame says."""
    told = [[[getattr(verdict, part) for part in PARTS] for verdict in verdicts] for verdicts in (expected, found)]
    return [*apart(expected, judged_of(found)), *(["the verdicts or their order"] if told[0] != told[1] else [])]
