"""What a monitor knows: units and tallies in its store, and by what they are found again in memory."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from sla_rules.agreement import Agreement
from sla_rules.evaluators.live.chains import Chains
from sla_rules.evaluators.live.judging import Compiled
from sla_rules.evaluators.live.world import World
from sla_rules.events import Event, Window, in_order
from sla_rules.known import Known
from sla_rules.language.policies import Availability, Deadline
from sla_rules.language.rules import ChainedRule
from sla_rules.monitoring.clockwork import Clockwork
from sla_rules.monitoring.kept import event_of, kept, text_of
from sla_rules.monitoring.ledger import Ledger, Share, Touched, backlogs_of, publication_tag, window_tag
from sla_rules.monitoring.stores import Changes, Store
from sla_rules.monitoring.units import SUBJECT, Unit, read, unit_of
from sla_rules.periods import bounds, label
from sla_rules.verdict import Tally, Verdict


class State:
    """Everything that is known, as of `now`.

    Attributes:
        store: where it lives.
        changes: what the call under way changes in it.
        now: the instant of knowledge, in microseconds; None before the first.
        number: that of the last alert.
        floor: the instant, in microseconds, from which on nothing has been let go; None as long as nothing was.
        dues: when what is pending is due, by unit.
        wakes: when to look at a unit or a period again.
    """

    def __init__(self, agreement: Agreement, versions: list[Compiled], store: Store, passed: list[Window]) -> None:
        self.agreement = agreement
        self.versions = versions
        self.store = store
        self.passed = passed
        self.chains = {each.version: Chains(each.version) for each in versions}
        self.load()

    def load(self) -> None:
        """Take up what the store holds; what is in memory only is found anew."""
        self.changes = Changes()
        self.dues, self.wakes = Clockwork(), Clockwork()
        self.ledgers = [Ledger(each, self.passed) for each in self.versions]
        self.resting: dict[str, dict[str, None]] = {}
        clock = json.loads(self.store.read("meta", "clock") or '{"now": null, "number": 0, "floor": null}')
        self.now: int | None = clock["now"]
        self.number: int = clock["number"]
        self.floor: int | None = clock["floor"]
        for name, text in self.store.rows("units"):
            unit = read(text)
            self.dues.set(name, unit.due)
            self.wakes.set(name, unit.wakes)
            self._rest(name, (), unit.rests)
            if unit.shares:
                self.share(name, unit)
        for name, text in self.store.rows("tallies"):
            self.wakes.set(name, json.loads(text)["wakes"])

    def commit(self) -> None:
        """Write what has changed, all or nothing."""
        self.changes.put("meta", "clock", text_of({"now": self.now, "number": self.number, "floor": self.floor}))
        self.store.write(self.changes)
        self.changes = Changes()

    def events(self) -> list[Event]:
        """Return all events that are kept, those set aside for their ids among them."""
        units = {name: read(text) for name, text in self.store.rows("units")}
        found = [event for name, unit in units.items() if is_subject(name) for event in unit.events]
        homes = {name for name in units if is_subject(name)}
        others = [event for name, unit in units.items() if not is_subject(name) for event in unit.events]
        # An event of a case across subjects may outlive its own subject; it is there once all the same.
        strays = {text_of(kept(event)): event for event in others if unit_of(SUBJECT, (event.subject,)) not in homes}
        aside = (each for _, text in self.store.rows("aside") for each in json.loads(text))
        return [*found, *strays.values(), *(event for said, number in aside for event in [event_of(said)] * number)]

    def counts(self) -> Callable[[Verdict], bool]:
        """Return what says whether an instance is one of a unit that is kept."""
        units = {name for name, _ in self.store.rows("units")}

        def counts(verdict: Verdict) -> bool:
            match = verdict.terms.policy.match
            return (
                unit_of(SUBJECT, (verdict.subject,)) if "subject" in match else unit_of(match, verdict.key)
            ) in units

        return counts

    def gone(self) -> dict[tuple[str, str | None], dict[str, Tally]]:
        """Return what counts in periods of cases that are gone, by policy and version, then by period."""
        found: dict[tuple[str, str | None], dict[str, Tally]] = {}
        for name, text in self.store.rows("tallies"):
            policy, version, period = json.loads(name)
            if gone := json.loads(text)["gone"]:
                found.setdefault((policy, version), {})[period] = Tally(**gone)
        return found

    def unit(self, name: str) -> Unit:
        """Return a unit, a new one where there is none."""
        text = self.changes.read(self.store, "units", name)
        return Unit() if text is None else read(text)

    def keep(self, name: str, unit: Unit, rests: Iterable[str]) -> None:
        """Keep a unit as it is now, with what it rests on."""
        self._rest(name, unit.rests, rests)
        unit.rests = sorted(rests)
        self.changes.put("units", name, unit.written())
        self.dues.set(name, unit.due)
        self.wakes.set(name, unit.wakes)

    def drop(self, name: str, unit: Unit) -> None:
        """Let a unit go."""
        self._rest(name, unit.rests, ())
        self.changes.delete("units", name)
        self.dues.set(name, None)
        self.wakes.set(name, None)
        for ledger in self.ledgers:
            ledger.put(name, Share())

    def _rest(self, name: str, before: Iterable[str], now: Iterable[str]) -> None:
        for tag in set(before) - set(now):
            self.resting[tag].pop(name, None)
            if not self.resting[tag]:
                del self.resting[tag]
        for tag in now:
            self.resting.setdefault(tag, {})[name] = None

    def worlds(self, unit: Unit) -> list[World]:
        """Return the events of a unit as each version reads them, with what concerns other units too."""
        known = Known(in_order(unit.events), self.now, Counter(), [])
        found: list[World] = []
        for compiled, ledger in zip(self.versions, self.ledgers, strict=True):
            world = World(compiled.version, known, self.passed, self.agreement.versions)
            world.shared = ledger
            found.append(world)
        return found

    def share(self, name: str, unit: Unit) -> list[Touched]:
        """Take what the events of a unit mean for others; return what changed for them, by version."""
        types = {event.type for event in unit.events}
        touched: list[Touched] = []
        unit.shares = False
        if not any(types & ledger.types for ledger in self.ledgers):
            return [ledger.put(name, Share()) for ledger in self.ledgers]
        for world, ledger in zip(self.worlds(unit), self.ledgers, strict=True):
            share = ledger.share_of(world, is_subject(name)) if types & ledger.types else Share()
            unit.shares = unit.shares or bool(share)
            touched.append(ledger.put(name, share))
        return touched

    def lasting(self, name: str) -> bool:
        """Say whether others may rest on a unit as long as there are any."""
        return any(ledger.lasting(name) for ledger in self.ledgers)

    def judged(self, name: str, unit: Unit, worlds: list[World]) -> list[Verdict]:
        """Return the verdicts on all instances of a unit."""
        types = {event.type for event in unit.events}
        return [
            verdict
            for compiled, world in zip(self.versions, worlds, strict=True)
            for id in compiled.concerned(types)
            if ("subject" in compiled.version.policies[id].match) == is_subject(name)
            for verdict in compiled.judge(id, world)
        ]

    def holding(
        self, name: str, worlds: list[World], verdicts: list[Verdict]
    ) -> Iterator[tuple[Agreement, str, ChainedRule]]:
        """Yield the rules of the agreement that hold of a subject, by the version in force when it began."""
        for world in worlds if is_subject(name) else ():
            version = world.agreement
            for (subject,), case in world.cases(SUBJECT).items() if version.rules else ():
                if self.agreement.version_at(case.events[0].at) is version:
                    of_subject = [each for each in verdicts if each.subject == subject]
                    for id in self.chains[version].holding(case, of_subject):
                        yield version, subject, version.rules[id]

    def openings(self, rests: Iterable[str]) -> list[int]:
        """Return when windows without an end begin that were passed in and that something rests on."""
        ahead = [each for each in self.passed if each.end_at is None]
        return [each.start_at for each in ahead if any(concerns(each, each.kind, tag) for tag in rests)]

    def month_ends(self, worlds: list[World]) -> Iterator[int]:
        """Yield when the months of the services among some events are first judged, and when they are over."""
        for compiled, world in zip(self.versions, worlds, strict=True):
            zone = world.agreement.zone
            for policy in compiled.services:
                if (policy.service,) in world.cases(SUBJECT):
                    start, end = bounds(label(world.now, policy.per, zone), policy.per, zone)
                    yield from (start + 1, end)

    def sharing(self, name: str) -> set[str]:
        """Return the units whose bookings share time with those of a unit, or with those of such a unit; itself too."""
        found, ahead = {name}, [name]
        while ahead:
            unit = ahead.pop()
            others = {other for ledger in self.ledgers for other in ledger.sharing(unit)} - found
            found |= others
            ahead += others
        return found

    def booked_until(self, name: str) -> int:
        """Return when the last booking of a unit ends."""
        return max((ledger.booked_until(name) for ledger in self.ledgers), default=0)

    def rests(self, worlds: list[World], verdicts: list[Verdict]) -> set[str]:
        """Return the names of what the verdicts on a unit rest on beside its own events."""
        tags: set[str] = set()
        for world, ledger in zip(worlds, self.ledgers, strict=True):
            version = world.agreement
            by_policy: dict[str, list[Verdict]] = {}
            for verdict in verdicts:
                if verdict.version == version.version:
                    by_policy.setdefault(verdict.policy, []).append(verdict)
            for id, of_policy in by_policy.items():
                policy = version.policies[id]
                if isinstance(policy, Availability):
                    tags |= {window_tag(kind, policy.service) for kind in policy.exclude}
                if isinstance(policy, Deadline):
                    for kind in policy.exclude:
                        tags |= {window_tag(kind, value) for value in values(world, version.windows[kind].scope)}
                    if policy.deferral is not None and any(each.type in policy.deferral.types for each in world.events):
                        tags.add(publication_tag(id, found=all(each.due_at is not None for each in of_policy)))
                for backlog in backlogs_of(policy):
                    tags |= {ledger.backlog_tag(backlog, value) for value in values(world, backlog.by)}
        return tags

    def resting_on(self, touched: Touched) -> Iterator[str]:
        """Yield the units that rest on what was touched."""
        yield from touched.units
        for tag in touched.tags:
            yield from self.resting.get(tag, ())
        for kind, window in touched.windows:
            for tag in [each for each in self.resting if concerns(window, kind, each)]:
                for name in self.resting[tag]:
                    unit = self.unit(name)
                    before = window.end_at is not None and window.end_at < unit.start
                    if not before and (unit.end is None or window.start_at <= unit.end):
                        yield name


def is_subject(name: str) -> bool:
    """Say whether a unit is all that happened to one subject, rather than a case across subjects."""
    return name.startswith('"')


def values(world: World, field: str | None) -> set[object]:
    """Return all values of a field among events; None alone where there is none."""
    found: set[object] = {
        str(event.data[field]) for event in world.events if field is not None and event.data.get(field) is not None
    }
    return found or {None}


def concerns(window: Window, kind: str, tag: str) -> bool:
    """Say whether what rests on a tag rests on a window of a kind: one without a scope concerns all scopes."""
    return tag == window_tag(kind, window.scope) or (
        window.scope is None and tag.startswith(window_tag(kind, None).removesuffix("null]"))
    )
