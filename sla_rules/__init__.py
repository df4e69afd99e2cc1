"""Says, exactly and with reasons, whether a service provider kept its word.

The names below are the public surface; each is loaded on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sla_rules.version import VERSION

if TYPE_CHECKING:
    from sla_rules.adapters.icalendar import holidays_of as holidays_of
    from sla_rules.adapters.incoming import mapped_events as mapped_events
    from sla_rules.adapters.inspecting import inspect as inspect
    from sla_rules.adapters.mapping import SourceMap as SourceMap
    from sla_rules.adapters.mapping import load_map as load_map
    from sla_rules.adapters.presets import PRESETS as PRESETS
    from sla_rules.adapters.windowing import windows_of as windows_of
    from sla_rules.agreement import Agreement as Agreement
    from sla_rules.agreement import load as load
    from sla_rules.calendar import Calendar as Calendar
    from sla_rules.errors import AgreementError as AgreementError
    from sla_rules.errors import BeyondHorizonError as BeyondHorizonError
    from sla_rules.errors import CalendarError as CalendarError
    from sla_rules.errors import InputError as InputError
    from sla_rules.errors import SlaError as SlaError
    from sla_rules.errors import StoreError as StoreError
    from sla_rules.events import Event as Event
    from sla_rules.events import Finding as Finding
    from sla_rules.events import Window as Window
    from sla_rules.judging import judge as judge
    from sla_rules.monitoring.alerts import Alert as Alert
    from sla_rules.monitoring.monitor import Monitor as Monitor
    from sla_rules.monitoring.stores import MemoryStore as MemoryStore
    from sla_rules.monitoring.stores import SqliteStore as SqliteStore
    from sla_rules.monitoring.stores import Store as Store
    from sla_rules.portfolio import Portfolio as Portfolio
    from sla_rules.portfolio import load_portfolio as load_portfolio
    from sla_rules.report import Report as Report
    from sla_rules.report.evaluating import evaluate as evaluate
    from sla_rules.rulings import Ruling as Ruling
    from sla_rules.rulings import rulings_of as rulings_of
    from sla_rules.testing.compare import compare as compare
    from sla_rules.verdict import Outcome as Outcome
    from sla_rules.verdict import Verdict as Verdict
    from sla_rules.verdict import Verdicts as Verdicts

__version__ = VERSION

_HOME = {
    "Alert": "monitoring.alerts",
    "Agreement": "agreement",
    "AgreementError": "errors",
    "BeyondHorizonError": "errors",
    "Calendar": "calendar",
    "CalendarError": "errors",
    "Event": "events",
    "Finding": "events",
    "InputError": "errors",
    "MemoryStore": "monitoring.stores",
    "Monitor": "monitoring.monitor",
    "Outcome": "verdict",
    "PRESETS": "adapters.presets",
    "Portfolio": "portfolio",
    "Report": "report",
    "Ruling": "rulings",
    "SlaError": "errors",
    "SourceMap": "adapters.mapping",
    "SqliteStore": "monitoring.stores",
    "Store": "monitoring.stores",
    "StoreError": "errors",
    "Verdict": "verdict",
    "Verdicts": "verdict",
    "Window": "events",
    "compare": "testing.compare",
    "evaluate": "report.evaluating",
    "holidays_of": "adapters.icalendar",
    "inspect": "adapters.inspecting",
    "judge": "judging",
    "load": "agreement",
    "load_map": "adapters.mapping",
    "load_portfolio": "portfolio",
    "mapped_events": "adapters.incoming",
    "rulings_of": "rulings",
    "windows_of": "adapters.windowing",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name == "evaluators":
        # Where `evaluators.spark.evaluate` is, which takes the frames of another world than `evaluate`.
        return import_module("sla_rules.evaluators")
    if name not in _HOME:
        raise AttributeError(f"module `sla_rules` has no `{name}`")
    value = getattr(import_module(f"sla_rules.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
