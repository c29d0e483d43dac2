"""Run every benchmark: `python -m benchmarks`."""

from benchmarks import agreement, report, survey_csv

agreement.main()
report.main()
survey_csv.main()
