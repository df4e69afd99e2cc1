"""Documents of products, each with a reader of its own: CloudEvents, XES, OCEL, Jira, Zendesk, GitHub."""

from pathlib import Path

from sla_rules.adapters.documents.cloudevents import cloudevents_rows
from sla_rules.adapters.documents.github import github_timeline_rows
from sla_rules.adapters.documents.jira import PAGES, jira_rows
from sla_rules.adapters.documents.jira_sla import jira_sla_rows
from sla_rules.adapters.documents.ocel import ocel_rows
from sla_rules.adapters.documents.records import keys_of_json
from sla_rules.adapters.documents.xes import root_of, xes_rows
from sla_rules.adapters.documents.zendesk import (
    AUDITS,
    METRICS,
    TICKETS,
    zendesk_audits_rows,
    zendesk_metrics_rows,
    zendesk_rows,
)
from sla_rules.adapters.mapping import SourceMap
from sla_rules.adapters.preset import Preset

__all__ = ["DOCUMENTS", "keys_of"]

DOCUMENTS: tuple[Preset, ...] = (
    Preset(
        name="cloudevents",
        title="CloudEvents 1.0 in JSON: one event, a batch, or one a line; the types are those of the events",
        source="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md",
        map=SourceMap(),
        needs=frozenset({"specversion", "source", "type", "id"}),
        rows=cloudevents_rows,
    ),
    Preset(
        name="xes",
        title="XES (IEEE 1849) event log, .xes or .xes.gz; the types are the names of the activities",
        source="https://www.tf-pm.org/resources/xes-standard",
        map=SourceMap(),
        needs=frozenset({"log"}),
        rows=xes_rows,
    ),
    Preset(
        name="ocel",
        title="OCEL 2.0 in JSON: an event for each object that it relates to, and `<attribute>.changed`",
        source="https://www.ocel-standard.org/specification/formats/json",
        map=SourceMap(),
        needs=frozenset({"eventTypes", "objectTypes", "events", "objects"}),
        rows=ocel_rows,
    ),
    Preset(
        name="jira",
        title="Jira issues with changelog: `issue.created`, `<field>.changed`, `issue.resolved`",
        source="https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues",
        map=SourceMap(),
        needs=frozenset({"key", "fields"}),
        rows=jira_rows,
    ),
    Preset(
        name="jira-sla",
        title="Service levels of Jira Service Management: `sla.started`, `sla.stopped`, with what Jira says of them",
        source="https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-request",
        map=SourceMap(),
        needs=frozenset({"completedCycles"}),
        rows=jira_sla_rows,
    ),
    Preset(
        name="zendesk",
        title="Zendesk tickets: `ticket.created`, `ticket.updated`, `ticket.assigned`, `ticket.solved`",
        source="https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports",
        map=SourceMap(),
        needs=frozenset({"requester_id", "status", "created_at"}),
        rows=zendesk_rows,
        last_by="updated_at",
    ),
    Preset(
        name="zendesk-audits",
        title="Zendesk ticket audits: `ticket.created`, `<field>.changed`, `ticket.commented`",
        source="https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits",
        # Accounts of old give `2011/09/25 22:35:44 -0700`.
        map=SourceMap(times=("%Y/%m/%d %H:%M:%S %z",)),
        needs=frozenset({"ticket_id", "author_id", "events"}),
        rows=zendesk_audits_rows,
    ),
    Preset(
        name="zendesk-metrics",
        title="Zendesk ticket metric events: `<metric>.<type>`, such as `reply_time.activate`",
        source="https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_metric_events",
        map=SourceMap(),
        needs=frozenset({"ticket_id", "metric", "instance_id"}),
        rows=zendesk_metrics_rows,
    ),
    Preset(
        name="github-timeline",
        title="GitHub timeline or events of issues: `issue.opened`, `issue.<event>`",
        source="https://docs.github.com/en/rest/issues/timeline",
        map=SourceMap(),
        needs=frozenset({"event", "actor", "created_at"}),
        rows=github_timeline_rows,
    ),
)

_PAGES = (*PAGES, "values", TICKETS, AUDITS, METRICS)


def keys_of(path: Path) -> frozenset[str]:
    """Return the keys by which a document is recognised: those of its first records, in XML the name of the root.

    Empty where it is no document that is read here. A JSON document is loaded whole.

    Raises:
        InputError: the file cannot be opened.
    """
    root = root_of(path)
    return keys_of_json(path, _PAGES) if root is None else frozenset({root})
