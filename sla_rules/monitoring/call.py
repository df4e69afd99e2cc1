"""One call of a monitor: what it takes in, what it judges again, and what it then says."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, quoted
from sla_rules.evaluators.live.world import World
from sla_rules.events import Event, in_order, without_duplicates
from sla_rules.instants import moment, say_span
from sla_rules.monitoring import alerts
from sla_rules.monitoring.alerts import Alert
from sla_rules.monitoring.kept import copied, kept, text_of
from sla_rules.monitoring.points import ended_at, wakes_of
from sla_rules.monitoring.state import State, is_subject
from sla_rules.monitoring.telling import News, runs, sentence, told_of, warnings_of
from sla_rules.monitoring.units import Told, Unit, identity_of, units_of
from sla_rules.reason import reason
from sla_rules.verdict import Outcome, Tally, Verdict

PERIOD = '["'
"""How the names of periods begin: the text of a policy, a version and a label."""
RAISED = "raised"


class Call:
    """Takes events and the clock in.

    Attributes:
        alerts: what follows.
        begun: whether anything has changed, so that what is in memory is not what the store holds.
    """

    def __init__(self, state: State, retention: int | None) -> None:
        self.state = state
        self.retention = retention
        self.alerts: list[Alert] = []
        self.begun = False
        self._units: dict[str, Unit] = {}
        self._periods: dict[str, None] = {}

    def advance(self, now: int) -> None:
        """Move the clock on, and look again at everything whose instant passes on the way, one after the other."""
        self.begun = True
        wakes = self.state.wakes
        while wakes.next is not None and wakes.next <= now:
            self.state.now = wakes.next
            self._look(wakes.pop(wakes.next))
        self.state.now = now

    def observe(self, event: Event) -> None:
        """Take an event in, and look again at what it touches."""
        state, event = self.state, copied(event)
        if state.now is None or event.at > state.now:
            self.advance(event.at)
        elif self.retention is not None and event.at < state.now - self.retention:
            long_ago = f"is older than the {say_span(self.retention)} that this monitor keeps"
            raise InputError(f"event {quoted(event.name)} at {moment(event.at).isoformat()} {long_ago}")
        elif state.floor is not None and event.at < state.floor:
            let_go = f"may be of a case that was let go: those up to {moment(state.floor - 1).isoformat()} were"
            raise InputError(f"event {quoted(event.name)} at {moment(event.at).isoformat()} {let_go}")
        self.begun = True
        names = self._take(event)
        touched = [each for name in names for each in state.share(name, self._unit(name))]
        # Sorted, so that alerts come in the same order after a restart.
        self._look([*names, *sorted({name for each in touched for name in state.resting_on(each)})])

    def judge_all(self) -> None:
        """Look again at everything, after what was passed in with the events has changed."""
        self._look([name for name, _ in self.state.store.rows("units")])

    def _unit(self, name: str) -> Unit:
        if name not in self._units:
            self._units[name] = self.state.unit(name)
        return self._units[name]

    def _take(self, event: Event) -> list[str]:
        """Put an event where it belongs; return the units that are no longer as they were.

        Of several events with one id the first in order is kept, the others are set aside.
        """
        state, changes = self.state, self.state.changes
        key = text_of(event.id)
        home = None if event.id is None else changes.read(state.store, "ids", key)
        if home is None:
            return self._add(event)
        before = next(each for each in self._unit(home).events if each.id == event.id)
        (first,), _ = without_duplicates(in_order([before, event]))
        other = event if first is before else before
        aside = json.loads(changes.read(state.store, "aside", key) or "[]")
        said = [count for count in aside if count[0] == kept(other)]
        if said:
            said[0][1] += 1
        else:
            aside.append([kept(other), 1])
        changes.put("aside", key, text_of(aside))
        if first is before:
            return []
        return list(dict.fromkeys([*self._remove(before), *self._add(event)]))

    def _add(self, event: Event) -> list[str]:
        names = units_of(event, self.state.agreement.versions)
        for name in names:
            self._unit(name).events.append(event)
        if event.id is not None:
            self.state.changes.put("ids", text_of(event.id), names[0])
        return names

    def _remove(self, event: Event) -> list[str]:
        names = units_of(event, self.state.agreement.versions)
        for name in names:
            # By its id: an event with a number that is no number is not equal to itself.
            self._unit(name).events = [each for each in self._unit(name).events if each.id != event.id]
        return names

    def _look(self, names: Iterable[str]) -> None:
        """Judge units again, then the periods in which they count."""
        for name in dict.fromkeys(names):
            if name.startswith(PERIOD):
                self._periods[name] = None
            else:
                self._judge(name)
        for name in sorted(self._periods):
            self._judge_period(name)
        self._periods.clear()
        for name, unit in self._units.items():
            if not unit.events:
                self.state.drop(name, unit)
        self._units.clear()

    def _judge(self, name: str) -> None:
        """Judge a unit as of now, and tell what is no longer as it was told."""
        state, unit = self.state, self._unit(name)
        if self._lets_go(name, unit) or not (unit.events or unit.told):
            return
        worlds = state.worlds(unit)
        verdicts = state.judged(name, unit, worlds)
        told, unit.told = unit.told, {}
        wakes = list(state.month_ends(worlds))
        for identity, verdict in identified(verdicts):
            before = told.pop(identity, None)
            unit.told[identity] = self._tell(identity, verdict, before)
            self._count(identity, before, unit.told[identity])
            wakes += wakes_of(verdict)
        for identity, alert in self._rules(name, worlds, verdicts):
            before = told.pop(identity, None)
            unit.told[identity] = before or Told(RAISED, None, {RAISED: self._say(alert)})
        for identity, gone in told.items():
            self._take_back(identity, gone.alerts, "what it was about is no longer so")
            self._count(identity, gone, None)
        if unit.events:
            self._keep(name, unit, verdicts, wakes, state.rests(worlds, verdicts))
        for world in worlds:
            world.forget_cases()

    def _keep(self, name: str, unit: Unit, verdicts: list[Verdict], wakes: list[int], rests: set[str]) -> None:
        """Keep a unit, and when to look at it again."""
        state, now = self.state, self.state.now or 0
        pending = [each.due_at for each in verdicts if each.outcome is Outcome.PENDING and each.due_at is not None]
        unit.due = min(pending, default=None)
        unit.start = min((each.start_at for each in verdicts if each.start_at is not None), default=unit.events[0].at)
        unit.end = None
        if not any(runs(each, unit.events) for each in verdicts):
            unit.end = max([*(event.at for event in unit.events), *(ended_at(each) or 0 for each in verdicts)])
            leaves = self._leaves(name)
            if leaves is not None:
                wakes.append(leaves)
        unit.wakes = min((at for at in [*wakes, *state.openings(rests)] if at > now), default=None)
        state.keep(name, unit, rests)

    def _leaves(self, name: str) -> int | None:
        """Return when a unit may be let go, with those whose bookings share time; None while one of them stays."""
        group = {each: self._unit(each) for each in self.state.sharing(name)}
        if self.retention is None or any(each.end is None or self.state.lasting(name) for name, each in group.items()):
            return None
        times = [event.at for each in group.values() for event in each.events]
        ends = [max(each.end or 0, self.state.booked_until(name)) for name, each in group.items()]
        return max(times + ends) + self.retention + 1

    def _lets_go(self, name: str, unit: Unit) -> bool:
        """Let a unit go that was closed longer ago than anything is kept; what counts in periods goes on counting."""
        state = self.state
        leaves = self._leaves(name) if unit.events else None
        if leaves is None or (state.now or 0) < leaves:
            return False
        for each in state.sharing(name):
            self._forget(each, self._unit(each))
        state.floor = max(state.floor or 0, leaves - (self.retention or 0))
        return True

    def _forget(self, name: str, unit: Unit) -> None:
        """Empty a unit, of which only what counts in periods stays."""
        for identity, told in unit.told.items():
            self._count(identity, told, None, gone=True)
        for event in unit.events if is_subject(name) else ():
            if event.id is not None:
                self.state.changes.delete("ids", text_of(event.id))
                self.state.changes.delete("aside", text_of(event.id))
        unit.events, unit.told = [], {}

    def _tell(self, identity: str, verdict: Verdict, before: Told | None) -> Told:
        """Tell what is so of an instance and was not told, and take back what no longer is."""
        standing = {} if before is None else before.alerts
        news = {**told_of(verdict), **dict(warnings_of(verdict, set(standing)))}
        if over := {name: standing[name] for name in standing if name not in news}:
            self._take_back(identity, over, reason(verdict))
        said = {name: standing.get(name) or self._say(alert_of(verdict, each)) for name, each in news.items()}
        return Told(str(verdict.outcome), verdict.period if verdict.uptime is None else None, said)

    def _take_back(self, identity: str, numbers: Mapping[str, int], why: str) -> None:
        """Withdraw alerts that no longer hold, by their numbers."""
        for number in numbers.values():
            self._say(withdrawal(identity, number, why, self.state.agreement))

    def _say(self, alert: Alert) -> int:
        """Give an alert its number and put it into the outbox."""
        state = self.state
        state.number += 1
        numbered = replace(alert, number=state.number, at=state.now or 0)
        state.changes.put("alerts", alerts.key_of(state.number), alerts.written(numbered))
        self.alerts.append(numbered)
        return state.number

    def _rules(self, name: str, worlds: list[World], verdicts: list[Verdict]) -> Iterator[tuple[str, Alert]]:
        """Yield the alerts of the agreement's own rules that hold of a subject."""
        for version, subject, rule in self.state.holding(name, worlds, verdicts):
            identity = identity_of("", version.version, subject, (), None, rule.id, 0)
            yield (
                identity,
                Alert(0, RAISED, 0, "", subject, (), rule.sentence(), (rule.clause,), rule.id, version=version.version),
            )

    def _count(self, identity: str, before: Told | None, now: Told | None, gone: bool = False) -> None:
        """Count an instance in its period, where it was counted otherwise so far."""
        if before is not None and now is not None and (before.outcome, before.period) == (now.outcome, now.period):
            return
        policy, version, *_ = json.loads(identity)
        for told, step in ((before, -1), (now, 1)):
            if told is not None and told.period is not None:
                name = text_of([policy, version, told.period])
                tally = self._tally(name)
                tally["now"][told.outcome] = tally["now"].get(told.outcome, 0) + step
                if gone:
                    tally["gone"][told.outcome] = tally["gone"].get(told.outcome, 0) + 1
                self.state.changes.put("tallies", name, text_of(tally))
                self._periods[name] = None

    def _tally(self, name: str) -> dict[str, Any]:
        text = self.state.changes.read(self.state.store, "tallies", name)
        return {"now": {}, "gone": {}, "alerts": {}, "wakes": None} if text is None else json.loads(text)

    def _judge_period(self, name: str) -> None:
        """Judge a period as of now, and tell what is no longer as it was told."""
        state, tally = self.state, self._tally(name)
        policy, version, period = json.loads(name)
        compiled = next(each for each in state.versions if each.version.version == version)
        counts = Counter(tally["now"]) + Counter(tally["gone"])
        verdict = compiled.period(policy, period, Tally(**counts), state.now)
        end = compiled.end_of(policy, period)
        identity = identity_of(policy, version, "", (), None, period, 0)
        if verdict is None or end is None:
            self._take_back(identity, tally["alerts"], "nothing counts in it any more")
            tally["alerts"] = {}
        else:
            tally["alerts"] = self._tell(identity, verdict, Told("", None, tally["alerts"])).alerts
        tally["wakes"] = end if end is not None and end > (state.now or 0) else None
        state.changes.put("tallies", name, text_of(tally))
        state.wakes.set(name, tally["wakes"])


def identified(verdicts: Iterable[Verdict]) -> Iterator[tuple[str, Verdict]]:
    """Yield the verdicts on instances with what tells each from the others, however the rest of it changes."""
    numbers: Counter[tuple[object, ...]] = Counter()
    for each in verdicts:
        named = each.evidence[0] if each.evidence and each.uptime is None else ""
        parts = (each.policy, each.version, each.subject, each.key, each.start_at, named)
        numbers[parts] += 1
        yield identity_of(*parts, numbers[parts]), each


def alert_of(verdict: Verdict, news: News) -> Alert:
    """Return an alert about an instance or a period, without a number yet."""
    return Alert(
        0,
        news.kind,
        0,
        verdict.policy,
        verdict.subject,
        verdict.key,
        sentence(verdict, news),
        verdict.clauses,
        period=verdict.period,
        start_at=verdict.start_at,
        due_at=verdict.due_at,
        point=news.point,
        version=verdict.version,
    )


def withdrawal(identity: str, number: int, why: str, agreement: Agreement) -> Alert:
    """Return the alert that takes another one back, without a number yet."""
    policy, named, subject, key, start_at, name, _ = json.loads(identity)
    version = next(each for each in agreement.versions if each.version == named)
    clause = version.policies[policy].clause if policy else version.rules[name].clause
    return Alert(
        0,
        "withdrawn",
        0,
        policy,
        subject,
        tuple(key),
        f"No longer so: {why}",
        (clause,),
        rule="" if policy else name,
        start_at=start_at,
        withdraws=number,
        version=named,
    )
