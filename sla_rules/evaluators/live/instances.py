"""Which obligations a case holds under a deadline: what begins each and what ends it, as the rules say."""

from dataclasses import dataclass, field

from sla_rules.evaluators.live.asking import Asking, Role
from sla_rules.evaluators.live.cases import by_instant
from sla_rules.evaluators.live.circumstances import in_force
from sla_rules.evaluators.live.engine import NotThere, Of, Rules, There
from sla_rules.evaluators.live.world import World
from sla_rules.events import Event
from sla_rules.language.policies import Deadline
from sla_rules.reason import named


@dataclass(slots=True)
class Instance:
    """One obligation: begun by a start event, ended by a stop or a cancel, if it has ended."""

    start: Event
    in_force: bool
    stop: Event | None = None
    cancel: Event | None = None
    reopened: list[tuple[Event, Event]] = field(default_factory=list)

    @property
    def ended_by(self) -> Event | None:
        """The stop or the cancel; None while it is open."""
        return self.stop or self.cancel


OPEN = There("o", {"is": "open", "n": Of("e", "n"), "by": Of("e", "event", "ne")})
"""The latest obligation, unless the event itself began it."""
NOT_ENDED = NotThere({"is": "ended", "n": Of("e", "n")})


def beginning_rules(start: Role, each: bool) -> Rules:
    """Return when a start begins an obligation: there was none, or with `each` the last one has ended."""
    return start.rules(There("d", {"is": "ended", "n": Of("e", "n")}) if each else NotThere({"is": "open"}))


def instance_rules(policy: Deadline) -> Rules:
    """Return which events begin, stop, cancel and reopen an obligation."""
    stopped = There("d", {"is": "ended", "n": Of("e", "n"), "stopped": 1, "by": Of("e", "event", "ne")})
    return {
        **beginning_rules(Role("start", policy.start, policy.applies), policy.occurrence == "each"),
        **Role("stop", policy.stop).rules(OPEN, NOT_ENDED),
        **Role("cancel", policy.cancel).rules(OPEN, NOT_ENDED),
        **Role("resume", policy.resume).rules(stopped),
    }


class Course:
    """The obligations of a case as they come and go.

    Each time one begins or is reopened is an opening; the rules know openings by their number.
    """

    def __init__(self, asking: Asking[Deadline]) -> None:
        self.asking = asking
        self.policy = policy = asking.policy
        self.found: list[Instance] = []
        self.openings = 0
        self.start = Role("start", policy.start, policy.applies)
        self.stop = Role("stop", policy.stop)
        self.cancel = Role("cancel", policy.cancel)
        self.resume = Role("resume", policy.resume)
        if policy.occurrence == "each":
            asking.tell({"is": "ended", "n": 0, "stopped": 0, "by": -1})

    def follow(self) -> list[Instance]:
        """Return all obligations.

        Within one instant: stops of the one that is open, then cancels, then starts, then the stops and cancels not yet
        used.
        """
        policy, case = self.policy, self.asking.case
        started = False
        for instant in by_instant(event for event in case.events if event.type in policy.roles):
            stops, cancels = instant.copy(), instant.copy()
            self._end(stops, cancels)
            self._reopen(instant)
            for event in instant:
                self._begin(event)
            self._end(stops, cancels)
            started = started or any(self.asking.means(self.start, each, each, policy.roles) for each in instant)
            for event in [] if started else instant:
                if case.means(policy.stop, event):
                    stop_without_start(policy, event, case.world)
        return self.found

    def _begin(self, event: Event) -> None:
        if self.asking.hears(self.start, event, event, self.policy.roles, n=self.openings):
            self.found.append(Instance(event, in_force(self.policy, event, self.asking.case.world)))
            self._open()

    def _open(self) -> None:
        self.openings += 1
        by = self.asking.case.number[id(self.found[-1].start)]
        self.asking.tell({"is": "open", "n": self.openings, "by": by})

    def _end(self, stops: list[Event], cancels: list[Event]) -> None:
        """End the obligation that is open by the first stop, else by the first cancel; each is used once."""
        for role, events in ((self.stop, stops), (self.cancel, cancels)) if self.found else ():
            for event in events:
                instance = self.found[-1]
                if self.asking.hears(role, event, instance.start, self.policy.roles, n=self.openings):
                    events.remove(event)
                    self._ended(instance, event, role is self.stop)
                    return

    def _ended(self, instance: Instance, event: Event, stopped: bool) -> None:
        if stopped:
            instance.stop = event
            self.asking.case.world.stopping.add(id(event))
        else:
            instance.cancel = event
        by = self.asking.case.number[id(event)]
        self.asking.tell({"is": "ended", "n": self.openings, "stopped": int(stopped), "by": by})

    def _reopen(self, instant: list[Event]) -> None:
        """Undo the stop of the last obligation by the first `resume` of an instant."""
        for event in instant if self.found else ():
            instance = self.found[-1]
            if self.asking.hears(self.resume, event, instance.start, self.policy.roles, n=self.openings):
                assert instance.stop is not None
                instance.reopened.append((instance.stop, event))
                instance.stop = None
                self._open()
                return


def stop_without_start(policy: Deadline, event: Event, world: World) -> None:
    """Note a stop before which nothing started, unless the start is a finding itself."""
    if event.subject not in world.left_out:
        message = f"`{event.type}` without {named(policy.start)} before it"
        world.stray[id(event), message] = event, message
