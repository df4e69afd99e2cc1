"""Run every benchmark: `python -m benchmarks`."""

from benchmarks import calendar, ticket

for benchmark in (ticket, calendar):
    print(f"\n{benchmark.__name__}")
    benchmark.main()
