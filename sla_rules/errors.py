"""The one family of exceptions, and the "did you mean" that their messages share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class SlaError(ValueError):
    """Anything that this library refuses. Catch this to catch all of them."""


class InputError(SlaError):
    """An event, an instant, a window or a source of events that cannot be read as one."""


class CalendarError(SlaError):
    """A calendar that cannot be: an unknown zone or country, a malformed period, never open."""


class BeyondHorizonError(CalendarError):
    """Counted time that a calendar cannot give: the answer lies past the last year it knows."""


class StoreError(SlaError):
    """A store of the live monitor that cannot be opened, read or written, or a snapshot that cannot be restored."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in an agreement file: what, where, and the nearest right thing."""

    message: str
    path: str = ""
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """`file:line: path: message`, as far as each is known."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.path, self.message) if part)


class AgreementError(SlaError):
    """An agreement that says something the language does not allow. `problems` lists every place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """`, did you mean …?` with the nearest known word, or nothing where none is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6) if isinstance(word, str) else []
    return f", did you mean `{near[0]}`?" if near else ""


def quoted(value: object, limit: int = 80) -> str:
    """The user's own input in backticks, cut where it is long."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except (ValueError, RecursionError):  # integers of thousands of digits, data thousands of levels deep
        text = f"a {type(value).__name__} too large to show"
    return f"`{text if len(text) <= limit else text[:limit] + '…'}`"
