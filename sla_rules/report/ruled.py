"""Rulings beside verdicts: which one holds on each, what promises come to after them, what is odd about them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sla_rules.agreement import Agreement
from sla_rules.errors import SlaError, did_you_mean, quoted
from sla_rules.events import Finding
from sla_rules.judged import Judged
from sla_rules.reason import in_zone
from sla_rules.report.recounted import end_of, recounted
from sla_rules.report.rulable import Identity, Row, fitting, rows_of
from sla_rules.report.summary import Line
from sla_rules.rulings import Ruling
from sla_rules.verdict import Outcome, Verdict

MOST_NAMED = 3
"""How many verdicts a message names."""


class Ruled(NamedTuple):
    """What rulings come to.

    Attributes:
        on: the ruling that holds on each verdict that is ruled on.
        after: the lines of the summary, without what is waived.
        findings: the rulings that hold on no verdict, and those that are odd.
    """

    on: dict[Identity, Ruling]
    after: list[Line]
    findings: list[Finding]


def ruled_by(judged: Judged, lines: list[Line], rulings: Sequence[Ruling]) -> Ruled:
    """Return what rulings come to beside verdicts, of which only those are looked up that may be ruled on."""
    if not rulings:
        return Ruled({}, lines, [])
    findings: list[Finding] = []
    rows = rows_of(judged, rulings)
    ruled_on: dict[Identity, tuple[Row, list[Ruling]]] = {}
    for ruling, (fits, near) in zip(rulings, fitting(rows, rulings), strict=True):
        if len(fits) == 1:
            ruled_on.setdefault(fits[0].identity, (fits[0], []))[1].append(ruling)
        else:
            findings.append(_ambiguous(ruling, fits, judged) if fits else _unfitting(ruling, near, judged))
    on: dict[Identity, Ruling] = {}
    waived: list[Row] = []
    for identity, (row, some) in ruled_on.items():
        ruling_held = _holding(some)
        if ruling_held is None:
            findings.append(_conflicting(some))
            continue
        on[identity] = ruling_held
        findings += _odd(ruling_held, row, judged)
        if ruling_held.decision == "waived" and row.outcome == Outcome.BREACHED:
            waived.append(row)
    return Ruled(on, recounted(judged, lines, rows, waived), findings)


def ruling_on(ruled: Ruled, verdict: Verdict) -> Ruling | None:
    """Return the ruling that holds on a verdict. Raises `SlaError` for what is none."""
    if not isinstance(verdict, Verdict):
        raise SlaError(f"a ruling is on a verdict, found {quoted(verdict)}")
    about = verdict.policy, verdict.version, verdict.subject, verdict.key, verdict.start_at, verdict.period
    return ruled.on.get((*about, verdict.tally is not None))


def _holding(rulings: Sequence[Ruling]) -> Ruling | None:
    """Return the ruling that holds among those on one verdict: the latest; None where that cannot be told."""
    latest = max(rulings, key=lambda ruling: (ruling.decided_at is not None, ruling.decided_at or 0))
    rivals = [ruling for ruling in rulings if ruling.decided_at in (None, latest.decided_at)]
    return latest if all(ruling.decision == latest.decision for ruling in rivals) else None


def divided(
    rulings: Sequence[Ruling], judged: Mapping[str, Judged]
) -> tuple[dict[str, list[Ruling]], list[tuple[Ruling, Finding]]]:
    """Divide rulings among agreements, by their names: each to the one that it names, or that has a verdict for it.

    Returns:
        The rulings of each agreement, and those that belong to none or to several, each with a finding on it.
    """
    shares: dict[str, list[Ruling]] = {name: [] for name in judged}
    unnamed = [ruling for ruling in rulings if ruling.agreement is None]
    takers: list[list[str]] = [[] for _ in unnamed]
    for name, each in judged.items():
        for (fits, _), names in zip(fitting(rows_of(each, unnamed), unnamed), takers, strict=True):
            names += [name] if fits else []
    unfit = []
    for ruling, names in zip(unnamed, takers, strict=True):
        if len(names) == 1:
            shares[names[0]].append(ruling)
        elif names:
            message = (
                f"{ruling.about}: {', '.join(names)} have such a verdict, name one by `agreement`; it counts for none"
            )
            unfit.append((ruling, remark("ambiguous_ruling", ruling, message)))
        else:
            message = f"no agreement has a verdict on {ruling.about}"
            unfit.append((ruling, remark("ruling_without_verdict", ruling, message)))
    for ruling in rulings:
        if ruling.agreement in shares:
            shares[ruling.agreement].append(ruling)
        elif ruling.agreement is not None:
            message = f"no agreement {quoted(ruling.agreement)}{did_you_mean(ruling.agreement, shares)}"
            unfit.append((ruling, remark("ruling_without_verdict", ruling, message)))
    return shares, unfit


def remark(kind: str, ruling: Ruling, message: str) -> Finding:
    """Return a finding about a ruling."""
    return Finding(kind, message, subject=ruling.subject or None, policy=ruling.policy, place=ruling.place)


def _unfitting(ruling: Ruling, near: Sequence[Row], judged: Judged) -> Finding:
    policies = judged.agreement.policies
    if ruling.policy not in policies:
        message = f"no policy {quoted(ruling.policy)}{did_you_mean(ruling.policy, policies)}"
    elif near:
        message = f"no verdict on {ruling.about} is as the ruling says; {_named(near, judged.agreement)}"
    else:
        message = f"no verdict on {ruling.about}"
    return remark("ruling_without_verdict", ruling, message)


def _ambiguous(ruling: Ruling, fits: Sequence[Row], judged: Judged) -> Finding:
    verdicts = f"{len(fits)} verdicts on {ruling.about}"
    message = (
        f"{verdicts}, name one by `start`, `key` or `period`; it counts for none; {_named(fits, judged.agreement)}"
    )
    return remark("ambiguous_ruling", ruling, message)


def _named(rows: Sequence[Row], agreement: Agreement) -> str:
    """Name the first of some verdicts as a ruling can name them."""
    said = []
    for row in rows[:MOST_NAMED]:
        parts = [", ".join(row.key)]
        parts += [] if row.start is None else [f"from {in_zone(row.start, agreement.zone)}"]
        parts += [] if row.period is None else [f"in {row.period}"]
        said.append(" ".join(part for part in parts if part))
    more = f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
    return f"there {'is' if len(rows) == 1 else 'are'} {'; '.join(said)}{more}"


def _conflicting(rulings: Sequence[Ruling]) -> Finding:
    said = " and ".join(dict.fromkeys(f"{ruling.decision} by {ruling.by}" for ruling in rulings))
    message = f"{rulings[0].about}: {said}, and `at` does not say which is the later; none counts"
    return remark("conflicting_ruling", rulings[0], message)


def _odd(ruling: Ruling, row: Row, judged: Judged) -> Iterator[Finding]:
    """Yield what is odd about a ruling that holds on a verdict."""
    zone, at = judged.agreement.zone, ruling.decided_at
    if row.outcome != Outcome.BREACHED:
        message = f"{ruling.about} is {row.outcome}, not breached; the ruling changes nothing"
        yield remark("ruling_on_kept", ruling, message)
    elif at is not None:
        decided = f"{ruling.about}: {ruling.decision} {in_zone(at, zone)}"
        due = _due(row, judged)
        if due is not None and at <= due:
            yield remark("early_ruling", ruling, f"{decided}, before it was breached; the ruling counts")
        if judged.as_of is not None and at > judged.as_of:
            message = f"{decided}, after {in_zone(judged.as_of, zone)}, as of which was judged; the ruling counts"
            yield remark("ruling_after_as_of", ruling, message)


def _due(row: Row, judged: Judged) -> int | None:
    """Return the last instant at which a verdict was not breached yet, as far as it tells."""
    if row.is_period:
        end = end_of(row, judged)
        return None if end is None else end - 1
    return row.start if row.due is None else row.due
