"""Where a policy is played: what its events must carry so that they begin, end and disturb an instance of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Generic, TypeVar

from sla_rules.agreement import Agreement
from sla_rules.instants import DAY, HOUR, MINUTE, moment
from sla_rules.language.conditions import fields_of
from sla_rules.language.policies import Deadline, PauseWhile, Policy
from sla_rules.language.selectors import Selector, types_of
from sla_rules.language.windows import DeclaredWindow, PlannedWindow
from sla_rules.periods import add_months, midnight
from sla_rules.testing.directed.history import Told
from sla_rules.testing.directed.values import Facts, Values, Wish, solve

P = TypeVar("P", bound=Policy)

ORDINARY_DAY = date(2026, 3, 2)
"""A Monday without any holiday in most countries; histories happen from it on where the agreement is in force then."""

SPECIAL_DAYS = 40
"""On how many of the days that calendars name something starts."""


class Stage(Generic[P]):
    """A policy of one version of an agreement, and the events that play a part in it."""

    def __init__(self, agreement: Agreement, policy: P, values: Values) -> None:
        self.agreement = agreement
        self.policy = policy
        self.values = values
        self.zone = agreement.zone

    @cached_property
    def base(self) -> int:
        """An ordinary instant while the version is in force: ten o'clock on a Monday where it lasts long enough."""
        days = self.agreement.document.in_force
        first = ORDINARY_DAY
        if days.to is not None and days.to <= first + timedelta(days=90):
            first = max(days.to - timedelta(days=90), date(days.to.year - 1, 1, 1))
        if days.from_ is not None and first < days.from_:
            first = days.from_ + timedelta(days=1)
        monday = first + timedelta(days=-first.weekday() % 7)
        if days.to is not None and monday >= days.to:
            monday = days.from_ or days.to - timedelta(days=1)
        return midnight(monday, self.zone) + 10 * HOUR

    @cached_property
    def wishes(self) -> list[Wish]:
        """What an ordinary instance asks of its case: no exemption by condition, no pause by state."""
        pauses = self.policy.pause if isinstance(self.policy, Deadline) else ()
        return [Wish(pause.while_, False) for pause in pauses if isinstance(pause, PauseWhile)]

    @cached_property
    def needed(self) -> frozenset[str]:
        """The fields of the case that the policy reads without a condition of its own, and other events' `where`."""
        names = set(self.policy.retargeted_by) if isinstance(self.policy, Deadline) else set()
        if self.policy.objective is not None and self.policy.objective.of is not None:
            names.add(self.policy.objective.of)
        for selector in self.policy.named_events:
            if selector.where is not None and selector not in self.policy.beginnings:
                names |= fields_of(selector.where) - self.own(selector.type) - {"time"}
        return frozenset(names)

    def own(self, type: str) -> set[str]:
        """Return the fields that a type of event declares."""
        return set(self.agreement.events[type].fields)

    def facts(
        self,
        at: int,
        *,
        subject: str = "S1",
        start: Selector | None = None,
        fixed: Mapping[str, Any] | None = None,
        applies: bool = True,
        exempt: str | None = None,
        wishes: Sequence[Wish] = (),
        judged: bool = True,
    ) -> Facts | None:
        """Return the attributes of a case at its start, as few as will do; None where no candidate does.

        Args:
            at: the instant of the start.
            subject: whose case it is; the other fields of the match differ from subject to subject.
            start: the selector of the start event.
            fixed: attributes that it must have; None for one that it must not have.
            applies: whether the policy applies to it.
            exempt: the exemption by condition that holds of it; others do not.
            wishes: what must be so besides.
            judged: whether `applies` and the exemptions are asked at all.
        """
        selector = start or self.policy.beginnings[0]
        asked = [*self.wishes, *wishes]
        if selector.where is not None:
            asked.append(Wish(selector.where))
        if self.policy.applies is None and not applies:
            return None
        if judged:
            asked += self.circumstances(applies, exempt)
        required = set(self.agreement.events[selector.type].required) | self.needed | self.bounds_needed(selector.type)
        read = {name for wish in asked for name in fields_of(wish.condition)} - {"time"}
        given = {**self.key(subject, at), **(fixed or {})}
        free = sorted(required - given.keys()) + sorted(read - required - given.keys())

        def candidates(name: str) -> list[Any]:
            usual = self.values.candidates(name, at, selector.type)
            return usual if name in required else [None, *usual]

        def valid(facts: Facts) -> bool:
            return self.consistent(selector.type, facts, at)

        for known in (given, dict(fixed or {})):
            names = [*free, *(name for name in given if name not in known)]
            found = solve(asked, names, candidates, {**known, "time": at}, valid)
            if found is not None:
                del found["time"]
                return found
        return None

    def circumstances(self, applies: bool, exempt: str | None) -> list[Wish]:
        """Return the wishes that the policy applies, or does not, and that one exemption holds, or none."""
        asked = [] if self.policy.applies is None else [Wish(self.policy.applies, applies)]
        return asked + [Wish(each.when, each.id == exempt) for each in self.policy.exemptions if each.when is not None]

    def bounds_needed(self, type: str) -> set[str]:
        """Return the fields before which a required field of an event may not lie."""
        declared = self.agreement.events[type]
        bounds = {bound for name, bound in declared.bounded if name in declared.required and bound is not None}
        return bounds - {"time"}

    def consistent(self, type: str, facts: Mapping[str, Any], at: int) -> bool:
        """Say whether an event with these facts keeps the order that its declaration asks for."""
        for name, bound in self.agreement.events[type].bounded:
            earliest = at if bound == "time" else facts.get(str(bound))
            if name in facts and earliest is not None and facts[name] < earliest:
                return False
        return True

    def key(self, subject: str, at: int) -> Facts:
        """Return the fields of the match, other than the subject, for a subject's case."""
        found: Facts = {}
        for name in self.policy.match:
            if name == "subject":
                continue
            usual = self.values.candidates(name, at)
            number = int(subject[1:]) if subject[1:].isdigit() else 1
            if self.values.kind(name) == "text" and self.values.allows(name, f"{name}-{subject}"):
                found[name] = f"{name}-{subject}"
            elif self.values.kind(name) == "integer" and self.values.allows(name, number):
                found[name] = number
            else:
                found[name] = usual[number % len(usual)] if self.values.kind(name) == "text" else usual[0]
        return found

    def begin(self, subject: str, at: int, facts: Mapping[str, Any], start: Selector | None = None) -> list[Told]:
        """Return a start event with these attributes, after events that bring those that it cannot carry itself."""
        selector = start or self.policy.beginnings[0]
        begun = self.event(selector.type, subject, at, facts)
        return [*self.bring(subject, at - MINUTE, facts, set(facts) - self.own(selector.type)), begun]

    def event(self, type: str, subject: str, at: int, facts: Mapping[str, Any]) -> Told:
        """Return an event with those of the facts that its type declares, and with its required fields."""
        own = self.own(type)
        carried = {name: value for name, value in facts.items() if name in own}
        left = [name for name in self.agreement.events[type].required if name not in facts]
        whole = solve(
            (),
            left,
            lambda name: self.values.candidates(name, at, type),
            carried,
            lambda found: self.consistent(type, found, at),
        )
        return self.told(type, subject, at, carried if whole is None else whole)

    def told(self, type: str, subject: str, at: int, data: Mapping[str, Any]) -> Told:
        """Return an event with its data as a source writes them."""
        return Told(type, subject, at, {name: self.values.raw(name, value, type) for name, value in data.items()})

    def chosen(
        self, selector: Selector, subject: str, at: int, facts: Mapping[str, Any], *, holds: bool = True
    ) -> Told | None:
        """Return an event that a selector means, or one of its type that it does not mean; None where there is none."""
        if selector.where is None and not holds:
            return None
        own = self.own(selector.type)
        required = set(self.agreement.events[selector.type].required) | (self.key(subject, at).keys() & own)
        read = (fields_of(selector.where) if selector.where is not None else set()) & own
        others = {name: value for name, value in facts.items() if name not in own or name in self.policy.match}
        wishes = [Wish(selector.where, holds)] if selector.where is not None else []

        def candidates(name: str) -> list[Any]:
            usual = self.values.candidates(name, at, selector.type)
            return usual if name in required else [None, *usual]

        found = solve(
            wishes,
            sorted(required | read),
            candidates,
            {**others, "time": at},
            lambda found: self.consistent(selector.type, found, at),
        )
        if found is None:
            return None
        return self.told(selector.type, subject, at, {name: found[name] for name in found if name in own})

    def variants(
        self, selector: Selector, subject: str, at: int, facts: Mapping[str, Any]
    ) -> Iterator[tuple[str, Told]]:
        """Yield an event of a selector's type with every value of every field of its own that its condition reads."""
        meant = self.chosen(selector, subject, at, facts)
        if selector.where is None or meant is None:
            return
        for name in sorted(fields_of(selector.where) & self.own(selector.type)):
            for value in (None, *self.values.candidates(name, at, selector.type)):
                data = {key: each for key, each in meant.data.items() if key != name}
                if value is not None:
                    data[name] = self.values.raw(name, value, selector.type)
                yield f"{name} {value}", meant._replace(data=data)

    def bring(
        self, subject: str, at: int, facts: Mapping[str, Any], names: Iterable[str], *, late: bool = False
    ) -> list[Told]:
        """Return events that bring attributes into a case without playing a part in it, as far as there are some.

        With `late` the instance has begun, so that starts of the policy can bring them too.
        """
        told: list[Told] = []
        left = set(names)
        while left:
            type = self.carrier(left, late)
            if type is None:
                break
            covered = left & self.own(type)
            carried = {name: facts[name] for name in covered if facts.get(name) is not None}
            told.append(self.event(type, subject, at + len(told), {**self.key(subject, at), **carried}))
            left -= covered
        return told

    def carrier(self, names: set[str], late: bool = False) -> str | None:
        """Return the type of event that best brings some of these attributes; None where only starts do."""
        starts = set(types_of(self.policy.beginnings))
        key = {name for name in self.policy.match if "subject" not in self.policy.match}
        found = [
            (
                bool(key - self.own(type)),
                type in self.policy.roles,
                type in self.busy,
                -len(names & self.own(type)),
                len(self.own(type)),
                type,
            )
            for type in self.agreement.events
            if names & self.own(type) and (late or type not in starts)
        ]
        return min(found)[-1] if found else None

    @cached_property
    def busy(self) -> frozenset[str]:
        """The types that announce windows, and those of deferrals."""
        types: set[str] = set()
        for source in self.agreement.windows.values():
            if isinstance(source, PlannedWindow):
                types |= set(types_of((*source.announcing, *(source.cancelled_by or ()))))
            elif isinstance(source, DeclaredWindow):
                types |= set(types_of((*source.from_, *source.to)))
        for policy in self.agreement.policies.values():
            if isinstance(policy, Deadline) and policy.deferral is not None:
                types |= set(types_of((*policy.deferral.event, *policy.deferral.until)))
        return frozenset(types)

    def odd_starts(self) -> Iterator[tuple[str, int]]:
        """Yield instants at which time is unusual, as far as the version is in force then."""
        first, after = self.agreement.in_force
        for when, at in self.unusual():
            if (first is None or first <= at) and (after is None or at < after):
                yield when, at

    def unusual(self) -> Iterator[tuple[str, int]]:
        """Yield clock changes, ends of days and months, closed hours."""
        day = moment(self.base).astimezone(self.zone).date()
        for number, transition in enumerate(self.transitions, 1):
            yield f"an hour before clock change {number}", transition - HOUR
            yield f"at clock change {number}", transition
            yield f"on the eve of clock change {number}", transition - DAY
        for months in (1, 2, 12):
            first = midnight(add_months(day, months), self.zone)
            yield f"in the last microsecond of month {months}", first - 1
            yield f"in the first microsecond of the month after month {months}", first
        sunday = midnight(day + timedelta(days=6 - day.weekday()), self.zone)
        yield "on a Sunday at noon", sunday + 12 * HOUR
        for each in self.special_days():
            yield f"at noon of {each}", midnight(each, self.zone) + 12 * HOUR
        yield "at midnight", midnight(day + timedelta(days=1), self.zone)

    def special_days(self) -> list[date]:
        """Return the days that the agreement's calendars name: holidays, and those of extra and removed periods."""
        found: set[date] = set()
        for calendar in self.agreement.document.calendars.values():
            found |= set(calendar.holidays.dates) if calendar.holidays is not None else set()
            found |= {date.fromisoformat(period.strip()[:10]) for period in (*calendar.extra, *calendar.removed)}
        return sorted(found)[:SPECIAL_DAYS]

    @cached_property
    def transitions(self) -> list[int]:
        """The instants at which the clocks of the agreement's zone change within a year of the base."""
        found = []
        for number in range(366):
            at, after = self.base + number * DAY, self.base + (number + 1) * DAY
            if self.offset(at) != self.offset(after):
                while after - at > 1:
                    middle = (at + after) // 2
                    at, after = (at, middle) if self.offset(middle) != self.offset(at) else (middle, after)
                found.append(after)
        return found

    def offset(self, at: int) -> timedelta | None:
        """Return how far the zone's clocks are from UTC."""
        return moment(at).astimezone(self.zone).utcoffset()
