"""What the page says, in one language."""

from fractions import Fraction

from sla_rules.errors import InputError, quoted
from sla_rules.lang import Lang, grouped
from sla_rules.reason import percent, word
from sla_rules.report.page.labels import LABELS

HUNDREDTHS = 10_000


class Say:
    """The words of one language, as the template asks for them."""

    def __init__(self, lang: Lang) -> None:
        """Take the language. Raises `InputError` for one that the page does not speak."""
        if lang not in LABELS:
            raise InputError(f"lang must be one of {', '.join(LABELS)}, found {quoted(lang)}")
        self.lang = lang
        self.labels = LABELS[lang]

    def __call__(self, name: str, **places: object) -> str:
        """Return a text of the page with its places filled in."""
        return self.labels[name].format(**{place: self.plain(value) for place, value in places.items()})

    def word(self, term: str, number: int = 1) -> str:
        """Return the word for an outcome, a status, a strength, a kind of time or of window, of so many."""
        return word(term, self.lang, number)

    def plain(self, value: object) -> str:
        """Return a number as people of the language write it, anything else as text."""
        if isinstance(value, bool) or not isinstance(value, int):
            return str(value)
        return grouped(value, self.lang)

    def share(self, share: Fraction) -> str:
        """Return a share to two decimals, never more than it is: 98.9999 % must not look like 99 %."""
        return percent(Fraction(share.numerator * HUNDREDTHS // share.denominator, HUNDREDTHS), self.lang)
