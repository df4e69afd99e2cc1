"""What the limit of a deadline gives an instance, as it stands at an instant, by the reference evaluator."""

from sla_rules.calendar import Calendar
from sla_rules.counting.allowance import Given, calendar_of, given_by
from sla_rules.evaluators.reference.circumstances import View
from sla_rules.language.policies import Deadline


def allowance(view: View[Deadline]) -> tuple[Given, Calendar | str]:
    """Return what the limit gives the case with the attributes it has, and its calendar, or why that is unknown.

    An interval that runs backwards gives no verdict, and is a finding.
    """
    policy, agreement = view.policy, view.world.agreement
    calendar = calendar_of(policy.calendar, view.facts, agreement.calendars)
    given = given_by(policy.limit, view.facts, view.instance.start.at, agreement.zone, calendar)
    if given.reversed is not None:
        note_reversed(*given.reversed, view)
    return given, calendar


def note_reversed(later: str, earlier: str | None, view: View[Deadline]) -> None:
    """Note an interval that ends before it starts; without a field to start it, it starts with the start event."""
    start, id = view.instance.start, view.policy.id
    message = f"{id}: `{later}` of {start.subject} is before {earlier or start.type}"
    view.world.remark("interval_reversed", message, start, id)
