"""The page: what the template asks for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sla_rules.errors import InputError, quoted
from sla_rules.instants import say_span
from sla_rules.lang import in_language
from sla_rules.markup import render
from sla_rules.reason import Lang, finding_words
from sla_rules.report.page.cases import Cases, cases_of
from sla_rules.report.page.charts import charts_of, drawable
from sla_rules.report.page.parts import Part, known_until, parts_of, zone_names
from sla_rules.report.page.promises import Row, by_strength, gravest, rows_of, standing
from sla_rules.report.page.say import Say
from sla_rules.report.page.taken_out import MOST as MOST_WINDOWS
from sla_rules.report.page.taken_out import taken_out
from sla_rules.report.tables import finding_rows, shown
from sla_rules.report.words import provenance_word

if TYPE_CHECKING:
    from sla_rules.report.portfolio import PortfolioReport
    from sla_rules.report.report import Report

CAUSES = ("counted", "closed", "holiday", "excluded", "down")
"""Why a stretch counts or does not, as `Trace` says it."""


def to_html(whole: "Report | PortfolioReport", lang: Lang, most: int) -> str:
    """Return the page that `Report.to_html` describes."""
    say = Say(lang)
    if type(most) is not int or most < 1:
        raise InputError(f"most must be a whole number of at least 1, found {quoted(most)}")
    parts = parts_of(whole)
    cases = cases_of(parts, lang, most)
    charts = [charts_of(part, lang) for part in parts]
    rows = [row for part, some in zip(parts, charts, strict=True) for row in rows_of(part, say, some)]
    windows = [(part, window) for part in parts for window in taken_out(part.report)]
    longest = sorted(windows, key=lambda each: (-each[1].removed, each[1].start_at))[:MOST_WINDOWS]
    return render(
        "page.html",
        lang=lang,
        say=say,
        title=title_of(whole, say),
        parts=parts,
        whole=whole,
        gaps=whole.mapping_gaps(lang),
        unowned=getattr(whole, "unowned", []),
        as_of=known_until(parts, whole.as_of),
        # Of a portfolio nobody knows: what concerns several agreements is read by each.
        events=sum(parts[0].report.judged.given.values()) if len(parts) == 1 else None,
        statuses=standing((part, line) for part in parts for line in part.report.summary),
        after=standing((part, line) for part in parts for line in part.report.after),
        agreements=[(part.name, standing((part, line) for line in part.report.summary)) for part in parts],
        strengths=by_strength(rows),
        grave=gravest(rows),
        rows=rows,
        charts=drawable(),
        cases=cases,
        data=data(say, cases, rows, parts),
        windows=sorted(longest, key=lambda each: (each[1].start_at, each[1].kind)),
        windows_count=len(windows),
        span=lambda micros: say_span(micros, lang),
        findings=[(*finding_words(kind, lang), *said) for kind, *said in finding_rows(whole.findings, lang)],
        provenance=list(provenance(whole.provenance, lang)),
        zones=", ".join(sorted({part.report.agreement.timezone for part in parts})),
    )


def title_of(whole: "Report | PortfolioReport", say: Say) -> str:
    """Return the title of the agreement, or how many there are."""
    parts = parts_of(whole)
    if parts[0].name:
        return say("agreements", number=len(parts))
    agreement = parts[0].report.agreement
    return in_language(agreement.title, say.lang) or agreement.id


def provenance(told: Mapping[str, Any], lang: Lang, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield what is known of where a report comes from, by name; what is known of each agreement under its own."""
    for name, value in told.items():
        if isinstance(value, Mapping):
            for agreement, some in value.items():
                if isinstance(some, Mapping):
                    yield from provenance(some, lang, f"{agreement} · ")
                else:
                    yield f"{prefix}{provenance_word(name, lang)} · {agreement}", shown(some)
        elif value not in (None, []):
            yield f"{prefix}{provenance_word(name, lang)}", shown(value)


def data(say: Say, cases: Cases, rows: Iterable[Row], parts: list[Part]) -> dict[str, Any]:
    """Return what the script of the page works on."""
    return {
        "lang": say.lang,
        "labels": say.labels,
        "causes": {cause: say.word(cause) for cause in CAUSES},
        "promises": [
            {
                "id": row.line.name,
                "agreement": row.part.name,
                "zone": row.part.report.agreement.timezone,
                "clause": row.line.clause.id,
                "section": row.line.clause.section,
                "strength": row.line.clause.strength,
                "kind": row.line.policy.kind,
                "summary": row.summary,
            }
            for row in rows
        ],
        "zones": zone_names(parts, [record[name] for record in cases.records for name in "ade" if name in record]),
        "names": list(cases.names),
        "records": cases.records,
        "shown": cases.shown,
    }
