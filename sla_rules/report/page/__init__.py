"""A report as one HTML file: everything in it, nothing fetched."""

from sla_rules.report.page.page import to_html

__all__ = ["to_html"]
