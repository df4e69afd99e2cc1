"""The samples of documents, one a preset, in the form that the product documents."""

from pathlib import Path

_FILES = Path(__file__).parent / "files"

SAMPLES = {
    "cloudevents": _FILES / "cloudevents.json",
    "xes": _FILES / "log.xes",
    "ocel": _FILES / "ocel.json",
    "jira": _FILES / "jira.json",
    "jira-sla": _FILES / "jira_sla.json",
    "zendesk": _FILES / "zendesk.json",
    "zendesk-audits": _FILES / "zendesk_audits.json",
    "zendesk-metrics": _FILES / "zendesk_metrics.json",
    "github-timeline": _FILES / "github_timeline.json",
}
