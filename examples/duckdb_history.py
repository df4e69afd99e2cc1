"""A DuckDB query in, verdicts back into DuckDB, and SQL over verdicts and tickets.

python examples/duckdb_history.py
"""

import duckdb
import pyarrow as pa
from desk import AS_OF, TERMS, rows

import sla_rules as sla


def main() -> None:
    database = duckdb.connect()
    database.register("export", pa.Table.from_pylist(rows()))
    database.sql("create table log as from export")

    # Names and zone are put right in SQL; `columns=` and `timezone=` would do it as well.
    events = database.sql("""
        select number as id, event as type, ticket as subject, local_time at time zone 'Europe/Paris' as time,
            priority, team
        from log
    """)
    report = sla.evaluate(sla.load(TERMS), events, as_of=AS_OF)

    database.register("judged", report.to_arrow())
    database.sql("create table verdicts as from judged")
    late = database.sql("""
        select team, priority, count(*) as tickets, max(-margin) as longest
        from verdicts join log on ticket = subject and event = 'ticket.opened'
        where outcome = 'breached'
        group by all
        order by all
    """)
    for team, priority, tickets, longest in late.fetchall():
        print(f"{team}: {tickets} tickets of priority {priority} late, the latest by {longest} of working time")
    # A month is a row too, without a subject.
    months = "select period, share from verdicts where subject = '' and outcome = 'breached' order by period"
    for period, share in database.sql(months).fetchall():
        print(f"{period}: only {share} in time")


if __name__ == "__main__":
    main()
