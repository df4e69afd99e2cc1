"""The samples of tables, one a preset, with the columns that the product documents."""

from pathlib import Path

_FILES = Path(__file__).parent / "files"

TABLES = {
    "pm4py": _FILES / "pm4py.csv",
    "servicenow-incident": _FILES / "servicenow_incident.csv",
    "servicenow-task-sla": _FILES / "servicenow_task_sla.csv",
    "boston-311": _FILES / "boston_311.csv",
    "nyc-311": _FILES / "nyc_311.csv",
}
