"""Reports: which promises were kept, which were not and why, by clause; as text, Markdown and JSON."""

from sla_rules.report.report import Line, Report

__all__ = ["Line", "Report"]
