"""What rules have concluded from the stories they were told, so that a story is asked about once.

A story is what was told of a case, fact by fact. Rules conclude the same from the same story; two are the same where
each fact has the same value of all that any rule reads of such a fact.
"""

from collections.abc import Iterable, Mapping

from sla_rules.evaluators.live.room import Test

Said = tuple[int, dict[str, int]]
"""The number of a rule that holds, and by the names it gives them the numbers of the facts that make it hold."""

MOST_KNOWN = 5_000
"""How many stories are kept of some rules, before all are forgotten."""

_NOTHING: frozenset[str] = frozenset()


class Story:
    """What was told so far.

    Attributes:
        said: what the rules concluded from its last fact; None where they were not asked yet.
        further: the stories that go on from here, by what is read of the next fact.
    """

    __slots__ = ("further", "said")

    def __init__(self) -> None:
        self.said: list[Said] | None = None
        self.further: dict[tuple[tuple[str, int | str], ...], Story] = {}


class Stories:
    """The stories that were told to some rules."""

    def __init__(self, rules: Iterable[Iterable[tuple[Test, set[str]]]]) -> None:
        """Take for each fact of each rule what it tests first, and what it reads."""
        self._first: set[str] = set()
        self._read: dict[tuple[str, int | str | None], frozenset[str]] = {}
        self._always = _NOTHING
        for facts in rules:
            for (property, wanted), read in facts:
                if wanted is None:
                    self._always |= read
                else:
                    self._first.add(property)
                    self._read[property, wanted] = self._read.get((property, wanted), _NOTHING) | read
        self._begin = Story()
        self._number = 0

    def begin(self) -> Story:
        """Return the story of which nothing was told yet."""
        if self._number > MOST_KNOWN:
            self._begin, self._number = Story(), 0
        return self._begin

    def after(self, story: Story, fact: Mapping[str, int | str]) -> Story:
        """Return how a story goes on with a fact."""
        read = self._always
        for property in self._first:
            if more := self._read.get((property, fact.get(property))):
                read = read | more if read else more
        heard = tuple([(name, value) for name, value in fact.items() if name in read])
        following = story.further.get(heard)
        if following is None:
            following = story.further[heard] = Story()
            self._number += 1
        return following
