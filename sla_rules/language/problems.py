"""From a validator's errors to problems that a person can act on: what, where, and the nearest right thing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sla_rules.errors import AgreementError, Problem, did_you_mean, quoted
from sla_rules.language.base import shown
from sla_rules.language.reading import Lines

MOST_PROBLEMS = 50
M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], raw: Any, lines: Lines) -> M:
    """Return the model that plain values state. Raises `AgreementError` with all problems."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        errors = [dict(item) for item in error.errors(include_url=False)]
        raise AgreementError(most([_problem(raw, lines, item) for item in errors if not _follows(item)])) from None


def most(problems: list[Problem]) -> list[Problem]:
    """Return the problems, each once, and no more of them than a person will read."""
    each = list(dict.fromkeys(problems))
    left = len(each) - MOST_PROBLEMS
    return each if left <= 0 else [*each[:MOST_PROBLEMS], Problem(f"and {left} more")]


def _follows(error: Mapping[str, Any]) -> bool:
    """Say whether a list is called too short only because its items are wrong, which is reported already."""
    found, context = error["input"], error.get("ctx", {})
    return error["type"] == "too_short" and isinstance(found, list) and len(found) >= context["min_length"]


def _problem(raw: Any, lines: Lines, error: dict[str, Any]) -> Problem:
    context = error.get("ctx", {})
    path = existing(raw, (*error["loc"], *context.get("path", ())))
    if error["type"] == "missing":
        return lines.problem(path, f"{quoted(str(error['loc'][-1]))} is missing")
    return lines.problem(path, _message(error, context))


def existing(raw: Any, loc: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the part of a location that exists in the data.

    A validator's location names the branches of unions too, and counts one thing that stands in place of a list.
    """
    path: list[Any] = []
    value = raw
    for part in loc:
        if not isinstance(value, (dict, list)):
            break
        there = part in value if isinstance(value, dict) else isinstance(part, int) and part < len(value)
        if there:
            value = value[part]
            path.append(part)
    return tuple(path)


_EXPECTED = {
    "string_type": "text",
    "bool_type": "`true` or `false`",
    "int_type": "an integer",
    "tuple_type": "a list",
    "dict_type": "a mapping",
}
"""What a place expects, by the type of a validator's error."""


def _not_a_form(found: object, words: list[str]) -> str:
    """Say that something is none of the forms that are possible in a place."""
    keys = [str(key) for key in found][:5] if isinstance(found, Mapping) else []
    near = next((hint for key in keys if (hint := did_you_mean(key, words))), "")
    what = f"a mapping with {', '.join(map(quoted, keys))}" if keys else shown(found)
    return f"{what} is not possible here{near or ', expected one of ' + ', '.join(words)}"


def _message(error: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    found = error.get("input")
    match error["type"]:
        case "agreement":
            return str(context["message"])
        case "literal_error":
            expected = str(context["expected"]).replace("'", "`")
            words = [word.strip("` ") for word in expected.replace(" or ", ", ").split(",")]
            return f"{shown(found)} is not {expected}{did_you_mean(found, words)}"
        case "union_tag_invalid":
            words = [word.strip("'<> ") for word in str(context["expected_tags"]).split(",")]
            key = str(context["discriminator"]).strip("'")
            if key.endswith("()"):
                return _not_a_form(found, words)
            word = found.get(key) if isinstance(found, Mapping) else found
            hint = did_you_mean(word, words) or f", known: {', '.join(words)}"
            return f"unknown {key} {shown(word)}{hint}"
        case "union_tag_not_found":
            return f"`{str(context['discriminator']).strip(chr(39))}` is missing"
        case "too_short":
            return f"expected at least {context['min_length']}, found {context['actual_length']}"
        case kind if kind in _EXPECTED:
            quotes = "; put it in quotes" if _EXPECTED[kind] == "text" and isinstance(found, (int, Decimal)) else ""
            return f"expected {_EXPECTED[kind]}, found {shown(found)}{quotes}"
        case _:
            message = str(error["msg"])
            text = message[0].lower() + message[1:]
            return text if error["type"] == "shape" else f"{text}, found {shown(found)}"
