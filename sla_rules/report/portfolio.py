"""What the verdicts of many agreements over one log say, agreement by agreement and together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.events import Finding
from sla_rules.instants import moment
from sla_rules.periods import Period
from sla_rules.portfolio import Portfolio, PortfolioFinding, tagged
from sla_rules.reason import Lang, in_zone
from sla_rules.report.against import Comparison
from sla_rules.report.documents import portfolio_document, to_json
from sla_rules.report.files import Target, text_to, to_arrow, to_csv, to_pandas, to_parquet
from sla_rules.report.portfolio_frames import attainment, together
from sla_rules.report.report import Report
from sla_rules.report.ruled import divided
from sla_rules.report.stated import Kept
from sla_rules.report.summary import Gap, Line, gaps_of
from sla_rules.report.tables import STATUSES
from sla_rules.report.words import unnamed
from sla_rules.rulings import Ruling, rulings_of
from sla_rules.version import VERSION

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

UTC = ZoneInfo("UTC")
OVERVIEW = ("agreement", *STATUSES, "breaches")
"""The header of the overview: how many promises of each agreement came to what."""


@dataclass(frozen=True, slots=True)
class PortfolioLine(Line):
    """What became of one policy of one agreement.

    Attributes:
        agreement: its name in the portfolio.
    """

    agreement: str


class PortfolioReport:
    """The reports of all agreements of a portfolio, and all of them as one.

    Frames are those of each report, one after the other, with the name of the agreement first, as `agreement`.

    Attributes:
        portfolio: by what was judged.
        reports: the report of each agreement, by its name in the portfolio.
        as_of: the instant of knowledge of all, in microseconds since 1970 UTC; None where there was no event.
        refused: what of the source is no event.
        left: whose the subjects are: those that no agreement judges, and those that named a second one.
        said: whether any event names an agreement.
        unowned: rulings on what no agreement has a verdict on, or several have.
        unruled: what is remarkable about them.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        reports: Mapping[str, Report],
        as_of: int | None,
        *,
        refused: Iterable[Finding] = (),
        left: Iterable[Finding] = (),
        said: bool = True,
        unowned: Iterable[Ruling] = (),
        unruled: Iterable[Finding] = (),
    ) -> None:
        """Take the reports; see the attributes."""
        self.portfolio = portfolio
        self.reports = dict(reports)
        self.as_of = as_of
        self.refused = list(refused)
        self.left = list(left)
        self.said = said
        self.unowned = list(unowned)
        self.unruled = list(unruled)

    @cached_property
    def findings(self) -> list[PortfolioFinding]:
        """What is remarkable about the data: of the source, of whose the subjects are, then agreement by agreement."""
        found = [tagged(PortfolioFinding, each, None) for each in (*self.refused, *self.left, *self.unruled)]
        for name, report in self.reports.items():
            found += [tagged(PortfolioFinding, each, name) for each in report.findings]
        return found

    @property
    def lazy(self) -> pl.LazyFrame:
        """One row a verdict, not yet collected, in any order."""
        return together(self.reports, lambda report: report.lazy)

    @cached_property
    def verdicts(self) -> pl.DataFrame:
        """One row a verdict, by agreement, policy and start, each policy's periods last."""
        return together(self.reports, lambda report: report.verdicts.lazy()).collect()

    @cached_property
    def breaches(self) -> pl.DataFrame:
        """The broken promises of all agreements; see `Report.breaches`."""
        return together(self.reports, lambda report: report.breaches.lazy()).collect()

    def attainment(self, per: Period | None = None, by: str | Iterable[str] = ()) -> pl.DataFrame:
        """Return how many instances were met, by agreement; see `Report.attainment`.

        A field of `by` that an agreement does not declare is null there.

        Raises:
            InputError: there is no such period, or no agreement has such a field.
        """
        return attainment(self.reports, per, (by,) if isinstance(by, str) else tuple(by))

    @cached_property
    def summary(self) -> list[PortfolioLine]:
        """What became of each policy, agreement by agreement; see `Report.summary`."""
        return [tagged(PortfolioLine, line, name) for name, report in self.reports.items() for line in report.summary]

    def ruled(self, rulings: object) -> "PortfolioReport":
        """Return a report on the same verdicts with rulings beside them; see `Report.ruled`.

        A ruling belongs to the agreement that it names, by its name in the portfolio, else to the one that has such a
        verdict; where none has or several have, it is a finding.

        Args:
            rulings: what `rulings_of` takes.

        Raises:
            InputError: something is no ruling, or cannot be read.
        """
        shares, unfit = divided(rulings_of(rulings), {name: each.judged for name, each in self.reports.items()})
        return PortfolioReport(
            self.portfolio,
            {name: each.beside(shares[name]) for name, each in self.reports.items()},
            self.as_of,
            refused=self.refused,
            left=self.left,
            said=self.said,
            unowned=[ruling for ruling, _ in unfit],
            unruled=[finding for _, finding in unfit],
        )

    @property
    def rulings(self) -> list[Ruling]:
        """What people decided about verdicts, agreement by agreement, then what belongs to none (`unowned`)."""
        return [*(ruling for report in self.reports.values() for ruling in report.rulings), *self.unowned]

    @property
    def after(self) -> list[PortfolioLine]:
        """The lines of `summary` after rulings; see `Report.after`."""
        return [tagged(PortfolioLine, line, name) for name, report in self.reports.items() for line in report.after]

    @property
    def check_the_mapping(self) -> list[str]:
        """What never occurs in the source although an agreement needs it, or the portfolio itself."""
        return [
            f"{gap.agreement}: check the mapping: {gap.said}" if gap.agreement else f"check the mapping: {gap.said}"
            for gap in self.mapping_gaps()
        ]

    def mapping_gaps(self, lang: Lang = "en") -> list[Gap]:
        """Return the parts of what `check_the_mapping` says; see `Report.mapping_gaps`."""
        found = [] if self.said else [Gap("", unnamed(self.portfolio.by, lang), ())]
        for name, report in self.reports.items():
            found += gaps_of(report.summary, name, lang)
        return found

    @property
    def exit_code(self) -> int:
        """1 where a guarantee or commitment of any agreement is broken, else 0."""
        return max(report.exit_code for report in self.reports.values())

    @cached_property
    def overview(self) -> pl.DataFrame:
        """One row an agreement: how many of its promises came to what, and its breaches; the columns of `OVERVIEW`."""
        rows = []
        for name, report in self.reports.items():
            statuses = [line.status for line in report.summary]
            rows.append((name, *(statuses.count(status) for status in STATUSES), len(report.breaches)))
        return pl.DataFrame(
            rows, schema={"agreement": pl.String, **dict.fromkeys(OVERVIEW[1:], pl.Int64)}, orient="row"
        )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which instants are shown that concern all: that of every agreement, else UTC."""
        zones = {each.zone for each in self.portfolio.agreements.values()}
        return zones.pop() if len(zones) == 1 else UTC

    @property
    def headline(self) -> str:
        """One sentence: how many agreements were judged, and how many of them were broken."""
        broken = sum(report.exit_code for report in self.reports.values())
        as_of = "" if self.as_of is None else f" as of {in_zone(self.as_of, self.zone)}"
        number = len(self.reports)
        agreements = "1 agreement" if number == 1 else f"{number} agreements"
        return f"{agreements} by `{self.portfolio.by}`{as_of}: {broken} with a broken guarantee or commitment."

    def against(
        self, column: str, *, policy: str | Iterable[str] | None = None, kept: Kept | None = None
    ) -> dict[str, Comparison]:
        """Compare the verdicts of each agreement with what the source says itself; see `Report.against`.

        Args:
            column: the field that says it.
            policy: the policies compared, of the agreements that have them.
            kept: the values that mean kept.

        Returns:
            The comparisons by the name of the agreement, without those that have no verdict to compare.

        Raises:
            InputError: as `Report.against`; the message names the agreement.
        """
        ids = None if policy is None else [policy] if isinstance(policy, str) else list(policy)
        known = [id for each in self.portfolio.agreements.values() for id in each.policies]
        for id in ids or ():
            if id not in known:
                raise InputError(f"no policy {quoted(id)}{did_you_mean(id, known)}")
        found = {}
        for name, report in self.reports.items():
            own = {line.policy.id for line in report.summary if not line.unmapped and line.counts.total()}
            chosen = [id for id in report.agreement.policies if id in own and (ids is None or id in ids)]
            if not chosen:
                continue
            try:
                found[name] = report.against(column, policy=None if ids is None else chosen, kept=kept)
            except InputError as error:
                raise InputError(f"{name}: {error}") from None
        if not found:
            raise InputError("; ".join(["no agreement has a verdict to compare with", *self.check_the_mapping]))
        return found

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Where the report comes from: the portfolio, and the provenance of the report of each agreement."""
        return {
            "by": self.portfolio.by,
            "as_of": None if self.as_of is None else moment(self.as_of).isoformat(),
            "library": VERSION,
            "findings_count": len(self.findings),
            "agreements": {name: report.provenance for name, report in self.reports.items()},
        }

    def to_json(self, path: Target | None = None) -> str:
        """Return the whole report as JSON, and write it to a file if one is named; `format` numbers its shape.

        Raises:
            SlaError: the file cannot be written.
        """
        return to_json(portfolio_document(self), path)

    def to_markdown(self, *, most: int = 200) -> str:
        """The report as Markdown: an overview, then agreement by agreement, with at most `most` breaches a clause."""
        from sla_rules.report.portfolio_text import markdown

        return markdown(self, most)

    def to_html(self, path: Target | None = None, *, lang: Lang = "en", most: int = 10_000) -> str:
        """Return all reports as one HTML page, and write it to a file if one is named; see `Report.to_html`."""
        from sla_rules.report.page import to_html

        return text_to(path, to_html(self, lang, most))

    def _repr_html_(self) -> str:
        """How many promises of each agreement came to what, as notebooks show it."""
        from sla_rules.markup import render

        return render("repr_portfolio.html", report=self)

    def show(self, most: int = 10) -> None:
        """Print the report to the terminal, with at most `most` breaches of each clause of each agreement."""
        from sla_rules.report.portfolio_text import show

        show(self, most)

    @overload
    def to_csv(self, path: None = None) -> str: ...

    @overload
    def to_csv(self, path: Target) -> None: ...

    def to_csv(self, path: Target | None = None) -> str | None:
        """Write the verdicts as CSV, or return the text; see `Report.to_csv`.

        Raises:
            SlaError: the file cannot be written.
        """
        return to_csv(self, path)

    def to_parquet(self, path: Target) -> None:
        """Write the verdicts as Parquet, with the provenance as JSON in its metadata, under `sla_rules`.

        Raises:
            SlaError: the file cannot be written.
        """
        to_parquet(self, path)

    def to_arrow(self) -> "pa.Table":
        """Return the verdicts as a `pyarrow.Table`.

        Raises:
            SlaError: pyarrow, of the extra `pandas`, is not installed.
        """
        return to_arrow(self)

    def to_pandas(self) -> "pd.DataFrame":
        """Return the verdicts as a pandas frame.

        Raises:
            SlaError: pandas or pyarrow, of the extra `pandas`, is not installed.
        """
        return to_pandas(self)
