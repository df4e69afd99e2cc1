"""JSON text of single values, in and out, without loss: numbers with a fraction are `Decimal`."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring_ascii
from typing import Any

from sla_rules.errors import InputError, quoted

_WORDS = {None: "null", True: "true", False: "false"}


def _integer(digits: str) -> int | Decimal:
    """Read an integer; one of more digits than `int` takes must not cost all that stands around it."""
    try:
        return int(digits)
    except ValueError:
        return Decimal(digits)


def _fraction(digits: str) -> Decimal:
    """Read a number with a fraction or an exponent. Raises `ValueError` where `Decimal` cannot hold it."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise ValueError(f"{quoted(digits)} is too large a number") from None


DECODER = json.JSONDecoder(parse_float=_fraction, parse_int=_integer)
"""Reads JSON without loss; half a character is for its users to refuse."""


def from_json(text: str | bytes) -> Any:
    """Return what a JSON text says; an integer of thousands of digits, which `int` does not take, as `Decimal`.

    Raises:
        InputError: not UTF-8, not JSON, or with half a character, which nothing could write again.
    """
    said = decoded(text)
    if ("\\u" in text) if isinstance(text, str) else (b"\\u" in text):
        try:
            json.dumps(said, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError:
            raise InputError("half a character (a lone surrogate)") from None
        except RecursionError as error:
            raise InputError(f"not JSON: {error}") from None
    return said


def decoded(text: str | bytes) -> Any:
    """Return what a JSON text says, half a character as well. Raises `InputError` as `from_json` otherwise."""
    try:
        return DECODER.decode(text if isinstance(text, str) else text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8: byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}") from None


def to_json(value: object) -> str:
    """Return a value as JSON text in ASCII; `from_json` gives the very same numbers back. Times become ISO text.

    Raises:
        InputError: the value cannot be written, or is nested too deeply.
    """
    try:
        return _written(value)
    except InputError:
        raise
    except (ValueError, RecursionError):
        raise InputError(f"{quoted(value)} is too large or too deep to write as JSON") from None


def _written(value: object) -> str:
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if value is None or value is True or value is False:
        return _WORDS[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return json.dumps(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{json.dumps(str(key))}: {_written(item)}' for key, item in value.items())}}}"
    if isinstance(value, date):
        return json.dumps(value.isoformat())
    raise InputError(f"{quoted(value)}, a {type(value).__name__}, cannot be written as JSON")


def _number(value: Decimal) -> str:
    if not value.is_finite():
        return "NaN" if value.is_nan() else "-Infinity" if value < 0 else "Infinity"
    text = str(value)
    # With an exponent, so that it is read as a `Decimal` again, not as an `int`.
    return text if "." in text or "E" in text else f"{text}E+0"
