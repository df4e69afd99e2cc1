"""`python -m sla_rules.cli`."""

import sys

from sla_rules.cli import main

sys.exit(main())
