"""What a set of verdicts says about an agreement."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import polars as pl

from sla_rules.errors import InputError, SlaError, quoted
from sla_rules.events import Finding
from sla_rules.judged import Judged, judged_of, verdicts_of
from sla_rules.periods import Period
from sla_rules.report import breaches, summary
from sla_rules.report.against import Comparison, compare
from sla_rules.report.attainment import attainment
from sla_rules.report.breaches import ClauseBreaches
from sla_rules.report.changes import changes
from sla_rules.report.provenance import provenance
from sla_rules.report.ruled import Ruled, ruled_by, ruling_on
from sla_rules.report.stated import Kept
from sla_rules.report.summary import Gap, Line, gaps_of
from sla_rules.rulings import Ruling, rulings_of
from sla_rules.verdict import Verdict, Verdicts

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from sla_rules.reason import Lang
    from sla_rules.report.files import Target
    from sla_rules.report.plots import Plots

BINDING = ("guarantee", "commitment")
"""The strengths whose breach makes `sla-rules check` end with exit code 1."""


class Report:
    """Verdicts, read as promises kept or broken.

    What is counted is counted where the verdicts are, so they may be more than memory holds. Only `verdicts`,
    `changes_since`, `to_json`, `to_arrow` and `to_pandas` take all of them in.

    Attributes:
        judged: what the evaluator had to say.
        agreement: by what was judged.
        as_of: the instant of knowledge, in microseconds since 1970 UTC; None where there was no event.
        refused: what of the source is no event.
        stated: gives the last known values of a field that the agreement does not declare; None where nothing can.
        rulings: what people decided about verdicts, as `ruled` was given it.
    """

    def __init__(
        self,
        verdicts: Verdicts | Judged,
        *,
        findings: Iterable[Finding] = (),
        assume_complete: bool = False,
        stated: Callable[[str, Sequence[str]], pl.DataFrame] | None = None,
        rulings: Iterable[Ruling] = (),
    ) -> None:
        """Take verdicts.

        Args:
            verdicts: the list that `judge` returned, or what another evaluator has to say.
            findings: what the source of the events had to say.
            assume_complete: that an event type which never occurs did not happen, rather than was not mapped.
            stated: takes the name of a field and what ties events to one case, and returns its last known values, as
                `report.stated.stated_of` does; `against` needs it for what the agreement does not declare.
            rulings: what people decided about the verdicts.

        Raises:
            SlaError: `verdicts` is neither.
        """
        if not isinstance(verdicts, (Verdicts, Judged)):
            raise SlaError(f"{quoted(verdicts)} is not what `judge` or `evaluate` returns")
        self.judged = judged_of(verdicts) if isinstance(verdicts, Verdicts) else verdicts
        self.agreement = self.judged.agreement
        self.as_of = self.judged.as_of
        self.refused = list(findings)
        self._assume_complete = assume_complete
        self.stated = stated
        self.rulings = list(rulings)

    @cached_property
    def findings(self) -> list[Finding]:
        """What is remarkable about the data, by kind; what the source had to say first."""
        found = sorted(
            self.judged.findings,
            key=lambda each: (each.kind, each.policy or "", each.subject or "", each.event or "", each.message),
        )
        return [*self.refused, *found, *self._ruled.findings]

    @property
    def lazy(self) -> pl.LazyFrame:
        """One row a verdict, not yet collected, in any order."""
        return self.judged.verdicts

    @cached_property
    def verdicts(self) -> pl.DataFrame:
        """One row a verdict, by policy and start, each policy's periods last."""
        return breaches.in_order(self.lazy).collect(engine="streaming")

    def of(self, rows: pl.DataFrame) -> list[Verdict]:
        """Return the verdicts that some rows of `verdicts` or `breaches` state, with sentence and story.

        Raises:
            SlaError: `rows` is no Polars frame.
            InputError: a column is missing or of another type.
        """
        return verdicts_of(rows, self.judged.terms)

    def reasons(self, rows: pl.DataFrame) -> pl.Series:
        """Return for each of some rows of `verdicts` the sentence that says why.

        Raises:
            SlaError: `rows` is no Polars frame.
            InputError: a column is missing or of another type.
        """
        return pl.Series("reason", [verdict.reason for verdict in self.of(rows)], dtype=pl.String)

    @cached_property
    def summary(self) -> list[Line]:
        """One line a policy, and for each version of an amended agreement that judged something by it."""
        return summary.lines_of(self.judged, self._assume_complete)

    def ruled(self, rulings: object) -> "Report":
        """Return a report on the same verdicts with rulings beside them, in the place of any that it had.

        Nothing else changes: not the verdicts, breaches, shares nor the exit code. `rulings` lists them, `ruling_on`
        says which one holds on a verdict, `after` is the summary without what is waived, and `findings` has the rulings
        that fit no verdict, contradict each other or are odd.

        Args:
            rulings: what `rulings_of` takes.

        Raises:
            InputError: something cannot be read, is no ruling, or is one on another agreement.
        """
        found = rulings_of(rulings)
        for ruling in found:
            if ruling.agreement not in (None, self.agreement.id):
                message = f"{ruling.place or 'ruling'}: agreement is {quoted(ruling.agreement)}"
                raise InputError(f"{message}, the report is of {quoted(self.agreement.id)}")
        return self.beside(found)

    def beside(self, rulings: Iterable[Ruling]) -> "Report":
        """Return a report on the same verdicts with rulings beside them, whatever agreement they name."""
        return Report(
            self.judged,
            findings=self.refused,
            assume_complete=self._assume_complete,
            stated=self.stated,
            rulings=rulings,
        )

    @cached_property
    def _ruled(self) -> Ruled:
        return ruled_by(self.judged, self.summary, self.rulings)

    def ruling_on(self, verdict: Verdict) -> Ruling | None:
        """Return the ruling that holds on a verdict; None where there is none.

        Raises:
            SlaError: `verdict` is none.
        """
        return ruling_on(self._ruled, verdict)

    @property
    def holding(self) -> list[Ruling]:
        """The rulings that hold on a verdict: not those that fit none or several, nor those that others overrule."""
        return list(self._ruled.on.values())

    @property
    def after(self) -> list[Line]:
        """The lines of `summary` after rulings: without the breached verdicts that are waived, which `waived` counts.

        Instances that are waived are left out of `counts`, and their periods are judged again by the rest. A waived
        period is left out of `periods`.
        """
        return self._ruled.after

    @property
    def check_the_mapping(self) -> list[str]:
        """What never occurs in the source although a policy needs it, with the policies concerned."""
        return [f"check the mapping: {gap.said}" for gap in self.mapping_gaps()]

    def mapping_gaps(self, lang: "Lang" = "en") -> list[Gap]:
        """Return the parts of what `check_the_mapping` says, in a language.

        Raises:
            InputError: there is no such language.
        """
        return gaps_of(self.summary, "", lang)

    @cached_property
    def _broken(self) -> pl.DataFrame:
        return breaches.broken(self.judged, self.summary)

    @cached_property
    def breaches(self) -> pl.DataFrame:
        """The broken promises: breached periods of policies with an objective, breached instances of those without.

        The columns are those of `verdicts`, with the sentence as `reason` after `exempted_by`.
        """
        place = self._broken.columns.index("exempted_by") + 1
        return self._broken.clone().insert_column(place, self.reasons(self._broken))

    def breaches_by_clause(self, most: int | None = None) -> dict[str, ClauseBreaches]:
        """Return the broken promises by the id of their clause (and version), in the order of the agreement.

        Args:
            most: how many verdicts of each clause are wanted; all unless said.
        """
        return breaches.by_clause(self.judged, self.summary, self._broken, most)

    @property
    def exit_code(self) -> int:
        """1 where a guarantee or commitment is broken, else 0."""
        return int(any(line.status == "broken" and line.clause.strength in BINDING for line in self.summary))

    def attainment(self, per: Period | None = None, by: str | Iterable[str] = ()) -> pl.DataFrame:
        """Return how many instances were met, of each policy and period, and whether that is what was promised.

        Args:
            per: day, week, month, quarter, year or whole, of the start in the agreement's time zone; for a policy that
                promises a share of such periods, the period that the instance counts in. Unless said, each policy's own
                period, or the month.
            by: fields that divide the counts further: one that the policy matches by, else the last known value of the
                subject.

        Returns:
            One row each with `policy`, `version` (where the agreement has several), `period` (null for instances
            that count in none), a column for each of `by`; `met`, `breached`, `counted` (both), `pending`, `exempt`,
            `void`, `undetermined`; `share`, an exact fraction as text, and `attained`, the same as a number for plots,
            both null where nothing is counted; `promised`, in words; `kept`, null without an objective or where
            nothing is counted. Policies whose mapping must be checked are left out.

        Raises:
            InputError: there is no such period or field.
        """
        return attainment(self.judged, self.summary, per, (by,) if isinstance(by, str) else tuple(by))

    def changes_since(self, earlier: "Report") -> pl.DataFrame:
        """Return the verdicts that differ from those of an earlier report, and why.

        A case is known again by policy, subject, key and start, a period by policy and label.

        Returns:
            One row a difference: `policy`, `subject`, `key`, `period`; `before` and `after`, the outcomes, null where
            there is none; `due_before`, `due_after`, `stop_before`, `stop_after`; `why`, one of `WHY`.

        Raises:
            SlaError: `earlier` is no report.
            InputError: it is of another agreement, or as of a later instant.
        """
        if not isinstance(earlier, Report):
            raise SlaError(f"the earlier report must be a Report, found {quoted(earlier)}")
        return changes(self, earlier)

    def against(
        self, column: str, *, policy: str | Iterable[str] | None = None, kept: Kept | None = None
    ) -> Comparison:
        """Compare the verdicts with what the source itself says became of its cases.

        Args:
            column: the field that says it, such as `made_sla`; the agreement need not declare it. Its last known value
                counts.
            policy: the policy compared, or several that together make what is stated; needed where several judge the
                same case.
            kept: the values that mean kept, the others mean broken. Unless given, values such as `true`, `no`,
                `met` or `overdue` are read as the name of the column suggests.

        Raises:
            InputError: there is no such field or policy, several policies judge the same case, or nobody says
                whether a value means kept.
        """
        return compare(self, column, policy, kept)

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """By what was judged, as of when, by which versions of library, time zones and holidays, and how much."""
        return provenance(self)

    def to_json(self, path: "Target | None" = None) -> str:
        """Return the whole report as JSON, and write it to a file if one is named; `format` numbers its shape.

        Raises:
            SlaError: the file cannot be written.
        """
        from sla_rules.report.documents import document, to_json

        return to_json(document(self), path)

    def to_markdown(self, *, most: int = 200) -> str:
        """The report as Markdown, with at most `most` breaches of each clause."""
        from sla_rules.report.markdown import markdown

        return markdown(self, most)

    def to_html(self, path: "Target | None" = None, *, lang: "Lang" = "en", most: int = 10_000) -> str:
        """Return the report as one HTML page that fetches nothing, and write it to a file if one is named.

        For people: which promises were kept and which not, what weighs most, every breach with its reason and its time,
        what was taken out, and what is remarkable about the data. Charts need the extra `plot`.

        Args:
            path: of the file.
            lang: `en` or `fr`.
            most: how many breaches the page holds; where there are more, as many of each clause as there is room.

        Raises:
            SlaError: there is no such language, or the file cannot be written.
        """
        from sla_rules.report.files import text_to
        from sla_rules.report.page import to_html

        return text_to(path, to_html(self, lang, most))

    @property
    def plot(self) -> "Plots":
        """Its plots, as Altair charts: `report.plot.attainment()`, `.timeline(subject)`, `.heatmap()`.

        Raises:
            SlaError: altair, of the extra `plot`, is not installed.
        """
        from sla_rules.report.plots import Plots

        return Plots(self)

    def _repr_html_(self) -> str:
        """The headline, the promises and the first breach of each clause, as notebooks show them."""
        from sla_rules.report.notebook import html

        return html(self)

    def show(self, most: int = 10) -> None:
        """Print the report to the terminal, with at most `most` breaches of each clause."""
        from sla_rules.report.terminal import show

        show(self, most)

    @overload
    def to_csv(self, path: None = None) -> str: ...

    @overload
    def to_csv(self, path: "Target") -> None: ...

    def to_csv(self, path: "Target | None" = None) -> str | None:
        """Write the verdicts as CSV: instants as ISO 8601 text in UTC, spans as microseconds, lists as JSON.

        Without a path the text is returned.

        Cells are written as they are, to be read by programs. A spreadsheet would run a subject such as `=1+1` as a
        formula; `to_excel` writes what is safe there.

        Raises:
            SlaError: the file cannot be written.
        """
        from sla_rules.report.files import to_csv

        return to_csv(self, path)

    def to_parquet(self, path: "Target") -> None:
        """Write the verdicts as Parquet, with the provenance as JSON in its metadata, under `sla_rules`.

        Raises:
            SlaError: the file cannot be written.
        """
        from sla_rules.report.files import to_parquet

        to_parquet(self, path)

    def to_arrow(self) -> "pa.Table":
        """Return the verdicts as a `pyarrow.Table`.

        Raises:
            SlaError: pyarrow, of the extra `pandas`, is not installed.
        """
        from sla_rules.report.files import to_arrow

        return to_arrow(self)

    def to_pandas(self) -> "pd.DataFrame":
        """Return the verdicts as a pandas frame.

        Raises:
            SlaError: pandas or pyarrow, of the extra `pandas`, is not installed.
        """
        from sla_rules.report.files import to_pandas

        return to_pandas(self)

    def to_excel(self, path: "Target") -> None:
        """Write a workbook with the sheets summary, breaches, attainment, findings and provenance.

        Where there are rulings, the sheets rulings and after rulings come after the summary.

        Instants are text in UTC, spans numbers of seconds. No text is run as a formula. A sheet that would be too long
        is cut, and the provenance says so.

        Raises:
            SlaError: xlsxwriter, of the extra `excel`, is not installed, or the file cannot be written.
        """
        from sla_rules.report.excel import to_excel

        to_excel(self, path)
