//! The browser's code as it ships, built beside what is checked and compiled first.
//!
//! It is the longest stretch of a run that one core has to itself: a few large crates, optimized as a whole. While the other one compiles, its
//! time is for nothing. It lies in a folder of its own, so cargo does not make one build wait for the other. Before a test runs, it has ended:
//! some measure time.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::Part;
use crate::build::browser_code;
use crate::progress;
use crate::step::{keep, step};
use crate::workspace::Mode;

/// A build that is to come, on its way, or over.
pub struct Ahead {
    wanted: bool,
    running: Mutex<Option<JoinHandle<Duration>>>,
}

impl Ahead {
    /// Wanted if these parts need it, and compile something else before.
    pub fn new(parts: &[Part]) -> Self {
        let compiles = |part: &Part| matches!(part, Part::Lint | Part::Docs | Part::Unit | Part::Store | Part::Http | Part::Schemathesis);
        Self { wanted: parts.contains(&Part::Browser) && parts.iter().any(compiles), running: Mutex::new(None) }
    }

    /// Starts it, if it is wanted. It must not be on its way when something else wants its folder: that would wait for all of it.
    pub fn start(&self) {
        if !self.wanted {
            return;
        }
        self.running.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| {
            thread::spawn(|| {
                let start = Instant::now();
                // Its errors come again in the part that needs it, which builds what is missing.
                let _ = progress::quietly(&mut browser_code(Mode::Release));
                start.elapsed()
            })
        });
    }

    /// Waits for its end.
    pub fn wait(&self) -> Result<()> {
        let Some(build) = self.running.lock().unwrap_or_else(PoisonError::into_inner).take() else { return Ok(()) };
        let time = step("wait for the browser's code", || build.join().map_err(|_| anyhow!("the build of the browser's code broke off")))?;
        keep("(the browser's code took, beside the parts before)", time);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_wanted_where_something_else_compiles_before_the_journeys() {
        assert!(Ahead::new(&[Part::Unit, Part::Browser]).wanted);
        for parts in [&[Part::Browser][..], &[Part::Unit, Part::Store], &[Part::Format, Part::Browser]] {
            let ahead = Ahead::new(parts);
            ahead.start();
            assert!(!ahead.wanted && ahead.wait().is_ok(), "{parts:?}");
        }
    }
}
