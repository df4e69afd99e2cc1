"""What a source says became of its cases, such as `made_sla`, against the verdicts on them."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.judged import IS_PERIOD
from sla_rules.reason import percent
from sla_rules.report.stated import BROKEN, KEPT, STATED, SUBJECT, UNKNOWN, Kept, readings
from sla_rules.report.summary import Line, of_lines
from sla_rules.trace import Trace
from sla_rules.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from sla_rules.report.report import Report

NONE = "none"
"""The outcome of a case without a verdict."""
OURS = (*(str(outcome) for outcome in Outcome), NONE)
_WORST_FIRST = ("breached", "undetermined", "pending", "met", "exempt", "void")
_LEAN = ("subject", "key", "policy", "outcome", "due", "stop", "margin")


class Comparison:
    """What the source says of each case, and what its verdict says.

    A case is what the policies compared match by, a subject where they do not all match by the same. One with several
    verdicts goes by the worst of them, and of equal ones by the earliest.

    Attributes:
        report: whose verdicts are compared.
        column: the field of the source that says what became of a case.
        meanings: what each of its values means: `kept`, `broken` or `unknown`.
        policies: the ids of the policies compared.
    """

    def __init__(
        self, report: "Report", column: str, meanings: dict[str, str], lines: Iterable[Line], rows: pl.DataFrame
    ) -> None:
        """Take what `compare` found: `rows` has the columns of `cases` but for `reason`."""
        lines = list(lines)
        self.report = report
        self.column = column
        self.meanings = meanings
        self.policies = tuple(dict.fromkeys(line.policy.id for line in lines))
        self._case = _case(_match(lines))
        self._instances = instances(report, lines)
        self._rows = rows

    def __repr__(self) -> str:
        """The comparison in one sentence."""
        return f"<Comparison: {self.headline}>"

    @cached_property
    def table(self) -> pl.DataFrame:
        """How many cases there are: a row each for `kept`, `broken` and `unknown`, a column for each outcome of ours.

        `none` counts the cases without a verdict.
        """
        counted = self._rows.group_by("stated", "outcome").len()
        counts = {(stated, outcome): number for stated, outcome, number in counted.iter_rows()}
        columns = {outcome: [counts.get((stated, outcome), 0) for stated in STATED] for outcome in OURS}
        return pl.DataFrame({"stated": STATED, **columns}, schema={"stated": pl.Enum(STATED), **_numbers()})

    @property
    def decided(self) -> int:
        """How many cases both say to be kept or broken."""
        return self._rows["agrees"].count()

    @property
    def differing(self) -> int:
        """How many of the decided cases the two differ on."""
        return self.decided - int(self._rows["agrees"].sum())

    @property
    def agreement(self) -> Fraction | None:
        """The share of the decided cases on which both agree, exactly; None where none is decided."""
        return Fraction(self.decided - self.differing, self.decided) if self.decided else None

    @cached_property
    def cases(self) -> pl.DataFrame:
        """One row a case: those of which the two differ, those that one of them leaves open, those that agree.

        The columns are `subject`, `key` (the values of the match), `stated` (what the source says), `outcome` (what the
        verdict says), `agrees` (null unless both decide), and `policy`, `due`, `stop`, `margin` and `reason` of the
        verdict.
        """
        return self._told(self._rows)

    @cached_property
    def misfits(self) -> pl.DataFrame:
        """The rows of `cases` of which the two differ."""
        return self._told(self._rows.filter(~pl.col("agrees")))

    def verdict(self, case: str | Sequence[str]) -> Verdict:
        """Return the verdict that stands for a case: for its key, `["INC1", "Response"]`, or for all of a subject.

        Raises:
            InputError: there is no verdict on it.
        """
        own = (
            pl.col("subject") == case
            if isinstance(case, str)
            else pl.col("key").list.join("\0") == "\0".join(map(str, case))
        )
        found = self.report.of(standing(self._instances.filter(own)).collect())
        if not found:
            what = "is no case" if self._rows.filter(own).is_empty() else "has no verdict"
            named = case if isinstance(case, str) else ", ".join(map(str, case))
            raise InputError(f"{quoted(named)} {what} of {_and(self.policies)}")
        return found[0]

    def trace(self, case: str | Sequence[str]) -> Trace:
        """Return the story of the verdict on a case, as data. Takes and raises what `verdict` does."""
        return self.verdict(case).trace

    def story(self, case: str | Sequence[str]) -> None:
        """Print the story of the verdict on a case. Takes and raises what `verdict` does."""
        from sla_rules.report.stories import tell

        tell([self.verdict(case)])

    @property
    def headline(self) -> str:
        """The comparison in one sentence."""
        same = self.decided - self.differing
        share = f" ({percent(self.agreement)})" if self.decided else ""
        open_ = self._rows.height - self.decided
        rest = f", {open_} not decided by both" if open_ else ""
        names = f"`{self.column}` and {_and(self.policies)}"
        return f"{names} agree on {same} of {self.decided} decided cases{share}{rest}."

    def to_markdown(self, *, most: int = 200) -> str:
        """The comparison as Markdown, with at most `most` of the cases of which the two differ."""
        from sla_rules.report.markdown import compared

        return compared(self, most)

    def show(self, most: int = 10) -> None:
        """Print the comparison to the terminal, with at most `most` of the cases of which the two differ."""
        from sla_rules.report.terminal import show_compared

        show_compared(self, most)

    def first_misfits(self, most: int) -> pl.DataFrame:
        """Return at most `most` rows of `misfits`, without making the sentences of the others."""
        return self._told(self._rows.filter(~pl.col("agrees")).head(most))

    def _told(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Add the sentences to rows."""
        asked = self._instances.join(rows.lazy().select(self._case), on=self._case, how="semi")
        whole = standing(asked, self._case).collect(engine="streaming")
        reasons = pl.DataFrame([whole[self._case], self.report.reasons(whole)])
        return rows.join(reasons, on=self._case, how="left", maintain_order="left")


def compare(
    report: "Report", column: str, policy: str | Iterable[str] | None = None, kept: Kept | None = None
) -> Comparison:
    """Return the comparison that `Report.against` describes; raises `InputError` as that does."""
    lines = _lines(report, policy)
    match = _match(lines)
    case = _case(match)
    values = _values(report, column, match)
    meanings = readings(column, values["value"].unique(), kept)
    meaning = pl.col("value").replace_strict(meanings, return_dtype=pl.Enum(STATED), default=UNKNOWN)
    stated = values.with_columns(meaning.alias("stated")).drop("value")
    ours = standing(instances(report, lines), case).select(_LEAN).collect(engine="streaming")
    rows = stated.join(ours, on=case, how="full", coalesce=True)
    if case == "key":
        rows = rows.with_columns(pl.coalesce("subject_right", "subject").alias("subject"))
    else:
        rows = rows.with_columns(pl.concat_list("subject").alias("key"))
    outcome = pl.col("outcome").cast(pl.String).fill_null(NONE).cast(pl.Enum(OURS))
    rows = rows.select("subject", "key", pl.col("stated").fill_null(UNKNOWN), outcome, *_LEAN[2:3], *_LEAN[4:])
    rows = rows.insert_column(4, rows.select(_agrees().alias("agrees")).to_series())
    order = pl.col("agrees").cast(pl.Int8).replace_strict({0: 0, 1: 2}, default=1)
    return Comparison(report, column, meanings, lines, rows.sort(order, "subject", pl.col("key").list.join("\0")))


def _match(lines: Iterable[Line]) -> tuple[str, ...]:
    """Return what all policies with cases match by; the subject where they do not match by the same."""
    matches = {tuple(line.policy.match) for line in lines if line.policy.kind != "availability"}
    return matches.pop() if len(matches) == 1 else SUBJECT


def _case(match: tuple[str, ...]) -> str:
    """Return the column of verdicts that tells the cases of a match apart."""
    return "subject" if match == SUBJECT else "key"


def _values(report: "Report", column: str, match: Sequence[str]) -> pl.DataFrame:
    """Return what `stated_of` does of a field: a declared one as it was judged, any other from the source."""
    if not isinstance(column, str):
        raise InputError(f"{quoted(column)} is not the name of a field")
    declared = {name for event in report.agreement.versions[-1].events.values() for name in event.fields}
    if column in declared and match == SUBJECT:
        return report.judged.attributes(column).select("subject", pl.col("value").cast(pl.String))
    if report.stated is None:
        if column in declared:
            raise InputError(f"what {quoted(column)} says by {_and(match)} is read from the source; use `evaluate`")
        raise InputError(f"no event has a field {quoted(column)}{did_you_mean(column, declared)}")
    return report.stated(column, match)


def _agrees() -> pl.Expr:
    """Say whether both say the same; null unless both say kept or broken."""
    said = pl.col("stated").cast(pl.String).replace_strict({KEPT: "met", BROKEN: "breached"}, default=None)
    ours = pl.col("outcome").cast(pl.String)
    return pl.when(ours.is_in(["met", "breached"])).then(said == ours)


def _lines(report: "Report", policy: str | Iterable[str] | None) -> list[Line]:
    """Return the policies to compare; those whose mapping must be checked say nothing."""
    if policy is None:
        having = [line for line in report.summary if not line.unmapped and line.counts.total()]
        if not having:
            raise InputError("; ".join(["no policy has a verdict to compare with", *report.check_the_mapping]))
        _unambiguous(report, having)
        return having
    if not isinstance(policy, (str, Iterable)):
        raise InputError(f"policy must be the id of a policy or a list of them, found {quoted(policy)}")
    ids = [policy] if isinstance(policy, str) else list(policy)
    for id in ids:
        if id not in report.agreement.policies:
            raise InputError(f"no policy {quoted(id)}{did_you_mean(id, report.agreement.policies)}")
    lines = [line for line in report.summary if line.policy.id in ids]
    mapped = [line for line in lines if not line.unmapped]
    if not mapped:
        doubts = [f"{line.unmapped} ({line.name})" for line in lines]
        raise InputError("; ".join(["nothing to compare; check the mapping", *doubts]))
    return mapped


def _unambiguous(report: "Report", lines: Iterable[Line]) -> None:
    """Refuse policies of which several judge the same case."""
    lines = list(lines)
    if len({line.policy.id for line in lines}) == 1:
        return
    of_case = instances(report, lines).group_by(_case(_match(lines))).agg(pl.col("policy").cast(pl.String).unique())
    several = of_case.filter(pl.col("policy").list.len() > 1).explode("policy").select(pl.col("policy").unique())
    ids = set(several.collect(engine="streaming").to_series())
    if ids:
        listed = ", ".join(quoted(id) for id in report.agreement.policies if id in ids)
        raise InputError(f"several policies judge the same case; say which are compared with `policy=`: {listed}")


def instances(report: "Report", lines: Iterable[Line]) -> pl.LazyFrame:
    """Return the verdicts on instances of some policies."""
    return report.lazy.filter(of_lines(lines), ~IS_PERIOD)


def standing(verdicts: pl.LazyFrame, case: str = "subject") -> pl.LazyFrame:
    """Return for each case (subject or key) the verdict that stands for it: the worst, of equal ones the earliest."""
    worst = pl.col("outcome").cast(pl.String).cast(pl.Enum(_WORST_FIRST))
    key = pl.col("key").list.join("\0")
    order = (key if case == "key" else pl.col("subject"), worst, pl.col("start"), pl.col("policy"), key)
    return verdicts.sort(order).unique(case, keep="first", maintain_order=True)


def _numbers() -> dict[str, pl.DataType]:
    return dict.fromkeys(OURS, pl.Int64())


def _and(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
