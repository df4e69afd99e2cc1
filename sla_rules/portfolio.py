"""Many agreements over one log: a field of the events says by which of them each case is judged."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import Field

from sla_rules.agreement import Agreement, built_in, load
from sla_rules.errors import AgreementError, SlaError, did_you_mean, quoted
from sla_rules.events import Finding, Window
from sla_rules.known import checked_windows
from sla_rules.language.base import Model, Text
from sla_rules.language.declarations import KEY_KINDS, RESERVED
from sla_rules.language.policies import Deadline
from sla_rules.language.problems import most, validated
from sla_rules.language.reading import Lines, read_file
from sla_rules.language.selectors import Selector, types_of
from sla_rules.language.windows import DeclaredWindow, PlannedWindow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PortfolioFinding(Finding):
    """A finding, and the agreement in whose share of the log it was made.

    Attributes:
        agreement: its name in the portfolio; None where the finding is about the log itself.
    """

    agreement: str | None = None


def tagged(kind: Callable[..., T], value: Any, agreement: str | None) -> T:
    """Return a finding, a verdict or a line of a summary as one of a kind that names its agreement as well."""
    return kind(**{each.name: getattr(value, each.name) for each in fields(value)}, agreement=agreement)


class Reader(NamedTuple):
    """By what declarations text is read for some agreements of a portfolio.

    Attributes:
        agreement: declares every field of theirs.
        names: theirs.
    """

    agreement: Agreement
    names: tuple[str, ...]


class Portfolio:
    """Agreements by name, and the field of the events that names the agreement of a case.

    A subject belongs to the agreement that the first of its events with that field names. Events of subjects that
    never say it, and that announce windows, publications or how a service does, concern every agreement.

    Attributes:
        agreements: by name, in the order given.
        by: the field.
    """

    def __init__(self, agreements: Mapping[str, Agreement], by: str) -> None:
        """Take agreements by name, and the field.

        Raises:
            SlaError: no agreement, one that is none, a name that is no text, or a field that can name nothing.
        """
        if not isinstance(agreements, Mapping) or not agreements:
            raise SlaError(f"a portfolio takes agreements by name, found {quoted(agreements)}")
        for name, agreement in agreements.items():
            if not isinstance(name, str) or not name:
                raise SlaError(f"the name of an agreement must be text, found {quoted(name)}")
            if not isinstance(agreement, Agreement):
                raise SlaError(f"{quoted(name)}: {quoted(agreement)} is not an Agreement; `load` makes one")
        _check_field(by, agreements.values())
        self.agreements = dict(agreements)
        self.by = by
        self._whole = self.agreements
        self._common = _common_types(self.agreements.values())

    def only(self, *patterns: str) -> "Portfolio":
        """Return the same portfolio with those policies whose ids match one of the patterns (`support.*`).

        Agreements that have none of them are left out, with their cases.

        Raises:
            SlaError: a pattern matches no policy of any agreement.
        """
        found: dict[str, list[str]] = {}
        for pattern in patterns:
            having = [name for name, agreement in self.agreements.items() if _matches(agreement, pattern)]
            if not having:
                policies = [id for agreement in self.agreements.values() for id in agreement.policies]
                raise SlaError(f"no policy matches {quoted(pattern)}{did_you_mean(pattern, policies)}")
            for name in having:
                found.setdefault(name, []).append(pattern)
        if not found:
            raise SlaError('say which policies: `only("support.*")`')
        chosen = {name: each.only(*found[name]) for name, each in self.agreements.items() if name in found}
        narrowed = Portfolio(chosen, self.by)
        # Whose a case is does not depend on what is judged.
        narrowed._whole, narrowed._common = self._whole, self._common
        return narrowed

    @property
    def known_names(self) -> frozenset[str]:
        """The names of all its agreements, `only` or not."""
        return frozenset(self._whole)

    @property
    def whole(self) -> tuple[Agreement, ...]:
        """All its agreements, `only` or not."""
        return tuple(self._whole.values())

    @property
    def services(self) -> frozenset[str]:
        """The services whose availability some agreement promises."""
        return frozenset(
            service for each in self._whole.values() for version in each.versions for service in version.services
        )

    @property
    def common_types(self) -> frozenset[str]:
        """The types of events that, of a subject without an agreement, concern every agreement."""
        return self._common

    def leaves_aside(self, name: str | None) -> bool:
        """Say whether a name is that of an agreement of which `only` left nothing to judge."""
        return name in self.known_names and name not in self.agreements

    def concerned(self, subject: str, types: Collection[str]) -> tuple[str, ...]:
        """Return the names of the agreements, `only` or not, that a subject which never says its own concerns.

        Args:
            subject: it concerns those that promise its availability;
            types: those of its events: it concerns those that declare a common one of them.
        """
        common = self._common.intersection(types)
        return tuple(
            name
            for name, agreement in self._whole.items()
            if any(
                subject in version.services or not common.isdisjoint(version.events) for version in agreement.versions
            )
        )

    def windows_of(self, windows: Iterable[Window]) -> dict[str, list[Window]]:
        """Return the windows that each agreement knows the kind of, by its name.

        Raises:
            InputError: something is no window, or of a kind that no agreement knows.
        """
        found: dict[str, list[Window]] = {name: [] for name in self.agreements}
        for window in checked_windows(windows, *self.whole):
            for name, agreement in self.agreements.items():
                if any(window.kind in version.windows for version in agreement.versions):
                    found[name].append(window)
        return found

    def readers(self) -> list[Reader]:
        """Return by what declarations text is read, so that each field is read as every agreement of it declares it.

        There is one for all, unless two of them declare a field of one event type with different kinds.
        """
        groups: list[tuple[dict[tuple[str, str], str], list[str]]] = []
        alone: list[Reader] = []
        for name, agreement in self.agreements.items():
            kinds, consistent = _kinds(agreement)
            if not consistent:
                alone.append(Reader(agreement, (name,)))
                continue
            for known, names in groups:
                if all(known.get(field, kind) == kind for field, kind in kinds.items()):
                    known.update(kinds)
                    names.append(name)
                    break
            else:
                groups.append((kinds, [name]))
        return [*(Reader(_declaring(kinds, self), tuple(names)) for kinds, names in groups), *alone]

    def __repr__(self) -> str:
        """Its names and the field."""
        names = ", ".join(list(self.agreements)[:5])
        more = f" and {len(self.agreements) - 5} more" if len(self.agreements) > 5 else ""
        return f"<Portfolio by {self.by}: {names}{more}>"


def _check_field(by: object, agreements: Iterable[Agreement]) -> None:
    """Refuse a field that can name no agreement, or that is misspelt. Raises `SlaError`."""
    if not isinstance(by, str) or not by:
        raise SlaError(f"`by` must be the name of a field, found {quoted(by)}")
    if by in RESERVED:
        raise SlaError(f"`by` must be a field of the data, {quoted(by)} is none")
    kinds: dict[str, set[str]] = {}
    for agreement in agreements:
        for version in agreement.versions:
            for declaration in version.events.values():
                for name, declared in declaration.fields.items():
                    kinds.setdefault(name, set()).add(declared.kind)
    hint = did_you_mean(by, kinds)
    if by not in kinds and hint:
        raise SlaError(f"`by`: no event has a field {quoted(by)}{hint}")
    wrong = sorted(kinds.get(by, set()) - set(KEY_KINDS))
    if wrong:
        raise SlaError(f"`by`: {quoted(by)} is declared as {wrong[0]}, which cannot name an agreement")


def _matches(agreement: Agreement, pattern: str) -> bool:
    try:
        return bool(agreement.only(pattern).policies)
    except SlaError:
        return False


def _kinds(agreement: Agreement) -> tuple[dict[tuple[str, str], str], bool]:
    """Return the kind of each field by event type, and whether all versions agree on them."""
    kinds: dict[tuple[str, str], str] = {}
    consistent = True
    for version in agreement.versions:
        for type, declaration in version.events.items():
            for name, declared in declaration.fields.items():
                consistent &= kinds.setdefault((type, name), declared.kind) == declared.kind
    return kinds, consistent


def _declaring(kinds: Mapping[tuple[str, str], str], portfolio: Portfolio) -> Agreement:
    """Return an agreement that declares fields, and promises nothing."""
    events: dict[str, dict[str, Any]] = {}
    for (type, name), kind in kinds.items():
        events.setdefault(type, {})[name] = {"kind": kind}
    return load({"agreement": repr(portfolio), "events": events})


def _common_types(agreements: Iterable[Agreement]) -> frozenset[str]:
    """Return the types of the events from which windows and publications are read.

    Backlogs are made of cases, and a case has an agreement, or is a finding.
    """
    common: set[str] = set()
    for version in (version for agreement in agreements for version in agreement.versions):
        common |= set(types_of(tuple(_window_selectors(version))))
        for policy in version.policies.values():
            if isinstance(policy, Deadline) and policy.deferral is not None:
                common |= set(types_of(policy.deferral.until))
    return frozenset(common)


def _window_selectors(version: Agreement) -> Iterator[Selector]:
    for source in version.windows.values():
        if isinstance(source, PlannedWindow):
            yield from (*source.announcing, *(source.cancelled_by or ()))
        elif isinstance(source, DeclaredWindow):
            yield from (*source.from_, *source.to)


class PortfolioFile(Model):
    """A portfolio as a YAML file states it."""

    by: Text
    agreements: Annotated[dict[Text, Text], Field(min_length=1)]


def load_portfolio(path: str | PathLike[str], *, timezone: str | None = None) -> Portfolio:
    """Load a portfolio from a YAML file: `by: customer` and `agreements: {acme: acme.yaml}`.

    Args:
        path: of the file. The agreements are paths, seen from its folder, or names of built-in agreements.
        timezone: used in place of the time zones of all agreements.

    Raises:
        AgreementError: with every problem found, in the file or in an agreement, each with its file and line.
        SlaError: the field can name no agreement.
    """
    place = Path(path)
    raw, places = read_file(place)
    lines = Lines(places, str(place))
    stated = validated(PortfolioFile, raw, lines)
    known = built_in()
    found: dict[str, Agreement] = {}
    problems = []
    for name, source in stated.agreements.items():
        beside = place.parent / source
        if not beside.exists() and source not in known:
            near = [each.name for each in sorted(place.parent.iterdir()) if each != place]
            message = f"no agreement {quoted(source)}{did_you_mean(source, [*near, *known])}"
            problems.append(lines.problem(("agreements", name), message))
            continue
        try:
            found[name] = load(beside if beside.exists() else source, timezone=timezone)
        except AgreementError as error:
            problems += error.problems
    if problems:
        raise AgreementError(most(problems))
    return Portfolio(found, stated.by)
