//! The high-water mark of the processes that this one has started.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The largest seen so far.
pub struct Peak(Arc<AtomicU64>);

impl Peak {
    /// In kibibytes of resident memory.
    pub fn kb(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Begins anew, for the next process.
    #[allow(dead_code, reason = "one of the two examples asks for all together")]
    pub fn forget(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// Looks every few milliseconds at each process that this one has started.
pub fn of_children() -> Peak {
    let peak = Arc::new(AtomicU64::new(0));
    let watched = Arc::clone(&peak);
    let parent = format!("PPid:\t{}", std::process::id());
    std::thread::spawn(move || {
        loop {
            for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
                // A process that has ended has no status any more.
                let status = std::fs::read_to_string(process.path().join("status")).unwrap_or_default();
                if status.lines().any(|line| line == parent) {
                    watched.fetch_max(high_water(&status), Ordering::Relaxed);
                }
            }
            std::thread::sleep(Duration::from_millis(3));
        }
    });
    Peak(peak)
}

/// Of a process whose `/proc/PID/status` this is, in kibibytes.
pub fn high_water(status: &str) -> u64 {
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}
