"""When to look again: instants at which something may change without an event, earliest first."""

from heapq import heapify, heappop, heappush


class Clockwork:
    """One instant a name, and the earliest of all."""

    def __init__(self) -> None:
        self._at: dict[str, int] = {}
        self._queue: list[tuple[int, str]] = []

    def set(self, name: str, at: int | None) -> None:
        """Set the instant of a name, in microseconds, or that it has none."""
        if self._at.get(name) == at:
            return
        if at is None:
            del self._at[name]
            return
        self._at[name] = at
        heappush(self._queue, (at, name))
        # What is no longer so stays in the queue until it comes up; not for ever.
        if len(self._queue) > 64 + 2 * len(self._at):
            self._queue = [(at, name) for name, at in self._at.items()]
            heapify(self._queue)

    @property
    def next(self) -> int | None:
        """The earliest instant; None where there is none."""
        while self._queue and self._at.get(self._queue[0][1]) != self._queue[0][0]:
            heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def pop(self, at: int) -> list[str]:
        """Return the names whose instant is this one, which is the earliest, sorted; they have none any more."""
        names: list[str] = []
        while self.next == at:
            name = heappop(self._queue)[1]
            if self._at.pop(name, None) is not None:
                names.append(name)
        return sorted(names)
