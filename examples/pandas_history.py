"""A pandas frame in, verdicts as a pandas frame out, and the share of tickets answered in time by team.

python examples/pandas_history.py
"""

import pandas as pd
from desk import AS_OF, TERMS, rows

import sla_rules as sla


def main() -> None:
    export = pd.DataFrame(rows())
    report = sla.evaluate(
        sla.load(TERMS),
        export,
        as_of=AS_OF,
        columns={"id": "number", "type": "event", "subject": "ticket", "time": "local_time"},
        timezone="Europe/Paris",
    )

    by_team = report.attainment("whole", by="team").to_pandas()
    print(by_team[["team", "met", "counted", "attained", "kept"]].to_string(index=False))

    # One row a ticket, and the row of each month, which has a share instead of a due time.
    verdicts = report.to_pandas()
    late = verdicts[(verdicts["outcome"] == "breached") & verdicts["due"].notna()]
    print(late.assign(late_by=-late["margin"])[["subject", "due", "late_by"]].head(3).to_string(index=False))


if __name__ == "__main__":
    main()
