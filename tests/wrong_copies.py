"""Wrong copies of an evaluator's own rules: one function with a few words replaced.

Where a function no longer has the words, the rule has moved: then the copy must follow it.
"""

import importlib
import inspect
import sys
import textwrap
from functools import cached_property
from typing import Any, NamedTuple

import pytest


class Copy(NamedTuple):
    """A rule, where it stands, and how the copy has it.

    Attributes:
        where: module, class if there is one, and function.
        right, wrong: the words of the rule and of the copy.
        policies: those that are judged by it.
    """

    where: str
    right: str
    wrong: str
    policies: tuple[str, ...]


def put(monkeypatch: pytest.MonkeyPatch, home: str, copy: Copy) -> tuple[Any, Any]:
    """Put a wrong copy in place of the function wherever a module of `home` knows it; return both."""
    name, *path = copy.where.split(".")
    module = importlib.import_module(f"{home}.{name}")
    owner: Any = module
    for part in path[:-1]:
        owner = getattr(owner, part)
    original = vars(owner)[path[-1]]
    plain = original.func if isinstance(original, cached_property) else getattr(original, "__func__", original)
    source = textwrap.dedent(inspect.getsource(plain))
    assert copy.right in source, f"{copy.where} has no longer the words of its rule: {copy.right}"
    made: dict[str, Any] = {}
    exec(compile(source.replace(copy.right, copy.wrong), module.__file__ or "", "exec"), vars(module), made)
    wrong = made[path[-1]]
    monkeypatch.setattr(owner, path[-1], wrong)
    if owner is module:
        for other, known in list(sys.modules.items()):
            if other.startswith(f"{home}.") and vars(known).get(path[-1]) is original:
                monkeypatch.setattr(known, path[-1], wrong)
    return original, wrong
