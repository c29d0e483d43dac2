"""`python -m analysis` is `friendly-office`."""

from analysis.cli import main

main()
