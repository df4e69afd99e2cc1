"""The presets: the conventions of products, by name. Those of documents are in `documents/`."""

from collections.abc import Mapping
from types import MappingProxyType

from sla_rules.adapters.documents import DOCUMENTS
from sla_rules.adapters.mapping import load_map
from sla_rules.adapters.preset import Preset

_AMERICAN = "%m/%d/%Y %I:%M:%S %p"

_TABLES = (
    Preset(
        name="pm4py",
        title="event log with the columns of pm4py; the activity is the type of the event",
        source="https://processintelligence.solutions/pm4py, IEEE 1849 (XES) standard extensions",
        map=load_map(
            {"columns": {"subject": "case:concept:name", "type": "concept:name", "time": "time:timestamp"}},
        ),
        needs=frozenset({"case:concept:name", "concept:name", "time:timestamp"}),
    ),
    Preset(
        name="servicenow-incident",
        title="ServiceNow incidents, or their audit log: ticket.opened, ticket.resolved, ticket.closed; "
        "of an incident the row updated last counts; times are those of the instance's zone",
        source="ServiceNow, table `incident`; UCI Machine Learning Repository no. 498",
        map=load_map(
            {
                "shape": "milestones",
                "columns": {"subject": "number"},
                "milestones": {
                    "opened_at": "ticket.opened",
                    "resolved_at": "ticket.resolved",
                    "closed_at": "ticket.closed",
                },
                "last_by": ["sys_updated_on", "sys_updated_at"],
                "times": ["%d/%m/%Y %H:%M"],
                "missing": ["", "?"],
            }
        ),
        needs=frozenset({"number", "opened_at"}),
    ),
    Preset(
        name="servicenow-task-sla",
        title="ServiceNow's own SLA records: sla.started, sla.ended; match by [subject, sla], a task has several",
        source="ServiceNow, table `task_sla`",
        map=load_map(
            {
                "shape": "milestones",
                "columns": {"id": "sys_id", "subject": "task"},
                "milestones": {"start_time": "sla.started", "end_time": "sla.ended"},
            }
        ),
        needs=frozenset({"task", "sla", "start_time"}),
    ),
    Preset(
        name="boston-311",
        title="service requests of the City of Boston: ticket.opened, ticket.closed; `type` is the field `case_type`",
        source="https://data.boston.gov/dataset/311-service-requests",
        map=load_map(
            {
                "shape": "milestones",
                "columns": {"subject": "case_enquiry_id", "case_type": "type"},
                "milestones": {"open_dt": "ticket.opened", "closed_dt": "ticket.closed"},
                "times": [_AMERICAN],
                "timezone": "America/New_York",
            }
        ),
        needs=frozenset({"case_enquiry_id", "open_dt"}),
    ),
    Preset(
        name="nyc-311",
        title="service requests of New York City: ticket.opened, ticket.updated, ticket.closed",
        source="https://data.cityofnewyork.us/Social-Services/311-Service-Requests/erm2-nwe9",
        map=load_map(
            {
                "shape": "milestones",
                "columns": {"subject": "unique_key"},
                "milestones": {
                    "created_date": "ticket.opened",
                    "resolution_action_updated_date": "ticket.updated",
                    "closed_date": "ticket.closed",
                },
                "times": [_AMERICAN],
                "timezone": "America/New_York",
            }
        ),
        needs=frozenset({"unique_key", "created_date"}),
    ),
)

PRESETS: Mapping[str, Preset] = MappingProxyType({preset.name: preset for preset in (*_TABLES, *DOCUMENTS)})
"""Every preset by its name."""
