"""The two sides of a comparison: the terms of one policy, and all that they rest on."""

from collections.abc import Iterator, Mapping
from glob import escape
from typing import Any

from pydantic import BaseModel

from sla_rules.agreement import Agreement
from sla_rules.calendar import Calendar
from sla_rules.evaluators.reference import judge
from sla_rules.events import canonical
from sla_rules.instants import moment
from sla_rules.language.calendars import CalendarTable, calendars_named
from sla_rules.language.conditions import Condition
from sla_rules.language.document import InForce
from sla_rules.language.limits import Table
from sla_rules.language.objectives import Objective
from sla_rules.language.policies import Deadline, Policy
from sla_rules.testing.directed import History
from sla_rules.verdict import Verdicts


def undated(agreement: Agreement) -> Agreement:
    """Return the latest terms of an agreement, without the days on which they bind."""
    latest = agreement.versions[-1]
    return Agreement(latest.document.model_copy(update={"in_force": InForce()}), latest._raw, latest.source)


class Side:
    """One agreement's terms of one policy, which it may not have."""

    def __init__(self, agreement: Agreement, id: str) -> None:
        self.id = id
        self.policy: Policy | None = agreement.policies.get(id)
        self.terms = agreement if self.policy is None else agreement.only(escape(id))

    @property
    def objective(self) -> Objective | None:
        """What share it promises, if any."""
        return None if self.policy is None else self.policy.objective

    def judged(self, history: History) -> Verdicts:
        """Return the verdicts of the policy; windows of a kind that the agreement does not know are left out."""
        if self.policy is None:
            return Verdicts(self.terms, history.as_of)
        known = [window for window in history.windows if window.kind in self.terms.windows]
        return judge(self.terms, history.events, as_of=moment(history.as_of), windows=known)

    def rests_on(self) -> str:
        """Return all that the verdicts of the policy depend on, as text that is the same for the same terms."""
        assert self.policy is not None
        plain = self.policy.model_dump()
        for ignored in ("clause", "warn_at"):
            plain.pop(ignored, None)
        exemptions = [{**each, "clause": None} for each in plain["exemptions"]]
        document = self.terms.document
        excluded = {name: document.windows[name].model_dump() for name in plain.get("exclude", ())}
        words = set(texts([plain, excluded]))
        calendars = {name: each.model_dump() for name, each in document.calendars.items() if name in words}
        events = {
            type: {name: field.model_dump() for name, field in fields.items()}
            for type, fields in document.events.items()
            if type in words or words & fields.keys()
        }
        return canonical([{**plain, "exemptions": exemptions}, excluded, calendars, events, self.terms.timezone])


def texts(value: Any) -> Iterator[str]:
    """Yield every text in plain values, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from (*texts(key), *texts(part))
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from texts(part)
    elif hasattr(value, "model_dump"):
        yield from texts(value.model_dump())


def calendars_of(side: Side) -> list[Calendar]:
    """Return the calendars by which a deadline can count."""
    assert isinstance(side.policy, Deadline)
    return [side.terms.calendars[name] for name in calendars_named(side.policy.calendar)]


def conditions_in(part: Any) -> Iterator[Condition]:
    """Yield all conditions in a policy."""
    if isinstance(part, Condition):
        yield part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from conditions_in(getattr(part, name))
    elif isinstance(part, tuple):
        for each in part:
            yield from conditions_in(each)


def row_values(policy: Policy | None) -> Iterator[tuple[str, Any]]:
    """Yield the fields by which the tables of a deadline choose, with the values of their rows."""
    if isinstance(policy, Deadline):
        if isinstance(policy.limit, Table):
            for values in policy.limit.rows:
                yield from zip(policy.limit.by, values, strict=True)
        if isinstance(policy.calendar, CalendarTable):
            yield from ((policy.calendar.by, value) for value in policy.calendar.table)
