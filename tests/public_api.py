"""Every public name with its signature, one a line: what `docs/reference` shows, and what other pages import.

    .venv/bin/python -m tests.public_api > tests/public_api.txt

It is read from the source, so that it is the same on every version of Python.
"""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LISTED = Path(__file__).with_name("public_api.txt")
DIRECTIVE = re.compile(r"^\.\. auto\w+:: (sla_rules\.\S+)\n(?:   :members:(.*))?", re.M)
IMPORT = re.compile(r"^from (sla_rules\S*) import (\w+(?:, \w+)*)$", re.M)
OPERATORS = ("__call__", "__contains__", "__enter__", "__exit__", "__getitem__", "__iter__", "__len__")
MADE = "Made by"
"""Begins the sentence of a docstring that says who calls the constructor; where it stands, nobody else does."""


def documented() -> dict[str, set[str]]:
    """The documented names, each with those of its members that are; none named: all that are public."""
    found: dict[str, set[str]] = {}
    for page in sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]):
        text = page.read_text(encoding="utf-8")
        for name, members in DIRECTIVE.findall(text):
            found[name] = {member.strip() for member in members.split(",") if member.strip()}
        for module, names in IMPORT.findall(text):
            for name in names.split(", "):
                found.setdefault(f"{module}.{name}", set())
    return found


def lines() -> Iterator[str]:
    """All of it."""
    seen: dict[object, str] = {}
    for name, members in sorted(documented().items()):
        value = resolved(name)
        if inspect.isclass(value) or inspect.isfunction(value):
            if value not in seen:
                seen[value] = name
                yield from sorted(of_definition(name, value, members))
        elif isinstance(value, Mapping):
            yield from (f"{name}[{key!r}]" for key in sorted(value))


def resolved(name: str) -> Any:
    """What a dotted name means."""
    module, _, last = name.rpartition(".")
    try:
        return getattr(import_module(module), last)
    except AttributeError:
        return import_module(name)


@cache
def definitions(module: str) -> dict[str, ast.stmt]:
    """The functions and classes of a module, by name."""
    tree = ast.parse(Path(str(import_module(module).__file__)).read_text(encoding="utf-8"))
    return {each.name: each for each in tree.body if isinstance(each, (ast.FunctionDef, ast.ClassDef))}


def of_definition(name: str, value: Any, members: set[str]) -> Iterator[str]:
    """A function, or a class with its members, inherited ones among them."""
    node = definitions(value.__module__)[value.__name__]
    if isinstance(node, ast.FunctionDef):
        yield f"{name}{signature(node)}"
        return
    yield f"class {name}({', '.join(each.__name__ for each in value.__bases__ if each is not object)})"
    found: dict[str, str] = {}
    for base in value.__mro__:
        if base.__module__.startswith("sla_rules"):
            node = definitions(base.__module__)[base.__name__]
            assert isinstance(node, ast.ClassDef)
            for member, said in members_of(node):
                found.setdefault(member, said)
    for member, said in found.items():
        if (not members or member in members or member.startswith("__")) and member != "model_config":
            yield f"{name}.{member}{said}"


def members_of(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """The public members of a class: fields, attributes, properties, methods; with what they take and give."""
    made = MADE in (ast.get_docstring(node) or "")
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            if is_public(each.target.id):
                yield each.target.id, annotation(each.annotation) + default(each.value)
        elif isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and is_public(each.targets[0].id):
            yield each.targets[0].id, f" = {ast.unparse(each.value)}"
        elif isinstance(each, ast.FunctionDef) and each.name == "__init__":
            if not made:
                yield "__init__", signature(each)
            yield from attributes(each)
        elif isinstance(each, ast.FunctionDef) and is_public(each.name):
            decorators = {ast.unparse(name) for name in each.decorator_list}
            if decorators & {"property", "cached_property"}:
                yield each.name, annotation(each.returns)
            elif "overload" not in decorators:
                yield each.name, "".join(f" @{name} " for name in sorted(decorators)) + signature(each)


def attributes(node: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """The public attributes that a constructor sets."""
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store) and is_public(each.attr):
            yield each.attr, ""


def is_public(name: str) -> bool:
    return not name.startswith("_") or name in OPERATORS


def annotation(node: ast.expr | None) -> str:
    return f": {ast.unparse(node)}" if node else ""


def signature(node: ast.FunctionDef) -> str:
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"({ast.unparse(node.args)}){returns}"


def default(value: ast.expr | None) -> str:
    return f" = {ast.unparse(value)}" if value else ""


def text() -> str:
    """The file."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    print(text(), end="")
