"""Reports: which promises were kept, which were not and why, as frames, text, files and tables."""

from sla_rules.report.against import Comparison
from sla_rules.report.breaches import ClauseBreaches
from sla_rules.report.report import Report
from sla_rules.report.summary import Line

__all__ = ["ClauseBreaches", "Comparison", "Line", "Report"]
