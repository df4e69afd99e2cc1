"""What is in a file of events, and the map by which it could be read: recognised where a preset fits, else guessed."""

from sla_rules.adapters.inspecting.inspection import Inspection, inspect

__all__ = ["Inspection", "inspect"]
