//! By how much a server's memory grows while its calls go on.

use std::time::Duration;

/// How often it is looked at.
pub const LOOKED_AT_EVERY: Duration = Duration::from_secs(10);
/// What a server takes to get going is no growth.
const WARM_UP: Duration = Duration::from_secs(5 * 60);

/// What was seen.
#[derive(Default)]
pub struct Memory(Vec<(f64, f64)>);

impl Memory {
    /// Notes how much it is, so long after the beginning.
    pub fn note(&mut self, after: Duration, kilobytes: u64) {
        if after >= WARM_UP {
            self.0.push((after.as_secs_f64() / 3_600.0, kilobytes as f64 / 1_024.0));
        }
    }

    /// The slope of the line through it all by least squares; none of less than two points.
    pub fn growth_mb_per_hour(&self) -> Option<f64> {
        let count = self.0.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| self.0.iter().map(of).sum::<f64>() / count;
        let (hours, megabytes) = (mean(|point| point.0), mean(|point| point.1));
        let across: f64 = self.0.iter().map(|(x, y)| (x - hours) * (y - megabytes)).sum();
        let along: f64 = self.0.iter().map(|(x, _)| (x - hours).powi(2)).sum();
        (along > 0.0).then(|| across / along)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_slope_whatever_came_before() {
        let mut memory = Memory::default();
        for minute in 0..60_u64 {
            // 12 MB an hour, after a steep beginning.
            let kilobytes = if minute < 5 { minute * 10_000 } else { 100_000 + minute * 12 * 1_024 / 60 };
            memory.note(Duration::from_secs(minute * 60), kilobytes);
        }
        let growth = memory.growth_mb_per_hour().unwrap_or_default();
        assert!((growth - 12.0).abs() < 0.1, "{growth}");
        assert_eq!(Memory::default().growth_mb_per_hour(), None);
    }
}
