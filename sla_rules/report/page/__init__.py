"""A report as one HTML file: everything in it, nothing fetched."""

from sla_rules.report.page.page import MOST, to_html

__all__ = ["MOST", "to_html"]
