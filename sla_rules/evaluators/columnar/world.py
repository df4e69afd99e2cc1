"""What the columnar evaluator knows before it judges: the log of all events as of an instant, and its findings."""

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import pairwise
from numbers import Number
from threading import RLock
from typing import TypeVar, cast
from zlib import crc32

import numpy as np

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.cases import Cases
from sla_rules.evaluators.columnar.columns import Column, Flags, Ints, groups
from sla_rules.evaluators.columnar.findings import Remark
from sla_rules.evaluators.columnar.log import Log
from sla_rules.events import Finding, Window
from sla_rules.language.base import written

T = TypeVar("T")


def covered(version: Agreement, at: Ints) -> Flags:
    """Say at which instants a version of an agreement is in force."""
    first, after = version.in_force
    held: Flags = np.ones(len(at), np.bool_)
    if first is not None:
        held &= at >= first
    if after is not None:
        held &= at < after
    return held


class World:
    """All that is known at an instant, by one version of an agreement.

    Attributes:
        agreement: the version.
        versions: all of them.
        log: the events that it declares, read.
        now: the instant of knowledge; `as_of` is None where there was no event to take it from.
        passed: the windows given beside the events.
        findings: what is remarkable about the events as such.
        unknown: of those, the ones about types that are not known, with the time of the event that each names.
        remarks: what is remarkable about them by the agreement, not yet written out.
        left_out: the subjects of which an event was left out.
        stopping: for each event, whether it stopped an instance.
        share: which of how many parts by a key other than the subject this is; None where it is no such part.
    """

    def __init__(
        self,
        agreement: Agreement,
        versions: Sequence[Agreement],
        log: Log,
        as_of: int | None,
        windows: Sequence[Window],
        left_out: Collection[str] = (),
        wide: "World | None" = None,
    ) -> None:
        self.agreement = agreement
        self.versions = versions
        self.log = log
        self.as_of = as_of
        self.now = as_of or 0
        self.passed = windows
        self.left_out = frozenset(left_out)
        self._wide = wide
        self.findings: list[Finding] = []
        self.unknown: list[tuple[int, Finding]] = []
        self.remarks: list[Remark] = []
        self.stopping = np.zeros(len(log), np.bool_)
        self.share: tuple[int, int] | None = None
        self._stray: list[tuple[Ints, str]] = []
        self._found: dict[object, object] = {}
        self._finding = RLock()

    @property
    def wide(self) -> "World":
        """Where what concerns more than one subject is known."""
        return self._wide or self

    def once(self, key: object, find: Callable[[], T]) -> T:
        """Return what `find` finds, looked for once, whichever part of the world asks first."""
        with self._finding:
            if key not in self._found:
                self._found[key] = find()
            return cast(T, self._found[key])

    def forget(self) -> None:
        """Let go of what was found to judge by: the events and what is remarkable about them stay."""
        self._found.clear()

    def let_go(self) -> None:
        """Let go of what refers to this world, which nobody would collect soon."""
        self._found.clear()
        self.remarks.clear()

    def parts(self, size: int) -> "list[World]":
        """Return the world in parts of about as many events, no subject in two of them."""
        log = self.log.by_subject()
        cuts = [0]
        while cuts[-1] < len(log):
            last = min(cuts[-1] + size, len(log)) - 1
            cuts.append(int(np.searchsorted(log.subject, log.subject[last], side="right")))
        return [
            World(
                self.agreement, self.versions, log.part(first, after), self.as_of, self.passed, self.left_out, self.wide
            )
            for first, after in pairwise(cuts)
        ]

    def owned(self, key: Column) -> Flags:
        """Say which keys are those of this part, if it is one by a key."""
        if self.share is None:
            return np.ones(len(key), np.bool_)
        number, of = self.share
        owned: Flags = share_of(key, of) == number
        return owned

    def concerning(self, at: Ints) -> Flags:
        """Say which instants are ones of this version, or of none."""
        if len(self.versions) == 1:
            return np.ones(len(at), np.bool_)
        some = np.zeros(len(at), np.bool_)
        for version in self.versions:
            some |= covered(version, at)
        return covered(self.agreement, at) | ~some

    def remark(self, kind: str, events: Ints, say: Callable[[int], str] | str, policy: str | None = None) -> None:
        """Keep findings about events, each once, unless they happened while another version was in force.

        Args:
            kind: of the findings.
            events: places in the log.
            say: the message, or what gives the message of the n-th of them.
            policy: the policy concerned.
        """
        concerned = np.flatnonzero(self.concerning(self.log.at[events]))
        if len(concerned):
            self.remarks.append(Remark(kind, self.log, events[concerned], concerned, say, policy))

    def subjects(self, events: Ints) -> list[str]:
        """Return the subjects of events."""
        return self.log.names.subjects(self.log.subject[events]).to_list()

    def stray(self, events: Ints, message: Callable[[str], str]) -> None:
        """Note stops before which nothing started, unless the start is a finding itself."""
        for type in np.unique(self.log.type[events]).tolist():
            of_type = events[self.log.type[events] == type]
            if self.left_out:
                kept = [subject not in self.left_out for subject in self.subjects(of_type)]
                of_type = of_type[np.array(kept, np.bool_)]
            self._stray.append((of_type, message(self.log.types[type])))

    def settle(self) -> None:
        """Keep the findings about stops before which nothing started, unless they stopped what another policy began."""
        for message in dict.fromkeys(message for _, message in self._stray):
            # Policies with the same stops note the same events.
            events = np.unique(np.concatenate([events for events, said in self._stray if said == message]))
            self.remark("stop_without_start", events[~self.stopping[events]], message)

    def cases(self, match: tuple[str, ...], types: Iterable[str]) -> Cases:
        """Return the cases of a match, with their events of some types.

        An event that lacks a field of the match belongs to every case of its subject; where the subject is not in the
        match, to none.
        """
        wanted = frozenset(types)
        return self.once(("cases", match, wanted), lambda: self._cases(match, wanted)[0])

    def caseless(self, match: tuple[str, ...], types: Iterable[str]) -> Ints:
        """Return the events of some types that belong to no case of a match, because they lack a field of it."""
        if match == ("subject",):
            return np.zeros(0, np.int64)
        wanted = frozenset(types)
        return self.once(("caseless", match, wanted), lambda: self._cases(match, wanted)[1])

    def _cases(self, match: tuple[str, ...], types: frozenset[str]) -> tuple[Cases, Ints]:
        log = self.log
        if match == ("subject",):
            events = np.flatnonzero(log.of_types(types))
            return Cases(log, self.agreement.events, events, log.subject[events]), np.zeros(0, np.int64)
        keyed = frozenset(
            type
            for type, declaration in self.agreement.events.items()
            if any(name in declaration.fields for name in match)
        )
        events = np.flatnonzero(log.of_types(types | keyed))
        columns = [key_column(log, name).take(events) for name in match]
        whole = np.logical_and.reduce([column.present for column in columns])
        own = events[whole]
        case = groups([column.data[whole] for column in columns], len(own))
        heads = np.unique(case, return_index=True)[1]
        keys = {name: column.take(np.flatnonzero(whole)[heads]) for name, column in zip(match, columns, strict=True)}
        if "subject" not in match:
            return Cases(log, self.agreement.events, own, case, keys), events[~whole]
        # The events that lack a field belong to every case of their subject.
        subject_of_case = log.subject[own[heads]]
        order = np.argsort(subject_of_case, kind="stable")
        general = events[~whole]
        low = np.searchsorted(subject_of_case[order], log.subject[general], side="left")
        high = np.searchsorted(subject_of_case[order], log.subject[general], side="right")
        times = high - low
        shared = np.repeat(general, times)
        offset = np.arange(len(shared)) - np.repeat(np.cumsum(times) - times, times)
        shared_case = order[np.repeat(low, times) + offset]
        cases = Cases(
            log, self.agreement.events, np.concatenate([own, shared]), np.concatenate([case, shared_case]), keys
        )
        return cases, general[times == 0]


def share_of(key: Column, of: int) -> Ints:
    """Return the part of so many to which each value of a key belongs; that without a value to the first."""
    share: Ints = key.lookup(lambda value: steady_hash(value) % of, np.int64, 0)
    return share


def steady_hash(value: object) -> int:
    """Return a hash that is the same in every process, as that of a text is not; one for numbers that are equal."""
    return hash(value) if isinstance(value, Number) else crc32(str(value).encode("utf-8", "surrogatepass"))


def key_column(log: Log, name: str) -> Column:
    """Return a field of a match as places in a list of texts, so that what is written alike is one case."""
    if name == "subject":
        return Column(log.subject, np.ones(len(log), np.bool_))
    column = log.field(name).coded()
    assert column.values is not None
    texts: dict[str, int] = {}
    place = [texts.setdefault(str(written(value)), len(texts)) for value in column.values]
    data = np.array([*place, -1], np.int64)[np.where(column.present, column.data, len(place))]
    return Column(data, column.present, list(texts))
