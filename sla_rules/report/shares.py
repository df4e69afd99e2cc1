"""The frames of one log, divided among the agreements of a portfolio; the same division as that of a list of events."""

from collections import Counter
from collections.abc import Iterator

import polars as pl

from sla_rules.dividing import Left, contract_changed, named, no_agreement
from sla_rules.events import Finding
from sla_rules.instants import moment
from sla_rules.portfolio import Portfolio
from sla_rules.sources import place
from sla_rules.sources.encoding import from_json
from sla_rules.sources.fields import PREFIX

ORDER = ("at", "id", "type")
"""What decides which of the events of a subject is the first; `id` last where there is none."""
MOST_ROWS = 4_000_000
"""Rows that are kept of what events say about their subjects before they are drawn together."""
_OWN = {
    **dict.fromkeys(("subject", "id", "type", "file"), pl.String()),
    **dict.fromkeys(("at", "row"), pl.Int64()),
}


class Firsts:
    """The first event, and how many there are, of each group of some events."""

    def __init__(self, *by: str) -> None:
        self._by = by
        schema = {**_OWN, **dict.fromkeys(by, pl.String()), "count": pl.Int64()}
        self._known = pl.DataFrame(schema=schema)
        self._more: list[pl.DataFrame] = []

    def add(self, events: pl.DataFrame) -> None:
        """Take events, with the columns `_OWN` and those of the groups."""
        counted = events.with_columns(pl.lit(1, pl.Int64).alias("count")).select(self._known.columns)
        self._more.append(self._drawn_together(counted))
        if sum(map(len, self._more)) > MOST_ROWS:
            self.found()

    def found(self) -> pl.DataFrame:
        """Return one row a group, in order."""
        self._known = self._drawn_together(pl.concat([self._known, *self._more]))
        self._more = []
        return self._known

    def _drawn_together(self, rows: pl.DataFrame) -> pl.DataFrame:
        ordered = rows.sort(*ORDER, *self._by, nulls_last=True, maintain_order=True)
        first = pl.exclude(*self._by, "count").first()
        return ordered.group_by(self._by, maintain_order=True).agg(first, pl.col("count").sum()).select(rows.columns)


class Survey:
    """What the events of a log say of whose their subjects are.

    Attributes:
        given: how many events of each type there are.
        latest: the instant of the latest one.
    """

    def __init__(self, portfolio: Portfolio, now: int | None) -> None:
        """Take the portfolio, and the instant of knowledge; everything is known unless it is given."""
        self.given = Counter[str]()
        self.latest: int | None = None
        self._portfolio = portfolio
        self._now = now
        self._naming = Firsts("subject", "name")
        self._common: list[pl.DataFrame] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Take the events of a frame."""
        types = frame["@type"].cast(pl.String)
        self.given.update(dict(types.value_counts().iter_rows()))
        latest = int(frame["@at"].to_numpy().max())
        self.latest = latest if self.latest is None else max(self.latest, latest)
        known = _known(frame, self._now)
        own = _own(known)
        names = _names(known, self._portfolio.by)
        if names is not None:
            self._naming.add(own.with_columns(names.alias("name")).filter(pl.col("name").is_not_null()))
        of_all = pl.col("type").is_in(list(self._portfolio.common_types)) | pl.col("subject").is_in(
            list(self._portfolio.services)
        )
        self._common.append(own.filter(of_all).select("subject", "type").unique())

    @property
    def now(self) -> int | None:
        """The instant of knowledge; None where there is no event to take it from."""
        return self.latest if self._now is None else self._now

    def shares(self) -> "Shares":
        """Return whose the subjects are."""
        naming = self._naming.found()
        owners = naming.unique("subject", keep="first", maintain_order=True).select("subject", "name")
        common = pl.concat(self._common).unique() if self._common else pl.DataFrame(schema={"subject": pl.String})
        concerned: dict[str, list[str]] = {name: [] for name in self._portfolio.known_names}
        unowned = common.join(owners, on="subject", how="anti")
        for subject, types in unowned.group_by("subject").agg("type").iter_rows() if len(unowned) else ():
            for name in self._portfolio.concerned(subject, types):
                concerned[name].append(subject)
        return Shares(self._portfolio, self._now, naming, owners, concerned)


class Shares:
    """Whose the subjects of a log are.

    Attributes:
        said: whether any event names an agreement.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        now: int | None,
        naming: pl.DataFrame,
        owners: pl.DataFrame,
        concerned: dict[str, list[str]],
    ) -> None:
        self.said = not owners.is_empty()
        self._portfolio = portfolio
        self._now = now
        self._naming = naming
        self._owners = owners
        self._concerned = {name: pl.Series(subjects, dtype=pl.String) for name, subjects in concerned.items()}
        every = [subject for subjects in concerned.values() for subject in subjects]
        self._of_all = pl.Series(every, dtype=pl.String).unique()
        self._left = Firsts("subject")

    def of(self, frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield the name of each agreement with its share of the events of a frame, in one or two pieces."""
        for name, part in self._by_name(frame):
            if name in self._portfolio.agreements:
                yield str(name), part
            elif name is None:
                for taker in self._portfolio.agreements:
                    subjects = self._concerned[taker]
                    some = part.filter(pl.col("@subject").cast(pl.String).is_in(subjects.implode()))
                    if len(some):
                        yield taker, some

    def leave(self, frame: pl.DataFrame) -> None:
        """Note the events of a frame that are in no share."""
        for name, part in self._by_name(frame):
            if name not in self._portfolio.known_names:
                own = _own(_known(part, self._now))
                concerns_all = pl.col("subject").is_in(self._of_all.implode()) & pl.lit(name is None)
                self._left.add(own.filter(~concerns_all))

    def _by_name(self, frame: pl.DataFrame) -> Iterator[tuple[str | None, pl.DataFrame]]:
        subjects = frame.select(pl.col("@subject").cast(pl.String).alias("subject"))
        names = subjects.join(self._owners, on="subject", how="left", maintain_order="left")["name"]
        divided = frame.with_columns(names.alias("@agreement")).partition_by(
            "@agreement", as_dict=True, include_key=False, maintain_order=True
        )
        for (name,), part in divided.items():
            yield name, part

    def findings(self) -> list[Finding]:
        """Return what is remarkable about whose the subjects are, once all frames were noted."""
        left = self._left.found().join(self._owners, on="subject", how="left").sort("subject")
        both = self._naming.join(self._owners.rename({"name": "first"}), on="subject", how="left")
        changed = both.filter(pl.col("name") != pl.col("first")).sort("subject", "name")
        return [
            *no_agreement((_left(row) for row in left.iter_rows(named=True)), self._portfolio),
            *contract_changed(
                (
                    (row["first"], _left(row))
                    for row in changed.iter_rows(named=True)
                    if not self._portfolio.leaves_aside(row["first"])
                ),
                self._portfolio,
            ),
        ]


def _known(frame: pl.DataFrame, now: int | None) -> pl.DataFrame:
    return frame if now is None else frame.filter(pl.col("@at") <= now)


def _own(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col(f"@{name}").cast(dtype).alias(name) for name, dtype in _OWN.items())


def _names(frame: pl.DataFrame, by: str) -> pl.Series | None:
    """Return what the events call their agreement; None where the frame has no such field."""
    column = next((each for each in (by, f"{PREFIX}{by}") if each in frame.columns), None)
    if column is None:
        return None
    values = frame[column]
    if values.dtype.is_nested():
        return pl.Series([named(value) for value in values.to_list()], dtype=pl.String)
    distinct = values.unique().drop_nulls()
    said = [named(from_json(value) if column != by else value) for value in distinct.to_list()]
    known = pl.DataFrame([distinct.alias("value"), pl.Series("said", said, pl.String)])
    return values.alias("value").to_frame().join(known, on="value", how="left", maintain_order="left")["said"]


def _left(row: dict[str, object]) -> Left:
    id, at, count = row["id"], row["at"], row["count"]
    assert isinstance(at, int)
    assert isinstance(count, int)
    name = row.get("name")
    event = str(id) if id is not None else f"{row['type']}@{moment(at).isoformat()}"
    where = place(str(row["file"]), int(str(row["row"])))
    return Left(str(row["subject"]), None if name is None else str(name), event, where, count)
