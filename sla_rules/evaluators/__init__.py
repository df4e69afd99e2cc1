"""Evaluators: each judges the same agreement by its own means, and all agree on every verdict."""

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    if name != "spark":
        raise AttributeError(f"module `{__name__}` has no `{name}`")
    # On first use: nothing else here needs it.
    return import_module(f"{__name__}.{name}")
