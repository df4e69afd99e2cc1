"""A report as an Excel workbook."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from sla_rules.events import Finding
from sla_rules.instants import SECOND
from sla_rules.report.files import ISO, Target, need, writing
from sla_rules.report.summary import Line
from sla_rules.report.tables import RULINGS, ruling_rows, shown
from sla_rules.verdict import Outcome

if TYPE_CHECKING:
    import xlsxwriter

    from sla_rules.report.report import Report

MOST_ROWS = 1_048_575
"""How many rows a sheet holds beside its header."""
MOST_CHARACTERS = 32_767
"""How many characters a cell holds."""
BREACHES = (
    *("policy", "subject", "period", "start", "due", "stop", "limit", "elapsed", "margin"),
    *("counted", "met", "share", "clauses", "exempted_by", "reason", "evidence", "version"),
)
"""The columns of the sheet of breaches."""


def to_excel(report: "Report", path: Target) -> None:
    """Write the workbook that `Report.to_excel` describes."""
    need("excel", "xlsxwriter")
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    sheets = {
        "summary": _summary(report.summary),
        **(_rulings(report) if report.rulings else {}),
        "breaches": report.breaches.select(BREACHES),
        "attainment": report.attainment(),
        "findings": _findings(report.findings),
    }
    sheets["provenance"] = _provenance(report, sheets)
    # Text is text: subjects and messages come from outside, and one that looks like a formula would be run.
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with writing(path):
        try:
            with xlsxwriter.Workbook(str(path), safe) as book:
                for name, frame in sheets.items():
                    _write(book, name, frame)
        except FileCreateError as error:
            raise OSError(str(error)) from None


def _write(book: "xlsxwriter.Workbook", name: str, frame: pl.DataFrame) -> None:
    cells = frame.head(MOST_ROWS).select(_cell(column, dtype) for column, dtype in frame.schema.items())
    cells.write_excel(book, name, autofit=len(cells) <= 10_000, float_precision=6)


def _cell(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column as a spreadsheet holds it: instants as text, spans as seconds, lists joined by a comma."""
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        return column.dt.to_string(ISO)
    if isinstance(dtype, pl.Duration):
        return (column.cast(pl.Int64) / SECOND).alias(f"{name} (s)")
    if isinstance(dtype, pl.List):
        column = column.list.join(", ")
    elif not isinstance(dtype, (pl.String, pl.Enum)):
        return column
    text = column.cast(pl.String)
    cut = pl.concat_str(text.str.head(MOST_CHARACTERS - 1), pl.lit("…"))
    return pl.when(text.str.len_chars() > MOST_CHARACTERS).then(cut).otherwise(text).alias(name)


def _rulings(report: "Report") -> dict[str, pl.DataFrame]:
    """The sheets that there are only where people decided something."""
    waived = pl.Series("waived", [line.waived for line in report.after], pl.Int64)
    after = _summary(report.after)
    rulings = list(ruling_rows(report.rulings, report.holding, report.agreement.zone))
    return {
        "rulings": pl.DataFrame(rulings, schema=dict.fromkeys(RULINGS, pl.String), orient="row"),
        "after rulings": after.insert_column(after.columns.index("status"), waived),
    }


def _summary(lines: Iterable[Line]) -> pl.DataFrame:
    rows = [
        {
            "promise": line.name,
            "section": line.clause.section,
            "strength": str(line.clause.strength),
            "objective": line.promise,
            **{str(outcome): line.counts[outcome] for outcome in Outcome},
            "status": line.status,
            "remark": line.unmapped,
        }
        for line in lines
    ]
    texts, numbers = ("promise", "section", "strength", "objective"), [str(outcome) for outcome in Outcome]
    header = {**dict.fromkeys(texts, pl.String), **dict.fromkeys(numbers, pl.Int64)}
    return pl.DataFrame(rows, schema=header | dict.fromkeys(("status", "remark"), pl.String))


def _findings(findings: Iterable[Finding]) -> pl.DataFrame:
    rows = [{name: getattr(finding, name) for name in Finding.__slots__} for finding in findings]
    header = dict.fromkeys(Finding.__slots__, pl.String())
    return pl.DataFrame(rows, schema={**header, "count": pl.Int64()})


def _provenance(report: "Report", sheets: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    told = [
        (name, f"the first {MOST_ROWS} of {len(frame)} rows, a sheet holds no more")
        for name, frame in sheets.items()
        if len(frame) > MOST_ROWS
    ]
    told += [("check the mapping", line) for line in report.check_the_mapping]
    told += [(name, shown(value)) for name, value in report.provenance.items() if value not in (None, [])]
    told.append(("times", "instants are in UTC, spans in seconds"))
    return pl.DataFrame(told, schema={"what": pl.String, "value": pl.String}, orient="row")
