//! What one document may cost.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What reading one document may cost. Beyond it the document failed, and nothing else did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Address space of the child, in bytes.
    pub memory: u64,
    /// Processor time of the child.
    pub cpu: Duration,
    /// Time from its start to its end.
    pub wall: Duration,
    /// Bytes that it may print.
    pub output: u64,
    /// Bytes of text; what stands behind is left out, and a note says so.
    pub text: u64,
    /// Bytes that archives in it may unpack to, together.
    pub unpacked: u64,
    /// Files of archives that are opened, together.
    pub files: u32,
    /// Files that the child may have open.
    pub open_files: u64,
    /// How far it steps back behind everything else on the machine: 0 not at all, 19 as far as can be.
    pub niceness: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 1 << 30,
            cpu: Duration::from_secs(60),
            // Far more than its processor time: at the lowest priority it waits for everything else on the machine.
            wall: Duration::from_secs(300),
            output: 48 << 20,
            text: 10 << 20,
            unpacked: 512 << 20,
            files: 500,
            open_files: 16,
            niceness: 19,
        }
    }
}
