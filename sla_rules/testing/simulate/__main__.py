"""`python -m sla_rules.testing.simulate`: make a month, judge it, and say whether all that was planted was found."""

import sys

from sla_rules.testing.simulate.demo import main

if __name__ == "__main__":
    sys.exit(main())
