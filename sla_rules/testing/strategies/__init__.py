"""Hypothesis strategies: random events, histories and agreements, for laws of one's own.

They need `hypothesis` (`pip install sla-rules[testing]`). All of them read what an agreement says and shrink to small
examples. A law of one's own agreement is a test like this one:

    from hypothesis import given
    import sla_rules as sla
    from sla_rules.instants import moment
    from sla_rules.testing.strategies import histories

    AGREEMENT = sla.load("my-agreement.yaml")

    @given(history=histories(AGREEMENT))
    def test_my_timers_agree(history):
        verdicts = sla.judge(AGREEMENT, history.events, as_of=moment(history.as_of), windows=history.windows)
        assert my_own_outcomes(history.events) == {each.subject: each.outcome for each in verdicts}
"""

from sla_rules.testing.strategies.agreements import agreements as agreements
from sla_rules.testing.strategies.broken import broken_agreements as broken_agreements
from sla_rules.testing.strategies.histories import events as events
from sla_rules.testing.strategies.histories import histories as histories

__all__ = ["agreements", "broken_agreements", "events", "histories"]
