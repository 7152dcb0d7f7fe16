//! The one table at the end.

use std::time::Duration;

use super::{Counts, Report};
use crate::step::time;

/// What took less is not told.
const WORTH_IT: Duration = Duration::from_secs(1);

/// Part, result, time and counts, and below each part where its time went; at the end what failed.
pub fn table(reports: &[Report]) -> String {
    let mut lines =
        vec![String::new(), format!("{:<14}{:<8}{:>14}{:>9}{:>9}{:>9}", "part", "result", "time", "passed", "failed", "skipped")];
    for report in reports {
        let Counts { passed, failed, skipped } = report.counts;
        let result = if failed > 0 { "FAILED" } else { "ok" };
        lines.push(format!("{:<14}{result:<8}{:>14}{passed:>9}{failed:>9}{skipped:>9}", report.part.name(), time(report.time)));
        let told = report.steps.iter().filter(|(_, taken)| *taken >= WORTH_IT);
        lines.extend(told.map(|(name, taken)| format!("  {:>30}  {name}", time(*taken))));
        let slow = report.slowest.iter().filter(|(taken, _)| *taken >= WORTH_IT);
        lines.extend(slow.map(|(taken, name)| format!("  {:>30}    slow: {name}", time(*taken))));
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
    use super::*;
    use crate::test::Part;

    #[test]
    fn the_last_line_adds_up_and_the_table_names_what_failed() {
        let report = |part, passed, failed, failures: &[&str]| Report {
            part,
            counts: Counts { passed, failed, skipped: 1 },
            failures: failures.iter().map(ToString::to_string).collect(),
            time: Duration::from_secs(3),
            steps: vec![("compile the tests".to_owned(), Duration::from_secs(2)), ("wait".to_owned(), Duration::ZERO)],
            slowest: vec![(Duration::from_millis(1_500), "model wire::long".to_owned())],
        };
        let reports = [report(Part::Format, 1, 0, &[]), report(Part::Unit, 40, 1, &["model wire::round_trip"])];
        assert_eq!(last_line(&reports), "41 passed, 1 failed, 2 skipped");
        let table = table(&reports);
        assert!(table.contains("unit failed: model wire::round_trip"), "{table}");
        let has = |words: [&str; 2]| table.lines().any(|line| line.trim().starts_with(words[0]) && line.ends_with(words[1]));
        assert!(has(["2.0 s", "  compile the tests"]) && has(["1.5 s", "slow: model wire::long"]) && !has(["0.0 s", "wait"]), "{table}");
        assert!(table.lines().any(|line| line.starts_with("unit") && line.contains("FAILED")), "{table}");
    }
}
