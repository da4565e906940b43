"""`python -m aspen` is the same as `aspen`."""

import sys

from aspen.cli.main import main

sys.exit(main())
