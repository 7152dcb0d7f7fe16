//! The one table at the end.

use super::{Counts, Report};
use crate::step::time;

/// Part, result, time and counts; below it what failed.
pub fn table(reports: &[Report]) -> String {
    let mut lines =
        vec![String::new(), format!("{:<10}{:<8}{:>14}{:>9}{:>9}{:>9}", "part", "result", "time", "passed", "failed", "skipped")];
    for report in reports {
        let Counts { passed, failed, skipped } = report.counts;
        let result = if failed > 0 { "FAILED" } else { "ok" };
        lines.push(format!("{:<10}{result:<8}{:>14}{passed:>9}{failed:>9}{skipped:>9}", report.part.name(), time(report.time)));
    }
    for report in reports {
        lines.extend(report.failures.iter().map(|failure| format!("{} failed: {failure}", report.part.name())));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// `N passed, N failed, N skipped`.
pub fn last_line(reports: &[Report]) -> String {
    let sum = |count: fn(&Counts) -> u64| reports.iter().map(|report| count(&report.counts)).sum::<u64>();
    let (passed, failed, skipped) = (sum(|counts| counts.passed), sum(|counts| counts.failed), sum(|counts| counts.skipped));
    format!("{passed} passed, {failed} failed, {skipped} skipped")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::test::Part;

    #[test]
    fn the_last_line_adds_up_and_the_table_names_what_failed() {
        let report = |part, passed, failed, failures: &[&str]| Report {
            part,
            counts: Counts { passed, failed, skipped: 1 },
            failures: failures.iter().map(ToString::to_string).collect(),
            time: Duration::from_secs(3),
        };
        let reports = [report(Part::Format, 1, 0, &[]), report(Part::Unit, 40, 1, &["model wire::round_trip"])];
        assert_eq!(last_line(&reports), "41 passed, 1 failed, 2 skipped");
        let table = table(&reports);
        assert!(table.contains("unit failed: model wire::round_trip"), "{table}");
        assert!(table.lines().any(|line| line.starts_with("unit") && line.contains("FAILED")), "{table}");
    }
}
