"""What is known at an instant: the events that exist by then, each once, as an agreement declares them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, SlaError, did_you_mean, quoted
from sla_rules.events import RULING, Event, Finding, Window, finding, in_order, without_duplicates
from sla_rules.instants import micros
from sla_rules.language.policies import Deadline


@dataclass
class Known:
    """Events as of an instant.

    Attributes:
        events: those that exist by then, in the total order, each once.
        as_of: the instant; None where there was no event to take it from.
        given: how many events of each type came in.
        findings: what is remarkable about repeated ids.
    """

    events: list[Event]
    as_of: int | None
    given: Counter[str]
    findings: list[Finding]


def known_events(events: Iterable[Event], as_of: object) -> Known:
    """Return what is known at an instant, that of the latest event unless given. Raises `InputError`."""
    ordered = in_order(events)
    given = Counter(event.type for event in ordered)
    at = ordered[-1].at if as_of is None and ordered else None
    if as_of is not None:
        at = micros(as_of)
    kept, findings = without_duplicates([event for event in ordered if event.at <= (at or 0)])
    return Known(kept, at, given, findings)


class Reading:
    """Known events as one version of an agreement reads them.

    Attributes:
        events: those that it declares, with their fields read.
        findings: what is remarkable about them as such.
        left_out: the subjects of which an event contradicts itself, and was left out.
    """

    def __init__(self, known: Known, agreement: Agreement, versions: Sequence[Agreement]) -> None:
        self.agreement = agreement
        self.versions = versions
        self.events: list[Event] = []
        self.findings = [*known.findings]
        self.left_out: set[str] = set()
        undeclared: dict[str, list[Event]] = {}
        first: dict[str, int] = {}
        for event in known.events:
            found: list[Finding] = []
            begun = first.setdefault(event.subject, event.at)
            if event.type not in agreement.events:
                if (
                    event.type != RULING
                    and concerns(agreement, versions, event.at)
                    and not self._known_elsewhere(event.type, begun)
                ):
                    undeclared.setdefault(event.type, []).append(event)
            elif (kept := agreement.read(event, found)) is not None:
                self.events.append(kept)
            else:
                self.left_out.add(event.subject)
            if found and (concerns(agreement, versions, event.at) or agreement.covers(begun)):
                self.findings += found
        for type, unknown in undeclared.items():
            message = unknown_type(type, agreement)
            self.findings.append(replace(finding("unknown_type", message, unknown[0]), count=len(unknown)))

    def _known_elsewhere(self, type: str, begun: int) -> bool:
        """Say whether the version by which a case is judged, from its first event, declares a type of event."""
        return any(type in version.events and version.covers(begun) for version in self.versions)


def concerns(agreement: Agreement, versions: Sequence[Agreement], at: int) -> bool:
    """Say whether an instant is one of this version of an agreement, or of none."""
    return len(versions) == 1 or agreement.covers(at) or not any(version.covers(at) for version in versions)


def unknown_type(type: str, agreement: Agreement) -> str:
    """Return the message about events of a type that an agreement does not declare."""
    return f"unknown event type {quoted(type)}{did_you_mean(type, [*agreement.events, RULING])}"


def unknown_service(name: str, agreement: Agreement) -> str:
    """Return the message about a service whose availability an agreement does not promise."""
    return f"no policy names service {quoted(name)}{did_you_mean(name, agreement.services)}"


def windows_of_no_service(
    kind: str, passed: Iterable[Window], agreement: Agreement, versions: Sequence[Agreement]
) -> list[Finding]:
    """Return findings about the windows passed in of a kind that an availability excludes, but of no service.

    Where deadlines exclude the kind by a field of their cases, its windows may be of something else than a service.
    """
    if agreement.windows[kind].scope is not None and any(
        isinstance(policy, Deadline) and kind in policy.exclude for policy in agreement.policies.values()
    ):
        return []
    said = {
        f"window {quoted(kind)} {window.start.isoformat()}: {unknown_service(window.scope, agreement)}"
        for window in passed
        if window.kind == kind and window.scope is not None and window.scope not in agreement.services
        if concerns(agreement, versions, window.start_at)
    }
    return [Finding("unknown_service", message) for message in sorted(said)]


def check_agreement(agreement: object) -> None:
    """Refuse what is no agreement. Raises `SlaError`."""
    if not isinstance(agreement, Agreement):
        raise SlaError(f"{quoted(agreement)} is not an Agreement; `load` makes one")


def checked_events(events: Iterable[Event]) -> list[Event]:
    """Return events as a list. Raises `InputError` where there is nothing to iterate."""
    if not isinstance(events, Iterable):
        raise InputError(f"events must be a list, found {quoted(events)}")
    return list(events)


def checked_windows(windows: Iterable[Window], *agreements: Agreement) -> list[Window]:
    """Return windows as a list. Raises `InputError` for what is none, or of a kind that no agreement knows."""
    if not isinstance(windows, Iterable):
        raise InputError(f"windows must be a list, found {quoted(windows)}")
    passed = list(windows)
    if not passed:
        return passed
    versions = [version for agreement in agreements for version in agreement.versions]
    known = [kind for version in versions for kind in version.windows]
    for window in passed:
        if not isinstance(window, Window):
            raise InputError(f"{quoted(window)} is not a Window")
        if window.kind not in known:
            hint = did_you_mean(window.kind, known)
            raise InputError(f"window {quoted(window.id or window.kind)}: unknown kind {quoted(window.kind)}{hint}")
    return passed
