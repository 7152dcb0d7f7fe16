//! One line a step, with its time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Steps and their times since [`taken`] was asked last.
static TIMES: Mutex<Vec<(String, Duration)>> = Mutex::new(Vec::new());

/// Says what begins, does it, says how long it took.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    perform(name, "", work)
}

/// Keeps a time for the table at the end.
pub fn keep(name: &str, time: Duration) {
    TIMES.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), time));
}

/// Where the time went since the last call, in the order in which the steps ended.
pub fn taken() -> Vec<(String, Duration)> {
    std::mem::take(&mut TIMES.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Steps whose number is known before the first of them.
pub struct Plan {
    at: usize,
    of: usize,
}

impl Plan {
    pub fn new(of: usize) -> Self {
        Self { at: 0, of }
    }

    /// [`step`], with its number.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.at += 1;
        perform(name, &format!("{} of {}: ", self.at, self.of), work)
    }
}

fn perform<T>(name: &str, number: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("── {number}{name}");
    let start = Instant::now();
    let result = work().with_context(|| format!("{name} failed"));
    keep(name, start.elapsed());
    let result = result?;
    println!("   {name}: {}", time(start.elapsed()));
    Ok(result)
}

/// `0.4 s`, `12.3 s`, `3 min 05 s`.
pub fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 { format!("{:.1} s", duration.as_secs_f64()) } else { format!("{} min {:02} s", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        assert_eq!(time(Duration::from_millis(412)), "0.4 s");
        assert_eq!(time(Duration::from_secs(185)), "3 min 05 s");
    }

    #[test]
    fn steps_that_fail_took_their_time_too() {
        let mut plan = Plan::new(2);
        assert!(plan.step("a step that holds", || Ok(())).is_ok());
        let failed: Result<()> = plan.step("a step that fails", || anyhow::bail!("no"));
        assert_eq!(failed.err().map(|error| format!("{error:#}")).as_deref(), Some("a step that fails failed: no"));
        let names: Vec<_> = taken().into_iter().map(|(name, _)| name).filter(|name| name.starts_with("a step")).collect();
        assert_eq!(names, ["a step that holds", "a step that fails"]);
    }
}
