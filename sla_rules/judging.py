"""Events judged by an agreement, or by all those of a portfolio."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, overload

from sla_rules.adapters.windowing import windows_of
from sla_rules.agreement import Agreement
from sla_rules.dividing import divide, now_of
from sla_rules.evaluators import reference
from sla_rules.events import Event, Window, in_order
from sla_rules.instants import moment
from sla_rules.known import check_agreement, checked_events
from sla_rules.portfolio import Portfolio, PortfolioFinding, tagged
from sla_rules.verdict import Verdict, Verdicts


@dataclass(frozen=True, slots=True)
class PortfolioVerdict(Verdict):
    """A verdict, and the agreement by which it was given.

    Attributes:
        agreement: its name in the portfolio.
    """

    agreement: str = ""

    __hash__ = Verdict.__hash__

    def to_dict(self) -> dict[str, Any]:
        """Return the public fields as plain values, the agreement first."""
        return {"agreement": self.agreement, **Verdict.to_dict(self)}


class PortfolioVerdicts(list[PortfolioVerdict]):
    """The verdicts of all agreements of a portfolio, one agreement after the other.

    Attributes:
        portfolio: by what was judged.
        as_of: the instant of knowledge, in microseconds since 1970 UTC; None where there was no event.
        by_agreement: the verdicts of each agreement, as `judge` returns them for its share of the events.
        findings: what is remarkable: about whose the subjects are, then agreement by agreement.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        as_of: int | None,
        by_agreement: dict[str, Verdicts],
        findings: list[PortfolioFinding],
    ) -> None:
        super().__init__(
            tagged(PortfolioVerdict, verdict, name) for name, verdicts in by_agreement.items() for verdict in verdicts
        )
        self.portfolio = portfolio
        self.as_of = as_of
        self.by_agreement = by_agreement
        self.findings = findings


Judge = Callable[..., Verdicts]
"""Judges events by one agreement, as `judge` does."""


@overload
def judge(agreement: Agreement, events: Iterable[Event], *, as_of: object = None, windows: Any = ()) -> Verdicts: ...


@overload
def judge(
    agreement: Portfolio, events: Iterable[Event], *, as_of: object = None, windows: Any = ()
) -> PortfolioVerdicts: ...


def judge(
    agreement: Agreement | Portfolio,
    events: Iterable[Event],
    *,
    as_of: object = None,
    windows: Any = (),
) -> Verdicts | PortfolioVerdicts:
    """Judge events by an agreement, or each by its agreement of a portfolio.

    Args:
        agreement: as `load` gives it, or a `Portfolio`.
        events: in any order.
        as_of: the instant of knowledge (ISO 8601 text or a `datetime`, with offset or zone): later events do
            not exist yet. The latest event's time unless said.
        windows: time that does not count, besides what the events tell of: a list of `Window`, or a
            file or a frame of them, as `windows_of` takes it.

    Returns:
        A list of verdicts, by policy and start, each policy's periods last; its `findings` say what is
        remarkable about the data. For a portfolio agreement by agreement, each verdict with its `agreement`.

    Raises:
        SlaError: an event, a window or `as_of` is not one.
    """
    if isinstance(agreement, Portfolio):
        return judge_portfolio(agreement, events, as_of=as_of, windows=windows_of(windows, agreement))
    check_agreement(agreement)
    return reference.judge(agreement, events, as_of=as_of, windows=windows_of(windows, agreement))


def judge_portfolio(
    portfolio: Portfolio,
    events: Iterable[Event],
    *,
    as_of: object = None,
    windows: Iterable[Window] = (),
    by: Judge = reference.judge,
) -> PortfolioVerdicts:
    """Judge each event by its agreement of a portfolio; takes and raises what `judge` does, and an evaluator."""
    passed = portfolio.windows_of(windows)
    known = in_order(checked_events(events))
    now = now_of(known, as_of)
    divided = divide(portfolio, known, now)
    instant = None if now is None else moment(now)
    judged = {
        name: by(agreement, divided.shares[name], as_of=instant, windows=passed[name])
        for name, agreement in portfolio.agreements.items()
    }
    findings = [tagged(PortfolioFinding, each, None) for each in divided.findings]
    findings += [tagged(PortfolioFinding, each, name) for name, some in judged.items() for each in some.findings]
    return PortfolioVerdicts(portfolio, now, judged, findings)
