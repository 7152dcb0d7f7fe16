//! The browser's code as it ships, built beside what is checked and compiled first.
//!
//! It is the longest stretch of a run that one core has to itself: a few large crates, optimized as a whole. While the other one compiles, its
//! time is for nothing. It lies in a folder of its own, so cargo does not make one build wait for the other. Before a test runs, it has ended:
//! some measure time.

use std::sync::Mutex;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::Part;
use crate::build::browser_code;
use crate::progress;
use crate::step::{keep, step};
use crate::workspace::Mode;

/// A build on its way, or none.
pub struct Ahead(Mutex<Option<JoinHandle<Built>>>);

/// Whether it built is told by the part that needs it, which builds what is missing.
struct Built(Duration);

impl Ahead {
    /// Starts it if these parts need it, and compile something else before.
    pub fn start(parts: &[Part]) -> Self {
        let compiles = |part: &Part| matches!(part, Part::Lint | Part::Docs | Part::Unit | Part::Store | Part::Http);
        let worth_it = parts.contains(&Part::Browser) && parts.iter().any(compiles);
        Self(Mutex::new(worth_it.then(|| {
            thread::spawn(|| {
                let start = Instant::now();
                // Its errors come again, where they belong to a part.
                let _ = progress::quietly(&mut browser_code(Mode::Release));
                Built(start.elapsed())
            })
        })))
    }

    /// Waits for its end.
    pub fn wait(&self) -> Result<()> {
        let Some(build) = self.0.lock().map_err(|error| anyhow!("{error}"))?.take() else { return Ok(()) };
        let Built(time) =
            step("wait for the browser's code", || build.join().map_err(|_| anyhow!("the build of the browser's code broke off")))?;
        keep("(the browser's code, beside the parts before)", time);
        Ok(())
    }
}
