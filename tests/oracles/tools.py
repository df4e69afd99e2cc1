"""What the oracles share: dice, the mercy that rtamt gets on new Pythons, and the proof that an oracle can fail."""

import importlib
import random
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

# Hypothesis draws a seed only: drawing every choice would give mostly short and dull histories.
dice = st.integers(0, 2**64).map(random.Random)


def foreign(name: str, gone_from: Sequence[int], version: Sequence[int] = sys.version_info) -> Any:
    """Import a foreign oracle; it may be missing from the Python `gone_from` on, where it cannot be installed.

    On an older Python a missing oracle is an error and so fails the run: a skip would hide in CI.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ImportError:
        if tuple(version[:2]) >= tuple(gone_from):
            since = ".".join(map(str, gone_from))
            pytest.skip(f"{name} cannot be installed on Python {since} and later", allow_module_level=True)
        raise


def can_fail(differs: Callable[[random.Random], bool], examples: int = 500) -> bool:
    """Say whether random cases show a difference: a deliberately wrong oracle must be caught."""
    fixed = settings(max_examples=examples, phases=[Phase.generate], derandomize=True, database=None)
    try:
        find(dice, differs, settings=fixed)
    except NoSuchExample:
        return False
    return True
