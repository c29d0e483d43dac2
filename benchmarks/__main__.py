"""Run every benchmark: `python -m benchmarks`."""

from benchmarks import agreement, rasch, reliability, report, survey_csv

agreement.main()
rasch.main()
reliability.main()
report.main()
survey_csv.main()
